"""What the registry does with requests: pages, membership, and what it cannot read."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

from agentia.cards.versions import card_to_json
from agentia.core.service import bind, running
from agentia.core.settings import Settings
from agentia.registry.client import RegistryClient, RegistryRefused
from agentia.registry.main import create_app

if TYPE_CHECKING:
    from tests.registry.conftest import Registry, StartAgent


async def test_the_list_goes_on_from_its_cursor(registry: "Registry", start_agent: "StartAgent") -> None:
    for name in ("c", "a", "b"):
        await registry.member.register((await start_agent(name)).url)
    first = (await registry.http.get("/agents", params={"limit": 2})).json()
    assert [agent["id"] for agent in first["agents"]] == ["a", "b"]
    rest = (await registry.http.get("/agents", params={"limit": 2, "cursor": first["next_cursor"]})).json()
    assert ([agent["id"] for agent in rest["agents"]], rest["next_cursor"]) == (["c"], None)
    registry.clock.advance(20)
    await registry.member.heartbeat("a", (await registry.member.get("a")).url)
    assert [agent.id for agent in await registry.member.list(status="healthy")] == ["a"]
    assert [agent.id for agent in await registry.member.list(status="unreachable")] == ["b", "c"]


async def test_only_members_write(registry: "Registry", start_agent: "StartAgent") -> None:
    server = await start_agent()
    writes: list[tuple[str, str, object]] = [
        ("POST", "/agents", {"url": server.url}),
        ("PUT", "/agents/quant/heartbeat", {"instance": server.url}),
        ("POST", "/agents/quant/refresh", None),
        ("DELETE", "/agents/quant", None),
        ("PUT", "/keys/gateway", {"jwks": {"keys": []}}),
        ("DELETE", "/keys/gateway", None),
    ]
    async with httpx.AsyncClient(
        base_url=registry.url, headers={"Authorization": "Bearer wrong"}, verify=False
    ) as stranger:
        for method, path, body in writes:
            answer = await stranger.request(method, path, json=body)
            assert (answer.status_code, answer.json()["error"]["code"]) == (401, "members_only"), path
    assert server.fetched == []


async def test_without_a_join_token_only_public_addresses_are_fetched(
    tmp_path: Path, start_agent: "StartAgent"
) -> None:
    server = await start_agent()
    async with running(create_app(Settings(data=tmp_path))) as url, RegistryClient(url) as anyone:
        with pytest.raises(RegistryRefused, match="URL"):
            await anyone.register(server.url)
        with pytest.raises(RegistryRefused, match="URL"):
            await anyone.register(card=card_to_json(server.card))
    assert server.fetched == []
    async with (
        running(create_app(Settings(data=tmp_path / "other", allow_private=True))) as url,
        RegistryClient(url) as anyone,
    ):
        assert (await anyone.register(server.url)).id == "quant"


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"{", "cannot be read"),
        (b"[]", "cannot be read"),
        (b"{}", "either `url` or `card`"),
        (b'{"url": "ftp://example.org"}', "not a URL"),
        (b'{"url": "http://user:secret@example.org"}', "not a URL"),
        (b'{"url": "http://127.0.0.1:1"}', "could not be reached"),
        (b'{"card": {"name": "X"}}', "is missing"),
        (b'{"url": 7}', "`url`"),
    ],
)
async def test_a_registration_that_cannot_be_read_is_explained(registry: "Registry", body: bytes, words: str) -> None:
    answer = await registry.http.post("/agents", content=body)
    assert 400 <= answer.status_code <= 502
    error = answer.json()["error"]
    assert words in error["message"]
    assert error["code"]


async def test_other_requests_that_cannot_be_read_are_explained(registry: "Registry") -> None:
    for method, path, body, status in [
        ("GET", "/agents?limit=0", None, 422),
        ("GET", "/agents?status=tired", None, 422),
        ("GET", "/agents?cursor=%21%21%21", None, 422),
        ("POST", "/discover", {}, 422),
        ("POST", "/discover", {"need": "x", "limit": 5_000}, 422),
        ("GET", "/agents/nobody", None, 404),
        ("GET", "/keys/nobody", None, 404),
        ("DELETE", "/agents/nobody", None, 404),
        ("GET", "/nowhere", None, 404),
        ("PATCH", "/agents", None, 405),
        ("POST", "/discover", {"need": "x" * 1_100_000}, 413),
    ]:
        answer = await registry.http.request(method, path, json=body)
        assert (answer.status_code, set(answer.json()) == {"error"}) == (status, True), path


async def test_the_registry_says_that_it_lives(registry: "Registry") -> None:
    assert (await registry.http.get("/healthz")).status_code == 200
    assert (await registry.http.get("/readyz")).status_code == 200


async def test_a_server_that_answers_what_nobody_asked_is_refused(registry: "Registry") -> None:
    async def say(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 304 Not Modified\r\n\r\n")
        writer.close()

    async with await asyncio.start_server(say, sock=bind("127.0.0.1", 0)) as server:
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(RegistryRefused, match="never seen"):
            await registry.member.register(f"http://127.0.0.1:{port}")
