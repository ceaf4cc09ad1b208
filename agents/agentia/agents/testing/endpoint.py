"""An OpenAI-compatible endpoint on a socket of this machine, for tests of agents."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from agentia.agents.testing import chat, responses
from agentia.agents.testing.steps import CutShort, Fail, Hang, Say, Script, Step


@dataclass
class ModelServer:
    """An endpoint that speaks Chat Completions and Responses. `url` is for OPENAI_BASE_URL.

    `requests` is what it was asked.
    """

    script: Script
    url: str = ""
    requests: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._steps = None if callable(self.script) else iter(self.script)

    def step(self, request: dict[str, Any]) -> Step:
        """What to answer next; an endpoint whose script is over refuses."""
        self.requests.append(request)
        if callable(self.script):
            return self.script(request)
        assert self._steps is not None
        return next(self._steps, Fail(400))


@asynccontextmanager
async def model_server(script: Script, port: int = 0) -> AsyncIterator[ModelServer]:
    """Serves a ModelServer on a socket of this machine while the block runs."""
    made, open_ones = ModelServer(script), set[asyncio.StreamWriter]()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        open_ones.add(writer)
        try:
            while await _answer(made, reader, writer):
                pass
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            open_ones.discard(writer)
            writer.close()

    server = await asyncio.start_server(connected, "127.0.0.1", port)
    made.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
    try:
        yield made
    finally:
        server.close()
        for writer in open_ones:
            writer.transport.abort()


async def _answer(server: ModelServer, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
    """Answer one request; whether the connection stays open."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
    spoken = responses if head.split(" ", 2)[1].endswith("/responses") else chat
    length = next(int(line.partition(":")[2]) for line in head.splitlines() if line.startswith("content-length:"))
    request = json.loads(await reader.readexactly(length))
    step = server.step(request)
    if isinstance(step, Fail):
        wait = "" if step.retry_after is None else f"Retry-After: {step.retry_after}\r\n"
        _whole(writer, step.status, {"error": {"message": "So it was told to.", "type": "scripted"}}, wait)
    elif not request.get("stream"):
        said = step if isinstance(step, Say) else Say(step.text)
        _whole(writer, 200, spoken.whole(request, said, step.reason if isinstance(step, CutShort) else ""))
    else:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n")
        for event in spoken.events(request, step):
            _chunk(writer, f"data: {json.dumps(event)}\n\n".encode())
            await writer.drain()
        if isinstance(step, Hang):
            await reader.read()
        if not isinstance(step, Say | CutShort):
            return False
        _chunk(writer, b"data: [DONE]\n\n")
        writer.write(b"0\r\n\r\n")
    await writer.drain()
    return True


def _whole(writer: asyncio.StreamWriter, status: int, body: Any, headers: str = "") -> None:
    data = json.dumps(body).encode()
    head = (
        f"HTTP/1.1 {status} Scripted\r\nContent-Type: application/json\r\nContent-Length: {len(data)}\r\n{headers}\r\n"
    )
    writer.write(head.encode() + data)


def _chunk(writer: asyncio.StreamWriter, data: bytes) -> None:
    writer.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
