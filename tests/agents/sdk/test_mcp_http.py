"""MCP servers of agents over streamable HTTP: calls of several tasks at once, restarts, and answers without an end."""

import asyncio
import json
import warnings
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from agents import Agent, UserError
from agents.mcp import MCPServerStreamableHttp

from agentia.agents import Skill, Specialist
from agentia.agents.sdk.mcp.words import label, reason
from agentia.agents.testing import Call, Say, scripted
from agentia.core.service import bind
from tests.agents.sdk.test_mcp import outputs

SKILLS = [Skill("work", "Work with tools")]
ADD = Call("add", {"a": 1, "b": 2})


class Shop:
    """An MCP server of the `mcp` package on a socket of this process; with `old` it has sessions, as before 2026."""

    def __init__(self, serving: Any, *, old: bool = False, json_response: bool = False) -> None:
        with bind("127.0.0.1", 0) as sock:
            self.port = sock.getsockname()[1]
        self._serving, self._old, self._json = serving, old, json_response
        self.entered, self.released = asyncio.Event(), asyncio.Event()
        self.added, self.seen = 0, list[dict[str, Any]]()

    @property
    def url(self) -> str:
        return f"http://user:hunter2@127.0.0.1:{self.port}/mcp?key=hunter2"

    @asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        """Serve while the block runs; a second time it is a server that has forgotten everything."""
        async with self._serving(self._watched(self._app()), bind("127.0.0.1", self.port)):
            yield

    def _app(self) -> Any:
        from mcp.server.mcpserver import Context, MCPServer
        from mcp_types import ToolAnnotations

        server = MCPServer("shop", log_level="ERROR")

        @server.tool(annotations=ToolAnnotations(read_only_hint=True))
        def add(a: int, b: int) -> int:
            self.added += 1
            return a + b

        @server.tool()
        async def hold() -> str:
            self.entered.set()
            await self.released.wait()
            return "held"

        @server.tool()
        def big(size: int) -> str:
            return "x" * size

        @server.tool()
        async def flood(context: Context[Any]) -> str:
            with warnings.catch_warnings(action="ignore"):
                for _ in range(1000):  # as this process has to do it, it is no flood without an end
                    await context.info("x" * 1000)
            await asyncio.Event().wait()
            return ""

        return server.streamable_http_app(json_response=self._json)

    def _watched(self, app: Any) -> Any:
        """Sees the messages, and answers as a server of before 2026 that it cannot be discovered."""

        async def served(scope: Any, receive: Any, send: Any) -> None:
            if scope["type"] != "http" or scope["method"] != "POST":
                await app(scope, receive, send)
                return
            message = await receive()
            body = json.loads(message["body"])
            self.seen.append(body)
            if self._old and body["method"] == "server/discover":
                error = {"jsonrpc": "2.0", "id": body["id"], "error": {"code": -32601, "message": "no such method"}}
                head = [(b"content-type", b"application/json")]
                await send({"type": "http.response.start", "status": 200, "headers": head})
                await send({"type": "http.response.body", "body": json.dumps(error).encode()})
                return
            messages = iter([message])

            async def again() -> Any:
                return next(messages, None) or await receive()

            await app(scope, again, send)

        served.state = app.state  # type: ignore[attr-defined]
        return served


@pytest.fixture(params=[False, True], ids=["2026", "sessions"])
def shop(request: pytest.FixtureRequest, serving: Any) -> Shop:
    return Shop(serving, old=request.param)


@pytest.fixture
def serve(alone: Any, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """Serves an agent with that server: its client, and the model."""
    monkeypatch.setattr("agentia.agents.sdk.mcp.connection.FIRST_PAUSE", 0.0)

    async def start(shop: Shop, *steps: Say) -> Any:
        model = scripted(*steps)
        server = MCPServerStreamableHttp({"url": shop.url}, client_session_timeout_seconds=30)
        return await alone.serve(Specialist(Agent(name="worker", model=model, mcp_servers=[server]), SKILLS)), model

    return start


def calling(*calls: Call) -> list[Say]:
    return [Say(calls=list(calls)), Say("Done.")]


async def test_calls_of_several_tasks_run_at_once_and_one_may_be_canceled(shop: Shop, serve: Any) -> None:
    async with shop.open():
        client, model = await serve(shop, *[Say(calls=[Call("hold")])] * 2, *calling(ADD), Say("Held."))
        held = [await client.begin("hold"), await client.begin("hold")]
        await shop.entered.wait()

        done = await client.send("1 + 2?")
        await client.rpc("CancelTask", {"id": held[0]})
        canceled = await client.settled(held[0])
        shop.released.set()
        ended = await client.settled(held[1])

    assert done["status"]["state"] == ended["status"]["state"] == "TASK_STATE_COMPLETED"
    assert canceled["status"]["state"] == "TASK_STATE_CANCELED"
    assert outputs(model) == ["held"]
    assert [each["method"] for each in shop.seen].count("server/discover") == 1


async def test_a_server_that_was_restarted_is_connected_again_and_the_call_is_made(shop: Shop, serve: Any) -> None:
    async with shop.open():
        client, model = await serve(shop, *calling(ADD), *calling(ADD), *calling(ADD))
        await client.send("1 + 2?")
    away = await client.send("1 + 2?")
    async with shop.open():
        done = await client.send("1 + 2?")

    assert away["status"]["state"] == "TASK_STATE_FAILED"
    assert away["status"]["message"]["parts"][0]["text"].startswith(
        f"The agent's MCP server 127.0.0.1:{shop.port} cannot be used: could not reach the server."
    )
    assert done["status"]["state"] == "TASK_STATE_COMPLETED", done["status"]
    assert outputs(model) == ["3"]
    assert shop.added == 2


async def test_a_server_that_is_restarted_during_a_call_is_there_for_the_next(
    serving: Any, serve: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = Shop(serving)
    monkeypatch.setattr("agentia.agents.sdk.mcp.connection.FIRST_PAUSE", 0.2)
    async with shop.open():
        client, model = await serve(shop, Say(calls=[ADD]), Say(calls=[Call("hold")]), *calling(ADD))
        task_id = await client.begin("1 + 2?")
        await shop.entered.wait()
        shop.entered.clear()
    async with shop.open():
        task = await client.settled(task_id)

    assert task["status"]["state"] == "TASK_STATE_COMPLETED"
    first, broken, last = outputs(model)
    assert (first, last) == ("3", "3")
    assert broken.startswith(f"The MCP server 127.0.0.1:{shop.port} ")


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("streamable_http: https://me:key@mcp.example.com:8443/s/secret/mcp?key=1", "mcp.example.com:8443"),
        ("http://127.0.0.1:bad/x", "127.0.0.1:bad"),
        ("stdio: /home/ann/bin/files", "stdio: files"),
        ("my files: all", "my files: all"),
    ],
    ids=["url", "odd", "command", "own"],
)
def test_names_of_servers_are_shown_without_secrets(name: str, shown: str) -> None:
    assert label(name) == shown


@pytest.mark.parametrize(
    ("message", "why"),
    [
        ("Failed to connect to MCP server 'x: y': HTTP error 401 (Go: away)", "HTTP error 401"),
        ("Failed to list tools from MCP server 'x': Connection lost.", "connection lost"),
        ("MCP server 'https://x/secret' returned a repeated cursor.", "it returned a repeated cursor"),
    ],
    ids=["status", "lost", "named"],
)
def test_reasons_are_told_without_what_a_server_says(message: str, why: str) -> None:
    assert reason(UserError(message), None) == why


@pytest.mark.parametrize(
    ("call", "json_response", "said"),
    [
        (Call("big", {"size": 2_000_000}), False, "exceeded the 1048576 byte limit"),
        (Call("big", {"size": 2_000_000}), True, "it has sent a message of more than 1 MB"),
        (Call("flood"), False, "(it sends more than anybody has asked for)"),
    ],
    ids=["event", "body", "notifications"],
)
async def test_a_server_that_floods_is_bounded(
    serving: Any, serve: Any, monkeypatch: pytest.MonkeyPatch, call: Call, json_response: bool, said: str
) -> None:
    monkeypatch.setattr("agentia.agents.sdk.mcp.watch.LONGEST", 1_000_000)
    monkeypatch.setattr("agentia.agents.sdk.mcp.watch.BURST", 150_000)
    monkeypatch.setattr("agentia.agents.sdk.mcp.watch.RATE", 1)
    monkeypatch.setattr("agentia.agents.sdk.mcp.watch.TOO_LONG", "it has sent a message of more than 1 MB")
    shop = Shop(serving, old=True, json_response=json_response)
    async with shop.open():
        client, model = await serve(shop, Say(calls=[call]), *calling(ADD))
        task = await client.send("go")

    assert task["status"]["state"] == "TASK_STATE_COMPLETED"
    assert said in outputs(model)[0]
    assert outputs(model)[1] == "3"
