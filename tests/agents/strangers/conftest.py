"""Agents of others: sockets whose every answer a test decides, and what a delegation to one comes to."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from agentia.agents import Skill, Specialist, TaskRun

if TYPE_CHECKING:
    from tests.agents.conftest import Mesh


async def pass_on(task: TaskRun) -> str:
    result = await task.delegate("work", task.text, agent="stranger")
    for artifact in result.artifacts:
        await task.artifact(artifact.name, "".join(part.text for part in artifact.parts))
    return result.text


@pytest.fixture(autouse=True)
def brief_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tries follow each other more quickly than outside of tests."""
    monkeypatch.setattr("agentia.agents.patience.FIRST", 0.01)


@pytest.fixture
def boss() -> Specialist:
    """Hands its text on to the agent named stranger, and publishes what comes back."""
    return Specialist(pass_on, [Skill("organise", "Organise the others")], "boss")


@pytest.fixture
def outcome(mesh: "Mesh", boss: Specialist) -> Callable[..., Awaitable[tuple[str, str, list[str]]]]:
    """State, words and artifacts of a task that the boss delegates to the stranger."""

    async def delegate(patience: float = 5.0) -> tuple[str, str, list[str]]:
        task = await (await mesh.join(boss, patience=patience)).send("hello")
        texts = [part["text"] for artifact in task.get("artifacts", ()) for part in artifact["parts"]]
        words = task["status"]["message"]["parts"][0]["text"]
        return task["status"]["state"].removeprefix("TASK_STATE_"), words, texts

    return delegate


@dataclass
class Line:
    """A connection to a stranger, to be answered byte by byte."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)

    async def answer(self, body: Any, status: str = "200 OK", type: str = "application/json") -> None:
        """A whole answer: bytes as they are, all else as the result of JSON-RPC."""
        made = body if isinstance(body, bytes) else json.dumps(self.wrapped(body)).encode()
        head = f"HTTP/1.1 {status}\r\ncontent-type: {type}\r\ncontent-length: {len(made)}\r\n\r\n"
        await self.write(head.encode() + made)

    async def stream(self, *results: Any, end: bool = True) -> None:
        """A stream of events; it ends after them, or stays open."""
        await self.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n")
        for result in results:
            await self.event(result)
        if end:
            self.writer.close()

    async def event(self, result: Any, number: int | None = None) -> None:
        """One event of a stream."""
        id = f"id: {number}\n" if number is not None else ""
        data = result if isinstance(result, str) else json.dumps(self.wrapped(result))
        await self.write(f"{id}data: {data}\n\n".encode())

    async def write(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    def wrapped(self, result: Any) -> Any:
        return {"jsonrpc": "2.0", "id": self.body["id"], "result": result}

    def cut(self) -> None:
        """Break the connection off, as a killed process does."""
        self.writer.transport.abort()

    async def hung_up(self) -> None:
        """Wait until the other side has gone."""
        while await self.reader.read(65536):
            pass


@dataclass
class Stranger:
    """An agent made of a socket and a script, which is called with each request as a Line."""

    script: Any
    url: str = ""
    asked: list[Any] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)

    def count(self, method: str) -> int:
        """How often a method was called."""
        return sum(each["method"] == method for each in self.asked)

    @asynccontextmanager
    async def up(self) -> AsyncIterator["Stranger"]:
        lines: set[asyncio.Task[None]] = set()

        def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            lines.add(asyncio.create_task(self._serve(Line(reader, writer))))

        server = await asyncio.start_server(connected, "127.0.0.1", 0)
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
            while not line.writer.is_closing():
                head = (await line.reader.readuntil(b"\r\n\r\n")).decode("latin-1")
                lines = [each.partition(":") for each in head.split("\r\n")[1:] if each]
                line.headers = {name.lower(): value.strip() for name, _, value in lines}
                body = await line.reader.readexactly(int(line.headers.get("content-length", 0)))
                if not body:
                    await line.write(b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n")
                    continue
                line.body = json.loads(body)
                self.asked.append(line.body)
                self.headers.append(line.headers)
                await self.script(line)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            line.writer.transport.abort()


@pytest.fixture
async def stranger(mesh: "Mesh") -> AsyncIterator[Callable[..., Any]]:
    """Starts a stranger with a script and enlists it."""
    async with AsyncExitStack() as stack:

        async def start(script: Any, name: str = "stranger", **card: Any) -> Stranger:
            made = await stack.enter_async_context(Stranger(script).up())
            await mesh.enlist(name, made.url, **card)
            return made

        yield start
