"""Cards in and out of JSON, in every dialect."""

import copy
import json
import subprocess
import sys
from typing import Any

import pytest
from a2a.client.card_resolver import parse_agent_card
from a2a.compat.v0_3 import conversions
from a2a.compat.v0_3 import types as v03
from a2a.types import a2a_pb2 as pb

from agentia.cards import CardInvalid, card_bytes, card_from_json, card_to_json, plain_json
from agentia.cards.versions import MAX_BYTES, MAX_DEPTH, decoded

OLD: dict[str, Any] = {
    "name": "Recipes",
    "description": "Finds recipes for what is in the fridge.",
    "url": "https://cook.example.com/a2a",
    "preferredTransport": "JSONRPC",
    "additionalInterfaces": [{"url": "https://cook.example.com/rest", "transport": "HTTP+JSON"}],
    "protocolVersion": "0.3.0",
    "version": "2.0.1",
    "provider": {"organization": "Cooks", "url": "https://example.com"},
    "capabilities": {"streaming": True, "pushNotifications": False, "stateTransitionHistory": True},
    "defaultInputModes": ["text/plain"],
    "defaultOutputModes": ["text/plain"],
    "skills": [
        {"id": "find", "name": "Find", "description": "Find a recipe", "tags": [], "security": [{"oauth": ["read"]}]}
    ],
    "securitySchemes": {
        "key": {"type": "apiKey", "in": "header", "name": "X-Key"},
        "oauth": {
            "type": "oauth2",
            "flows": {"clientCredentials": {"tokenUrl": "https://example.com/t", "scopes": {"read": "read"}}},
        },
        "oidc": {"type": "openIdConnect", "openIdConnectUrl": "https://example.com/.well-known/openid-configuration"},
        "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
        "tls": {"type": "mutualTLS", "description": "our CA"},
    },
    "security": [{"key": []}, {"oauth": ["read"], "tls": []}],
    "supportsAuthenticatedExtendedCard": True,
    "signatures": [{"protected": "eyJ9", "signature": "c2ln"}],
}


def nested(levels: int) -> dict[str, Any]:
    inner: dict[str, Any] = {}
    for _ in range(levels):
        inner = {"a": inner}
    return inner


def test_a_0_3_card_is_read_as_the_sdk_reads_it() -> None:
    assert card_from_json(OLD) == parse_agent_card(copy.deepcopy(OLD))


def test_reading_leaves_the_json_as_it_was() -> None:
    before = copy.deepcopy(OLD)
    card_from_json(OLD)
    assert before == OLD


def test_a_0_3_card_comes_back_as_it_was_but_for_what_1_0_dropped() -> None:
    expected = v03.AgentCard.model_validate(OLD)
    expected.capabilities.state_transition_history = None
    assert v03.AgentCard.model_validate(card_to_json(card_from_json(OLD), "0.3")) == expected


def test_what_is_served_parses_as_0_3_and_equals_the_sdks_conversion(card: pb.AgentCard) -> None:
    assert v03.AgentCard.model_validate(card_to_json(card)) == conversions.to_compat_agent_card(card)


def test_what_is_served_parses_as_1_0(card: pb.AgentCard) -> None:
    assert parse_agent_card(card_to_json(card)) == card


def test_the_flows_that_0_3_does_not_know_reach_1_0_clients_unharmed() -> None:
    card = card_from_json(OLD)
    flows = card.security_schemes["device"].oauth2_security_scheme.flows
    flows.device_code.token_url = "https://example.com/t"
    card.security_schemes["code"].oauth2_security_scheme.flows.authorization_code.pkce_required = True
    assert parse_agent_card(card_to_json(card)) == card
    assert card_to_json(card, "0.3")["securitySchemes"]["device"]["flows"] == {}


def test_a_card_without_an_old_interface_is_served_as_1_0_alone(card: pb.AgentCard) -> None:
    del card.supported_interfaces[2]
    assert card_to_json(card) == plain_json(card)
    with pytest.raises(CardInvalid, match=r"supportedInterfaces.* 0\.3"):
        card_to_json(card, "0.3")


def test_a_0_2_card_is_read_with_its_old_authentication() -> None:
    old = {
        "name": "Echo",
        "description": "Says it again",
        "url": "http://localhost:9/",
        "version": "0.1",
        "authentication": {"schemes": ["Bearer", "Basic"], "credentials": None},
        "capabilities": {"streaming": False, "stateTransitionHistory": True},
        "defaultInputModes": ["text"],
        "skills": [{"id": "echo", "name": "Echo", "description": "Says it again"}],
    }
    card = card_from_json(old)
    assert card.supported_interfaces == [
        pb.AgentInterface(url="http://localhost:9/", protocol_binding="JSONRPC", protocol_version="0.2")
    ]
    assert card.security_schemes["Bearer"].http_auth_security_scheme.scheme == "Bearer"
    assert [list(each.schemes) for each in card.security_requirements] == [["Bearer"], ["Basic"]]


def test_0_2_is_read_but_never_written() -> None:
    card = card_from_json({**OLD, "protocolVersion": "0.2.6"})
    assert [each.protocol_version for each in card.supported_interfaces] == ["0.2.6", "0.2.6"]
    with pytest.raises(CardInvalid):
        card_to_json(card, "0.3")


def test_of_several_old_flows_the_safest_is_kept() -> None:
    flows = {
        "password": {"tokenUrl": "https://example.com/t", "scopes": {}},
        "authorizationCode": {
            "authorizationUrl": "https://example.com/a",
            "tokenUrl": "https://example.com/t",
            "scopes": {},
        },
    }
    card = card_from_json({**OLD, "securitySchemes": {"oauth": {"type": "oauth2", "flows": flows}}})
    assert card.security_schemes["oauth"].oauth2_security_scheme.flows.WhichOneof("flow") == "authorization_code"


def test_an_unknown_kind_of_scheme_can_never_be_met_but_does_not_hide_the_card() -> None:
    card = card_from_json({**OLD, "securitySchemes": {"new": {"type": "quantum"}}})
    assert card.security_schemes["new"].WhichOneof("scheme") is None


def test_1_0_fields_win_over_old_ones_in_a_card_of_both(card: pb.AgentCard) -> None:
    mixed = card_to_json(card) | {"url": "https://old.example.com", "security": [{"none": []}]}
    mixed["securityRequirements"] = [{"schemes": {"key": {"list": ["a"]}}}]
    read = card_from_json(mixed)
    assert read.supported_interfaces[0].url == "http://127.0.0.1:8010/"
    assert list(read.security_requirements[0].schemes) == ["key"]


def test_unknown_fields_are_skipped_at_every_level(card: pb.AgentCard) -> None:
    data = plain_json(card)
    data["x-new"] = {"deep": [1]}
    data["skills"][0]["x-new"] = None
    data["capabilities"]["x-new"] = 5
    assert card_from_json(data) == card


def test_fields_spelled_as_in_the_proto_file_are_read(card: pb.AgentCard) -> None:
    data = plain_json(card)
    data["supported_interfaces"] = data.pop("supportedInterfaces")
    assert card_from_json(data) == card


def test_equal_cards_are_equal_bytes_whatever_order_their_maps_were_filled_in(card: pb.AgentCard) -> None:
    other = pb.AgentCard.FromString(card.SerializeToString())
    for name in "abcdef":
        card.security_schemes[name].mtls_security_scheme.SetInParent()
    for name in "fedcba":
        other.security_schemes[name].mtls_security_scheme.SetInParent()
    assert card_bytes(card) == card_bytes(other)


INTERFACES = [{"url": "https://a.example", "protocolBinding": "JSONRPC", "protocolVersion": "1.0"}]


@pytest.mark.parametrize(
    ("junk", "field"),
    [
        (None, "card"),
        ([], "card"),
        ("card", "card"),
        ({}, "name"),
        ({"hello": "world"}, "name"),
        ({"name": " ", "url": "https://a.example"}, "name"),
        ({"name": "a"}, "supportedInterfaces"),
        ({"name": "a", "supportedInterfaces": []}, "supportedInterfaces"),
        ({"name": "a", "supportedInterfaces": [{}]}, "supportedInterfaces[0].url"),
        ({"name": "a", "supportedInterfaces": {}}, "supportedInterfaces"),
        ({"name": "a", "supportedInterfaces": [None]}, "supportedInterfaces[0]"),
        ({"name": 5, "supportedInterfaces": INTERFACES}, "name"),
        ({"name": "a", "url": 5}, "url"),
        ({"name": "a", "url": "https://a.example", "protocolVersion": 0.3}, "protocolVersion"),
        (
            {"name": "a", "url": "https://a.example", "additionalInterfaces": [{"url": "x"}]},
            "additionalInterfaces[0].transport",
        ),
        ({"name": "a", "supportedInterfaces": INTERFACES, "skills": [{"tags": ["a", 1]}]}, "skills[0].tags[1]"),
        ({"name": "a", "supportedInterfaces": INTERFACES, "skills": {"id": "x"}}, "skills"),
        ({"name": "a", "supportedInterfaces": INTERFACES, "skills": ["convert"]}, "skills[0]"),
        (
            {"name": "a", "supportedInterfaces": INTERFACES, "capabilities": {"streaming": "yes"}},
            "capabilities.streaming",
        ),
        ({"name": "a", "supportedInterfaces": INTERFACES, "capabilities": [1]}, "capabilities"),
        (
            {"name": "a", "supportedInterfaces": INTERFACES, "capabilities": {"extensions": [{"params": [1]}]}},
            "capabilities.extensions[0].params",
        ),
        ({"name": "a", "supportedInterfaces": INTERFACES, "security": [["oauth"]]}, "security[0]"),
        ({"name": "a", "supportedInterfaces": INTERFACES, "security": [{"oauth": "read"}]}, "security[0].oauth"),
        ({"name": "a", "supportedInterfaces": INTERFACES, "securitySchemes": {"x": 5}}, "securitySchemes.x"),
        (
            {"name": "a", "supportedInterfaces": INTERFACES, "securitySchemes": {"x": {"type": 1}}},
            "securitySchemes.x.type",
        ),
        (
            {
                "name": "a",
                "supportedInterfaces": INTERFACES,
                "securitySchemes": {"x": {"mtlsSecurityScheme": {}, "httpAuthSecurityScheme": {}}},
            },
            "securitySchemes.x",
        ),
        ({"name": "\ud800", "supportedInterfaces": INTERFACES}, "card"),
        ({"name": "a", "supportedInterfaces": INTERFACES, "x": float("nan")}, "card"),
        ({"name": "a", "supportedInterfaces": INTERFACES, "x": b"bytes"}, "card"),
        ({"name": "a", "supportedInterfaces": INTERFACES, 5: "five"}, "card"),
        ({"name": "a", "supportedInterfaces": INTERFACES, "x": "y" * MAX_BYTES}, "card"),
        ({"name": "a", "supportedInterfaces": INTERFACES, "x": nested(MAX_DEPTH)}, "card"),
    ],
)
def test_junk_is_refused_with_the_field_it_is_in(junk: object, field: str) -> None:
    with pytest.raises(CardInvalid) as refused:
        card_from_json(junk)
    assert refused.value.field == field
    assert refused.value.message.startswith("The Agent Card")


def test_the_deepest_allowed_params_survive_json_and_protobuf_and_back(card: pb.AgentCard) -> None:
    data = plain_json(card)
    data["capabilities"]["extensions"] = [{"uri": "x:y", "params": nested(MAX_DEPTH - 5)}]
    deep = card_from_json(data)
    assert card_from_json(card_to_json(deep)) == pb.AgentCard.FromString(deep.SerializeToString())


def test_a_key_that_a_stranger_chose_cannot_write_into_a_message() -> None:
    with pytest.raises(CardInvalid) as refused:
        card_from_json({"name": "a", "url": "x", "securitySchemes": {"\x1b[2J\n" + "x" * 500: 5}})
    assert refused.value.message.isprintable()
    assert len(refused.value.message) < 200


@pytest.mark.parametrize(
    "body",
    [b"", b"<html>", b"[]", b"\xff\xfe", b'{"a":' * 90_000, b'{"a":' + b"9" * 9000 + b"}", b" " * (MAX_BYTES + 1)],
)
def test_a_body_that_is_no_json_object_is_refused(body: bytes) -> None:
    with pytest.raises(CardInvalid) as refused:
        decoded(body)
    assert refused.value.field == "card"


def test_making_serving_and_reading_cards_of_any_dialect_loads_neither_the_compat_package_nor_jwt() -> None:
    program = """
import json, sys
from agentia.cards import Skill, build_card, card_bytes, card_from_json, card_to_json
from agentia.cards.fetch import fetch_card
from agentia.cards.lint import lint
from agentia.cards.rewrite import rewrite_urls
from agentia.cards.wellknown import card_routes
card = build_card(name="a", description="b", version="1.0.0", url="http://localhost/", skills=[Skill("c", "d")])
card_routes(lambda: card_bytes(rewrite_urls(card, "http://localhost/x/")), dict)
lint(card_from_json(json.loads(sys.argv[1])))
card_to_json(card_from_json(card_to_json(card, "0.3")), "0.3")
heavy = ("a2a.compat", "a2a.client", "a2a.server", "jwt", "cryptography")
print([name for name in sys.modules if name.startswith(heavy)])
"""
    ran = subprocess.run([sys.executable, "-c", program, json.dumps(OLD)], capture_output=True, text=True, check=True)
    assert ran.stdout == "[]\n"
