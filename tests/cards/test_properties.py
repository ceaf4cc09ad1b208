"""What holds for every card, found out with cards of all shapes that the types allow."""

import copy
from typing import Any

from a2a.client.card_resolver import parse_agent_card
from a2a.compat.v0_3 import conversions
from a2a.compat.v0_3 import types as v03
from a2a.types import a2a_pb2 as pb
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from google.protobuf.json_format import ParseDict
from hypothesis import given, settings
from hypothesis import strategies as st

from agentia.cards import CardInvalid, card_bytes, card_from_json, card_to_json, plain_json
from agentia.cards.lint import lint
from agentia.cards.signing import sign_card, verify_card
from agentia.cards.versions import decoded
from agentia.core.identity import ServiceKey

text = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
scalars = (
    st.none() | st.booleans() | st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(2**53), 2**53) | text
)
any_json = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(text, inner, max_size=2), max_leaves=4
)
# Fields where 0.3 knows a few values only, or where free text would seldom mean anything.
CHOICES = {
    "location": st.sampled_from(["header", "query", "cookie"]),
    "protocol_version": st.sampled_from(["1.0", "0.3", "0.3.0", "0.2.6", ""]),
}
SETTINGS = settings(max_examples=60, derandomize=True)


def refusal(junk: dict[str, Any]) -> CardInvalid | None:
    try:
        card_from_json(junk)
    except CardInvalid as refused:
        return refused
    return None


def messages(kind: Any) -> st.SearchStrategy[dict[str, Any]]:
    """JSON of messages of the descriptor `kind`: any fields, but of a real oneof exactly one."""
    if kind.full_name == "google.protobuf.Struct":
        return st.dictionaries(text, any_json, max_size=2)
    free = {field.json_name: values(field) for field in kind.fields if not in_choice(field)}
    strategy = st.fixed_dictionaries({}, optional=free)
    for choice in (each for each in kind.oneofs if in_choice(each.fields[0])):
        picked = st.one_of([st.fixed_dictionaries({each.json_name: values(each)}) for each in choice.fields])
        strategy = st.builds(lambda some, one: some | one, strategy, picked)
    return strategy


def in_choice(field: Any) -> bool:
    return field.containing_oneof is not None and len(field.containing_oneof.fields) > 1


def values(field: Any) -> st.SearchStrategy[Any]:
    if field.message_type is not None and field.message_type.GetOptions().map_entry:
        return st.dictionaries(text, one(field.message_type.fields_by_name["value"]), max_size=2)
    return st.lists(one(field), max_size=2) if field.is_repeated else one(field)


def one(field: Any) -> st.SearchStrategy[Any]:
    if field.message_type is not None:
        return messages(field.message_type)
    if field.type == field.TYPE_BOOL:
        return st.booleans()
    return CHOICES.get(field.name, text)


def completed(data: dict[str, Any]) -> pb.AgentCard:
    """With the least that makes it a card."""
    card = ParseDict(data, pb.AgentCard())
    card.name = card.name.strip() or "a"
    card.capabilities.SetInParent()  # required by both versions, so a card without gets an empty one when served
    card.supported_interfaces.add(url="https://a.example", protocol_binding="JSONRPC", protocol_version="0.3")
    for each in card.supported_interfaces:
        each.url = each.url or "https://b.example"
        each.protocol_binding = each.protocol_binding or "HTTP+JSON"
    for scheme in card.security_schemes.values():
        if scheme.HasField("api_key_security_scheme") and not scheme.api_key_security_scheme.location:
            scheme.api_key_security_scheme.location = "header"
        if scheme.HasField("oauth2_security_scheme"):
            scheme.oauth2_security_scheme.flows.SetInParent()
    return card


cards = messages(pb.AgentCard.DESCRIPTOR).map(completed)
key = ServiceKey("any", Ed25519PrivateKey.generate())


@SETTINGS
@given(cards)
def test_served_json_reads_back_as_the_same_card(card: pb.AgentCard) -> None:
    assert card_from_json(decoded(card_bytes(card))) == card
    assert card_from_json(plain_json(card)) == card


@SETTINGS
@given(cards)
def test_served_json_reads_as_the_same_card_in_the_sdks_client(card: pb.AgentCard) -> None:
    assert parse_agent_card(card_to_json(card)) == card


@SETTINGS
@given(cards)
def test_both_0_3_outputs_equal_the_sdks_conversion(card: pb.AgentCard) -> None:
    expected = conversions.to_compat_agent_card(card)
    assert v03.AgentCard.model_validate(card_to_json(card)) == expected
    assert v03.AgentCard.model_validate(card_to_json(card, "0.3")) == expected


@SETTINGS
@given(cards)
def test_a_0_3_card_goes_to_1_0_and_back_unchanged(card: pb.AgentCard) -> None:
    old = card_to_json(card, "0.3")
    assert card_to_json(card_from_json(old), "0.3") == old


@SETTINGS
@given(cards)
def test_a_0_3_card_is_read_as_the_sdks_client_reads_it(card: pb.AgentCard) -> None:
    old = card_to_json(card, "0.3")
    expected = parse_agent_card(copy.deepcopy(old))
    if old.get("supportsAuthenticatedExtendedCard") is False:  # the SDK forgets a plain no
        expected.capabilities.extended_agent_card = False
    assert card_from_json(old) == expected


@SETTINGS
@given(cards)
def test_a_signature_survives_being_served_and_read(card: pb.AgentCard) -> None:
    signed = sign_card(card, key)
    verify_card(card_from_json(decoded(card_bytes(signed))), key.jwks())


@SETTINGS
@given(
    st.dictionaries(st.sampled_from([*pb.AgentCard.DESCRIPTOR.fields_by_camelcase_name, "url", "security"]), any_json)
)
def test_whatever_is_in_the_fields_reading_gives_a_card_or_a_sentence_and_linting_a_finding(
    junk: dict[str, Any],
) -> None:
    refused = refusal(junk)
    assert refused is None or (refused.field and refused.message.isprintable())
    assert lint(junk)


@SETTINGS
@given(messages(pb.AgentCard.DESCRIPTOR))
def test_every_card_can_be_linted_as_a_message_and_as_json(data: dict[str, Any]) -> None:
    card = ParseDict(data, pb.AgentCard())
    for found in [*lint(card, fetched_from="https://a.example"), *lint(plain_json(card), jwks=key.jwks())]:
        assert found.field
        assert found.reason
        assert found.fix
        assert str(found).isprintable()
