"""A gateway on a real socket, with a registry and agents whose every byte a test decides."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from starlette.applications import Starlette

from agentia.cards.build import Skill, build_card
from agentia.cards.versions import card_to_json
from agentia.core.identity import ServiceKey
from agentia.core.settings import Settings
from agentia.gateway.main import create_app

CRLF = b"\r\n"


class Server(uvicorn.Server):
    """uvicorn in the test's own loop, which waits for events where the real one waits for its clock."""

    def __init__(self, app: Any) -> None:
        super().__init__(uvicorn.Config(app, log_config=None, access_log=False))
        self.up, self.leave = asyncio.Event(), asyncio.Event()

    async def main_loop(self) -> None:
        await self.on_tick(0)
        self.up.set()
        await self.leave.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for server in self.servers:
            server.close()
        for connection in list(self.server_state.connections):
            connection.transport.close()
        await asyncio.gather(*self.server_state.tasks)
        await self.lifespan.shutdown()


@asynccontextmanager
async def listening(app: Any, sock: socket.socket) -> AsyncIterator[None]:
    """Serves an app while the block runs."""
    server = Server(app)
    task = asyncio.create_task(server.serve([sock]))
    await asyncio.wait([task, asyncio.create_task(server.up.wait())], return_when=asyncio.FIRST_COMPLETED)
    try:
        yield
    finally:
        server.leave.set()
        await task


@dataclass
class Asked:
    """One request as it reached an agent."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Line:
    """A connection to an agent, to be answered byte by byte."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def send(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    async def answer(self, body: Any, status: str = "200 OK", **headers: str) -> None:
        """A whole JSON answer."""
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        given = {"content-type": "application/json", "content-length": str(len(data)), **headers}
        lines = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in given.items())
        await self.send(f"HTTP/1.1 {status}\r\n{lines}\r\n".encode() + data)

    async def open_stream(self) -> None:
        await self.send(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n")

    async def chunk(self, data: bytes) -> None:
        await self.send(b"%x\r\n" % len(data) + data + CRLF)

    async def event(self, data: Any, number: int | None = None) -> None:
        name = f"id: {number}\r\n" if number is not None else ""
        await self.chunk(f"{name}data: {json.dumps(data)}\r\n\r\n".encode())

    async def end_stream(self) -> None:
        await self.send(b"0\r\n\r\n")

    def die(self) -> None:
        """Break the connection off, as a killed process does."""
        self.writer.transport.abort()

    async def hung_up(self) -> None:
        """Wait until the other side has closed."""
        while await self.reader.read(65536):
            pass


Script = Callable[[Asked, Line], Awaitable[None]]


async def agree(asked: Asked, line: Line) -> None:
    """What an agent does that was told nothing else."""
    await line.answer({"jsonrpc": "2.0", "id": 1, "result": {"message": {"messageId": "a", "role": "ROLE_AGENT"}}})


@dataclass
class StubAgent:
    """An agent made of a TCP server and a script."""

    name: str
    script: Script = agree
    asked: list[Asked] = field(default_factory=list)
    url: str = ""

    @asynccontextmanager
    async def up(self, port: int = 0) -> AsyncIterator["StubAgent"]:
        lines: set[asyncio.Task[None]] = set()

        def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            lines.add(asyncio.create_task(self._serve(Line(reader, writer))))

        server = await asyncio.start_server(connected, "127.0.0.1", port)
        self.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        try:
            yield self
        finally:
            server.close()
            for line in lines:
                line.cancel()
            results = await asyncio.gather(*lines, return_exceptions=True)
            await server.wait_closed()
        for result in results:
            if isinstance(result, Exception):
                raise result

    async def _serve(self, line: Line) -> None:
        try:
            while (head := await line.reader.readuntil(CRLF + CRLF)) and not line.writer.is_closing():
                asked = await _read(head, line.reader)
                self.asked.append(asked)
                await self.script(asked, line)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            line.writer.transport.abort()


async def _read(head: bytes, reader: asyncio.StreamReader) -> Asked:
    first, *rest = head.decode("latin-1").strip().split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in rest)}
    method, target, _ = first.split(" ")
    body = await reader.readexactly(int(headers.get("content-length", 0)))
    return Asked(method, target, headers, body)


class StubRegistry:
    """The registry's answers, kept in dictionaries."""

    def __init__(self) -> None:
        self.agents: dict[str, dict[str, Any]] = {}
        self.keys: dict[str, Any] = {}
        self.asked: list[Asked] = []
        self.pinned = asyncio.Event()
        self.listed = asyncio.Event()

    def enlist(self, name: str, *urls: str, status: str = "healthy", card: dict[str, Any] | None = None) -> None:
        """Register an agent with the URLs of its instances."""
        base = urls[0] if urls else "http://127.0.0.1:1"
        self.agents[name] = {
            "id": name,
            "name": name.title(),
            "description": f"Does what {name}s do.",
            "version": "1.0.0",
            "status": status,
            "url": base,
            "instances": [{"url": url, "seen": "2026-01-01T00:00:00Z"} for url in urls],
            "card": card or stub_card(name, base),
            "jwks": {"keys": []},
            "registered": "2026-01-01T00:00:00Z",
            "updated": "2026-01-01T00:00:00Z",
        }

    async def script(self, asked: Asked, line: Line) -> None:
        """The registry's side of the conversation."""
        self.asked.append(asked)
        what, _, name = asked.target.partition("?")[0].strip("/").partition("/")
        if what == "agents":
            await line.answer(
                self.agents[name] if name else {"agents": list(self.agents.values()), "next_cursor": None}
            )
            self.listed.set()
        elif what == "discover":
            await line.answer({"matches": []})
        elif (asked.method, what) != ("PUT", "keys"):  # of a neighbour's test, for whoever had this port before
            await line.answer({}, "404 Not Found")
        elif self.keys.setdefault(name, asked.json["jwks"]) == asked.json["jwks"]:
            await line.answer({"jwks": asked.json["jwks"]})
            self.pinned.set()
        else:
            error = {"code": "key_pinned", "message": "Another key is pinned for this name.", "fix": ""}
            await line.answer({"error": error}, "409 Conflict")


def stub_card(name: str, url: str) -> dict[str, Any]:
    """The card of a stub agent, as the registry keeps it."""
    skills = [Skill(f"{name}-things", f"Do {name} things", examples=["please"])]
    card = build_card(name=name, description=f"Does what {name}s do.", version="1.0.0", url=url, skills=skills)
    return card_to_json(card)


@dataclass
class Mesh:
    """What a test talks to."""

    url: str
    app: Starlette
    client: httpx.AsyncClient
    registry: StubRegistry
    office: AsyncExitStack
    registry_host: str
    key: ServiceKey
    stack: AsyncExitStack

    async def agent(self, name: str, *scripts: Script) -> list[StubAgent]:
        """Start an agent, one instance a script, and register it."""
        instances = [StubAgent(name, script) for script in scripts or (agree,)]
        for instance in instances:
            await self.stack.enter_async_context(instance.up())
        self.registry.enlist(name, *(instance.url for instance in instances))
        return instances


@pytest.fixture
def registry() -> StubRegistry:
    return StubRegistry()


@pytest.fixture
def key(tmp_path: Path) -> ServiceKey:
    return ServiceKey.load_or_create(tmp_path / "gateway.pem", "gateway")


@pytest.fixture
async def mesh(key: ServiceKey, registry: StubRegistry) -> AsyncIterator[Mesh]:
    """A gateway and a stub registry, both on sockets of their own."""
    sock = socket.create_server(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{sock.getsockname()[1]}"
    async with AsyncExitStack() as stack:
        office = await stack.enter_async_context(AsyncExitStack())
        place = await office.enter_async_context(StubAgent("registry", registry.script).up())
        app = create_app(Settings(registry_url=place.url, gateway_url=url), key)
        await stack.enter_async_context(listening(app, sock))
        client = await stack.enter_async_context(httpx.AsyncClient(base_url=url, timeout=20, verify=False))
        agents = await stack.enter_async_context(AsyncExitStack())
        yield Mesh(url, app, client, registry, office, place.url.removeprefix("http://"), key, agents)


@pytest.fixture
def rpc() -> Callable[..., dict[str, Any]]:
    """A JSON-RPC request."""

    def build(method: str = "SendMessage", text: str = "hello", **params: Any) -> dict[str, Any]:
        message = {"messageId": "m-1", "role": "ROLE_USER", "parts": [{"text": text}]}
        return {"jsonrpc": "2.0", "id": "r-1", "method": method, "params": params or {"message": message}}

    return build
