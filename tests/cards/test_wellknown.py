"""Cards and keys on a real socket, read by the clients of both protocol versions."""

import json
from collections.abc import Awaitable, Callable

import httpx
import pytest
from a2a.client import A2ACardResolver
from a2a.compat.v0_3 import conversions
from a2a.compat.v0_3 import types as v03
from a2a.types import a2a_pb2 as pb
from starlette.applications import Starlette
from starlette.types import ASGIApp

from agentia.cards import card_bytes
from agentia.cards.signing import sign_card, verify_card
from agentia.cards.wellknown import card_routes
from agentia.core.identity import ServiceKey

Serve = Callable[[ASGIApp], Awaitable[str]]
PATHS = ["/.well-known/agent-card.json", "/.well-known/agent.json", "/.well-known/jwks.json"]


@pytest.fixture
async def base(serve: Serve, card: pb.AgentCard, key: ServiceKey) -> str:
    """Where the card is served; what is in `card` at the time of a request."""
    return await serve(Starlette(routes=card_routes(lambda: card_bytes(card), key.jwks)))


async def test_the_sdks_1_0_client_reads_the_card_we_serve(base: str, card: pb.AgentCard) -> None:
    async with httpx.AsyncClient(verify=False) as client:
        assert await A2ACardResolver(client, base).get_agent_card() == card


async def test_the_sdks_1_0_client_verifies_the_signature_we_serve(
    base: str, card: pb.AgentCard, key: ServiceKey
) -> None:
    card.CopyFrom(sign_card(card, key))
    async with httpx.AsyncClient(verify=False) as client:
        jwks = (await client.get(f"{base}/.well-known/jwks.json")).json()
        resolver = A2ACardResolver(client, base)
        await resolver.get_agent_card(signature_verifier=lambda found: verify_card(found, jwks))


@pytest.mark.parametrize("path", PATHS[:2])
async def test_a_0_3_client_reads_the_card_at_both_paths(base: str, card: pb.AgentCard, path: str) -> None:
    async with httpx.AsyncClient(base_url=base, verify=False) as client:
        found = v03.AgentCard.model_validate((await client.get(path)).json())
    assert found == conversions.to_compat_agent_card(card)


@pytest.mark.parametrize("path", PATHS)
async def test_an_answer_may_be_kept_and_asked_about_again(base: str, path: str) -> None:
    async with httpx.AsyncClient(base_url=base, verify=False) as client:
        first = await client.get(path)
        assert first.headers["content-type"] == "application/json"
        assert first.headers["cache-control"] == "public, max-age=60"
        assert not first.headers["etag"].startswith("W/")
        again = await client.get(path, headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]
    assert again.headers["cache-control"] == first.headers["cache-control"]


@pytest.mark.parametrize(
    ("header", "status"),
    [
        ('"other"', 200),
        ("{etag}", 304),
        ("W/{etag}", 304),
        ('"a,b" , "other",{etag}', 304),
        ("*", 304),
        ('"*"', 200),
        ("unquoted", 200),
        ("", 200),
    ],
)
async def test_if_none_match_is_read_as_rfc_9110_says(base: str, header: str, status: int) -> None:
    async with httpx.AsyncClient(base_url=base, verify=False) as client:
        etag = (await client.get(PATHS[0])).headers["etag"]
        answer = await client.get(PATHS[0], headers={"If-None-Match": header.format(etag=etag)})
    assert answer.status_code == status


@pytest.mark.parametrize("path", PATHS)
async def test_head_says_what_get_would_without_the_body(base: str, path: str) -> None:
    async with httpx.AsyncClient(base_url=base, verify=False) as client:
        got, head = await client.get(path), await client.head(path)
    assert head.content == b""
    assert {**head.headers, "date": ""} == {**got.headers, "date": ""}


async def test_a_changed_card_is_served_at_once_with_another_etag(base: str, card: pb.AgentCard) -> None:
    async with httpx.AsyncClient(base_url=base, verify=False) as client:
        before = await client.get(PATHS[0])
        card.version = "9.9.9"
        after = await client.get(PATHS[0], headers={"If-None-Match": before.headers["etag"]})
    assert after.status_code == 200
    assert after.json()["version"] == "9.9.9"
    assert after.headers["etag"] != before.headers["etag"]


async def test_the_keys_are_served_without_their_secret_half(base: str, key: ServiceKey) -> None:
    async with httpx.AsyncClient(base_url=base, verify=False) as client:
        answer = await client.get(PATHS[2])
    assert answer.json() == key.jwks()
    assert '"d"' not in json.dumps(answer.json())


async def test_cards_are_for_reading(base: str) -> None:
    async with httpx.AsyncClient(base_url=base, verify=False) as client:
        answer = await client.post(PATHS[0], json={})
    assert answer.status_code == 405
