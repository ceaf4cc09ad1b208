"""What an agent of the Agents SDK costs as a specialist, durable, beside the bare SDK: CPU, and time to the first text.

Both ask the same endpoint, a process of its own, which answers at once.
"""

import asyncio
import statistics
import subprocess
import sys
import tempfile
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from time import perf_counter, process_time, thread_time
from typing import Any, Final

from a2a.types.a2a_pb2 import Message, Part, Role, SendMessageRequest
from agents import Agent, OpenAIChatCompletionsModel, Runner, set_tracing_disabled
from openai import AsyncOpenAI

from agentia.agents import Skill, Specialist
from agentia.agents.service import create_app
from agentia.agents.testing import Call, Say, model_server
from agentia.core.settings import Settings
from agentia.tasks.caller import LOCAL
from agentia.tasks.engine import Engine
from bench.report import heading, table, target

RUNS, ROUNDS = 15, 30
TEXT: Final = "It is ninety-two euros, more or less, at the rate of today. " * 5
QUESTION: Final = "What are 100 US dollars in euros?"
CPU: Final = 1.25
"""How much more CPU it may take."""
FIRST: Final = 5.0
"""Milliseconds more to the first text, half of the time."""

Once = Callable[[], Awaitable[float]]
"""One run; the seconds until its first text."""
Round = tuple[float, float, float]
"""Milliseconds: CPU of a run, what of it the event loop's thread took, and the time to the first text."""


def main() -> bool:
    """Time both in turns; returns whether the targets are met."""
    heading(f"An agent of the Agents SDK, durable on SQLite, beside the bare SDK: {ROUNDS} rounds of {RUNS} runs each")
    with endpoint() as url:
        bare, ours = asyncio.run(_measured(url))
    rows = [
        [name, *(f"{statistics.median(each):.2f}" for each in zip(*taken, strict=True))]
        for name, taken in (("bare", bare), ("ours", ours))
    ]
    table(("", "CPU ms a run", "of it the loop's", "first text ms"), rows)
    cpu = statistics.median(each[0] / beside[0] for each, beside in zip(ours, bare, strict=True))
    first = statistics.median(each[2] - beside[2] for each, beside in zip(ours, bare, strict=True))
    return all([target("CPU beside the bare SDK", cpu, CPU), target("first text, later by", first, FIRST, " ms")])


@contextmanager
def endpoint() -> Iterator[str]:
    """The URL of an endpoint in a process of its own, that answers at once."""
    with subprocess.Popen([sys.executable, "-m", "bench.adapter"], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            process.kill()


async def _measured(url: str) -> list[list[Round]]:
    """The rounds of each side, bare and ours; each begins every other time, and after a round that does not count."""
    taken: list[list[Round]] = [[], []]
    async with _ours(url) as ours:
        sides = [*zip((_bare(url), ours), taken, strict=True)]
        for number in range(ROUNDS + 1):
            for once, rounds in sides if number % 2 else reversed(sides):
                rounds.append(await _round(once))
    return [rounds[1:] for rounds in taken]


async def _round(once: Once) -> Round:
    process, loop = process_time(), thread_time()
    first = [await once() for _ in range(RUNS)]
    spent = process_time() - process, thread_time() - loop
    return spent[0] / RUNS * 1e3, spent[1] / RUNS * 1e3, statistics.median(first) * 1e3


def _bare(url: str) -> Once:
    set_tracing_disabled(True)
    model = OpenAIChatCompletionsModel("small", AsyncOpenAI(base_url=url, api_key="none"))
    agent = Agent(name="fx", instructions="Convert.", model=model)

    async def once() -> float:
        begun, first = perf_counter(), 0.0
        async for event in Runner.run_streamed(agent, QUESTION).stream_events():
            if not first and event.type == "raw_response_event" and event.data.type == "response.output_text.delta":
                first = perf_counter() - begun
        return first

    return once


@asynccontextmanager
async def _ours(url: str) -> AsyncIterator[Once]:
    with tempfile.TemporaryDirectory(prefix="agentia-bench-") as folder:
        async with served(Agent(name="fx", instructions="Convert."), Path(folder), url) as engine:
            yield lambda: _once(engine)


@asynccontextmanager
async def served(agent: Agent[Any], data: Path, url: str, **changed: Any) -> AsyncIterator[Engine]:
    """The engine of an agent, a service without its socket, whose model is at `url`."""
    specialist = Specialist(agent, [Skill("convert", "Convert an amount between currencies")])
    settings = Settings(
        data=data,
        model="small",
        openai_base_url=url,
        registry_url="http://127.0.0.1:1",
        drain_seconds=0,
        **changed,
    )
    app = create_app(specialist, settings, "http://127.0.0.1:2/")
    async with app.router.lifespan_context(app):
        yield app.state.engine


async def _once(engine: Engine) -> float:
    begun, first = perf_counter(), 0.0
    message = Message(message_id=str(uuid.uuid4()), role=Role.ROLE_USER, parts=[Part(text=QUESTION)])
    accepted = await engine.send(SendMessageRequest(message=message), LOCAL)
    async for event in engine.follow(accepted.task_id, LOCAL, 0):
        if not first and event.response.HasField("artifact_update"):
            first = perf_counter() - begun
    return first


def _answer(request: Any) -> Say:
    """What the model says; one that has a tool calls that first."""
    if request.get("tools") and request["messages"][-1]["role"] == "user":
        return Say(calls=[Call("rate", {"currency": "USD"})])
    return Say(TEXT)


async def _endpoint() -> None:
    async with model_server(_answer) as server:
        print(server.url, flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_endpoint())
