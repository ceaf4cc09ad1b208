"""Who may hold a name, case by case."""

import pytest
from a2a.types import a2a_pb2 as pb

from agentia.cards.build import Skill, build_card
from agentia.cards.errors import CardSignatureInvalid
from agentia.cards.signing import sign_card
from agentia.core.identity import ServiceKey
from agentia.registry.errors import CardMisplaced, CardUnsigned, InstanceUnproven, NameTaken, RequestInvalid
from agentia.registry.owners import Claim, Holder, moves, settle
from agentia.registry.places import base_url, check_interfaces, home

HERE, THERE = "http://here.example:8010", "http://there.example:8010"
NOBODY = Holder(None, None, alive=False)


def card_at(url: str, key: ServiceKey | None = None) -> pb.AgentCard:
    skills = [Skill("sum", "Adds numbers")]
    card = build_card(name="Quant", description="Calculates.", version="1.0.0", url=f"{url}/", skills=skills)
    return sign_card(card, key) if key else card


def claim_at(
    url: str, *, signer: ServiceKey | None = None, publishes: ServiceKey | None = None, sent_in: bool = False
) -> Claim:
    """A claim with the card at `url`, signed by one key, beside the key set of another."""
    jwks = publishes.jwks() if publishes else None
    return Claim("quant", card_at(url, signer), url, url, jwks, None if sent_in else url)


def test_a_free_name_goes_to_whoever_comes_first(key: ServiceKey) -> None:
    assert settle(claim_at(HERE), NOBODY) is None
    assert settle(claim_at(HERE, signer=key, publishes=key), NOBODY) == key.jwks()
    assert settle(claim_at(HERE, publishes=key), NOBODY) == key.jwks()


def test_a_signed_card_needs_a_published_key(key: ServiceKey, other_key: ServiceKey) -> None:
    for published in (None, other_key):
        with pytest.raises(CardSignatureInvalid):
            settle(claim_at(HERE, signer=key, publishes=published), NOBODY)


def test_the_same_key_may_move_to_another_address(key: ServiceKey) -> None:
    claim = claim_at(THERE, signer=key, publishes=key)
    holder = Holder(HERE, key.jwks(), alive=True)
    assert settle(claim, holder) == key.jwks()
    assert not moves(claim, holder)


def test_the_old_key_vouches_for_a_new_one(key: ServiceKey, other_key: ServiceKey) -> None:
    claim = claim_at(HERE, signer=key, publishes=other_key)
    assert settle(claim, Holder(HERE, key.jwks(), alive=True)) == other_key.jwks()


def test_another_key_at_another_address_is_another_agent(key: ServiceKey, other_key: ServiceKey) -> None:
    for holder in (Holder(HERE, key.jwks(), alive=True), Holder(HERE, key.jwks(), alive=False)):
        with pytest.raises(NameTaken, match="answers at http://here"):
            settle(claim_at(THERE, signer=other_key, publishes=other_key), holder)


def test_publishing_a_key_is_no_proof_of_having_it(key: ServiceKey) -> None:
    with pytest.raises(NameTaken):
        settle(claim_at(THERE, publishes=key), Holder(HERE, key.jwks(), alive=False))


def test_the_same_address_may_come_with_another_key(key: ServiceKey, other_key: ServiceKey) -> None:
    claim = claim_at(HERE, signer=other_key, publishes=other_key)
    assert settle(claim, Holder(HERE, key.jwks(), alive=True)) == other_key.jwks()


def test_an_address_that_lost_its_key_set_keeps_the_pinned_one(key: ServiceKey) -> None:
    assert settle(claim_at(HERE), Holder(HERE, key.jwks(), alive=True)) == key.jwks()


def test_a_name_without_keys_is_held_only_while_alive() -> None:
    with pytest.raises(NameTaken):
        settle(claim_at(THERE), Holder(HERE, None, alive=True))
    silent = Holder(HERE, None, alive=False)
    assert settle(claim_at(THERE), silent) is None
    assert moves(claim_at(THERE), silent)


def test_a_card_that_was_sent_in_proves_no_address(key: ServiceKey) -> None:
    with pytest.raises(NameTaken):
        settle(claim_at(HERE, sent_in=True), Holder(HERE, key.jwks(), alive=True))
    with pytest.raises(CardUnsigned):
        settle(claim_at(HERE, publishes=key, sent_in=True), NOBODY)
    assert settle(claim_at(HERE, sent_in=True), Holder(HERE, None, alive=True)) is None


def test_keys_that_were_pinned_for_a_service_hold_its_name(key: ServiceKey, other_key: ServiceKey) -> None:
    holder = Holder(None, key.jwks(), alive=False)
    with pytest.raises(NameTaken, match="is taken\\."):
        settle(claim_at(HERE, signer=other_key, publishes=other_key), holder)
    assert settle(claim_at(HERE, signer=key, publishes=key), holder) == key.jwks()


def test_an_instance_elsewhere_is_proven_by_its_signed_card(key: ServiceKey) -> None:
    def claim(witness: pb.AgentCard) -> Claim:
        return Claim("quant", card_at(HERE, key), HERE, THERE, key.jwks(), HERE, witness=witness)

    assert settle(claim(card_at(THERE, key)), NOBODY) == key.jwks()
    with pytest.raises(InstanceUnproven):
        settle(claim(card_at(THERE)), NOBODY)


@pytest.mark.parametrize(
    ("given", "base"),
    [
        ("http://Host.example:80/", "http://host.example"),
        ("https://host.example:443/a/", "https://host.example/a"),
        ("http://host.example:8010/.well-known/agent-card.json", "http://host.example:8010"),
        ("http://host.example/a/.well-known/agent.json", "http://host.example/a"),
        ("http://[::1]:8010/?x=1#y", "http://[::1]:8010"),
    ],
)
def test_addresses_are_written_one_way(given: str, base: str) -> None:
    assert base_url(given) == base


@pytest.mark.parametrize("given", ["", "host", "ftp://host", "http://", "http://u:p@host", "http://h/" + "x" * 2_000])
def test_what_is_no_address_is_refused(given: str) -> None:
    with pytest.raises(RequestInvalid):
        base_url(given)


def test_a_card_file_says_itself_where_its_agent_is() -> None:
    assert home(card_at(f"{HERE}/a"), f"{HERE}/cards/quant.json") == f"{HERE}/a"
    assert home(card_at(HERE), f"{THERE}/a/.well-known/agent-card.json") == f"{THERE}/a"
    assert home(card_at(HERE), None) == HERE


def test_a_card_file_speaks_only_for_agents_of_its_own_origin() -> None:
    with pytest.raises(CardMisplaced, match="another origin than its agent"):
        home(card_at(HERE), f"{THERE}/cards/quant.json")


def test_interfaces_stay_at_the_agents_origin() -> None:
    check_interfaces(card_at(HERE), HERE)
    check_interfaces(card_at(f"{HERE}/deeper"), HERE)
    for elsewhere in (THERE, "https://here.example:8010", "http://here.example"):
        with pytest.raises(CardMisplaced):
            check_interfaces(card_at(HERE), elsewhere)
