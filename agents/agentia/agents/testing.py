"""For tests of agents: models that say what they are told, in this process or behind an OpenAI-compatible endpoint."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from agents.testing import ScriptedModel

PIECE: Final = 8
"""Characters of a streamed text that come at once."""


@dataclass(frozen=True)
class Call:
    """A model calls a tool. `arguments` is JSON, or a text that is sent as it is; `id` is made up unless given."""

    tool: str
    arguments: Any = None
    id: str = ""

    @property
    def text(self) -> str:
        """The arguments as the model writes them."""
        return self.arguments if isinstance(self.arguments, str) else json.dumps(self.arguments or {})


@dataclass(frozen=True)
class Say:
    """A model answers: with text, calls of tools, or both. `tokens` are those of the question and of the answer."""

    text: str = ""
    calls: Sequence[Call] = ()
    tokens: tuple[int, int] = (10, 5)


@dataclass(frozen=True)
class Fail:
    """An endpoint refuses, with an HTTP status and a time to wait in seconds."""

    status: int
    retry_after: int | None = 0


@dataclass(frozen=True)
class BreakOff:
    """An endpoint sends so much of an answer, and closes the connection."""

    text: str = "The answer is"


@dataclass(frozen=True)
class Hang:
    """An endpoint sends so much of an answer, and then nothing any more."""

    text: str = "The answer is"


Step = Say | Fail | BreakOff | Hang
Script = Iterable[Step] | Callable[[dict[str, Any]], Step]
"""What is answered: step by step, or by what a function makes of the request (the JSON that the client sent)."""


def scripted(*steps: Say) -> "ScriptedModel":
    """A model of the Agents SDK that answers so, one call after the other: `Agent(model=scripted(Say("Hello")))`."""
    from agents.testing import ModelStep, ScriptedModel, assistant_message, function_call
    from agents.usage import Usage

    def step(say: Say) -> ModelStep:
        words = [assistant_message(say.text)] if say.text else []
        calls = [
            function_call(call.tool, call.text, call_id=call.id or f"call_{number}")
            for number, call in enumerate(say.calls)
        ]
        asked, said = say.tokens
        return ModelStep(
            [*words, *calls], usage=Usage(1, input_tokens=asked, output_tokens=said, total_tokens=asked + said)
        )

    return ScriptedModel([step(say) for say in steps])


@dataclass
class ModelServer:
    """An endpoint that speaks Chat Completions. `url` is for OPENAI_BASE_URL, `requests` is what it was asked."""

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
    length = next(int(line.partition(":")[2]) for line in head.splitlines() if line.startswith("content-length:"))
    request = json.loads(await reader.readexactly(length))
    step = server.step(request)
    if isinstance(step, Fail):
        wait = "" if step.retry_after is None else f"Retry-After: {step.retry_after}\r\n"
        _whole(writer, step.status, {"error": {"message": "So it was told to.", "type": "scripted"}}, wait)
    elif not request.get("stream"):
        said = step if isinstance(step, Say) else Say(step.text)
        _whole(writer, 200, _completion(request, said))
    else:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n")
        for event in _events(request, step):
            _chunk(writer, f"data: {json.dumps(event)}\n\n".encode())
            await writer.drain()
        if isinstance(step, Hang):
            await reader.read()
        if not isinstance(step, Say):
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


def _completion(request: dict[str, Any], say: Say) -> dict[str, Any]:
    message = {"role": "assistant", "content": say.text or None, "tool_calls": _calls(say) or None}
    reason = "tool_calls" if say.calls else "stop"
    choice = {"index": 0, "message": message, "finish_reason": reason}
    return {**_envelope(request, "chat.completion"), "choices": [choice], "usage": _usage(say)}


def _events(request: dict[str, Any], step: Step) -> Iterable[dict[str, Any]]:
    envelope = _envelope(request, "chat.completion.chunk")

    def delta(content: dict[str, Any], reason: str | None = None) -> dict[str, Any]:
        return {**envelope, "choices": [{"index": 0, "delta": content, "finish_reason": reason}]}

    text = "" if isinstance(step, Fail) else step.text
    yield delta({"role": "assistant", "content": ""})
    for start in range(0, len(text), PIECE):
        yield delta({"content": text[start : start + PIECE]})
    if isinstance(step, Say):
        for call in _calls(step):
            yield delta({"tool_calls": [call]})
        yield delta({}, "tool_calls" if step.calls else "stop")
        yield {**envelope, "choices": [], "usage": _usage(step)}


def _envelope(request: dict[str, Any], kind: str) -> dict[str, Any]:
    return {"id": "scripted", "object": kind, "created": 0, "model": request.get("model", "")}


def _calls(say: Say) -> list[dict[str, Any]]:
    return [
        {
            "index": number,
            "id": call.id or f"call_{number}",
            "type": "function",
            "function": {"name": call.tool, "arguments": call.text},
        }
        for number, call in enumerate(say.calls)
    ]


def _usage(say: Say) -> dict[str, int]:
    asked, said = say.tokens
    return {"prompt_tokens": asked, "completion_tokens": said, "total_tokens": asked + said}
