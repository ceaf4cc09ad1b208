"""Cards made to point at a relay."""

import pytest
from a2a.types import a2a_pb2 as pb

from agentia.cards import CardInvalid
from agentia.cards.rewrite import rewrite_urls
from agentia.cards.signing import sign_card
from agentia.core.identity import ServiceKey

GATEWAY = "https://mesh.example.com/agents/fx/"


def offered(card: pb.AgentCard) -> list[tuple[str, str, str]]:
    return [(each.url, each.protocol_binding, each.protocol_version) for each in card.supported_interfaces]


def test_all_interfaces_point_at_the_relay_in_their_order(card: pb.AgentCard) -> None:
    assert offered(rewrite_urls(card, GATEWAY)) == [
        (GATEWAY, "JSONRPC", "1.0"),
        (GATEWAY, "HTTP+JSON", "1.0"),
        (GATEWAY, "JSONRPC", "0.3"),
    ]


def test_the_rest_of_the_card_stays_and_the_original_too(card: pb.AgentCard) -> None:
    before = card.SerializeToString(deterministic=True)
    moved = rewrite_urls(card, GATEWAY)
    assert card.SerializeToString(deterministic=True) == before
    del moved.supported_interfaces[:], card.supported_interfaces[:]
    assert moved == card


def test_signatures_over_the_old_urls_are_dropped(card: pb.AgentCard, key: ServiceKey) -> None:
    assert not rewrite_urls(sign_card(card, key), GATEWAY).signatures


def test_what_cannot_be_relayed_is_left_out(card: pb.AgentCard) -> None:
    card.supported_interfaces.insert(0, pb.AgentInterface(url="x:1", protocol_binding="GRPC", protocol_version="1.0"))
    card.supported_interfaces.add(url="https://a.example", protocol_binding="JSONRPC", protocol_version="9.0")
    card.supported_interfaces.add(url="https://a.example", protocol_binding="JSONRPC", protocol_version="newest")
    assert len(offered(rewrite_urls(card, GATEWAY))) == 3
    assert offered(rewrite_urls(card, GATEWAY, relayed={("GRPC", "1.0")})) == [(GATEWAY, "GRPC", "1.0")]


def test_doubles_become_one_but_tenants_stay_apart(card: pb.AgentCard) -> None:
    card.supported_interfaces.add(url="https://eu.example", protocol_binding="JSONRPC", protocol_version="1.0")
    card.supported_interfaces.add(
        url="https://a.example", protocol_binding="JSONRPC", protocol_version="1.0", tenant="t"
    )
    moved = rewrite_urls(card, GATEWAY)
    assert len(moved.supported_interfaces) == 4
    assert [each.tenant for each in moved.supported_interfaces] == ["", "", "", "t"]


@pytest.mark.parametrize("version", ["0.3", "0.3.0", ""])
def test_a_version_of_0_3_stays_as_the_agent_wrote_it(card: pb.AgentCard, version: str) -> None:
    card.supported_interfaces[2].protocol_version = version
    assert offered(rewrite_urls(card, GATEWAY))[2] == (GATEWAY, "JSONRPC", version)


def test_a_card_of_which_nothing_can_be_relayed_is_refused(card: pb.AgentCard) -> None:
    for each in card.supported_interfaces:
        each.protocol_binding = "GRPC"
    with pytest.raises(CardInvalid) as refused:
        rewrite_urls(card, GATEWAY)
    assert "JSONRPC 1.0" in refused.value.fix
