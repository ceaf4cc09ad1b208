"""What an agent of the Agents SDK costs as a specialist, durable, beside the bare SDK: CPU, and time to the first text.

Both ask the same endpoint, a process of its own, which answers at once.
"""

import asyncio
import statistics
import subprocess
import sys
import tempfile
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from time import perf_counter, process_time
from typing import Any, Final

from a2a.types.a2a_pb2 import Message, Part, Role, SendMessageRequest
from agents import Agent, OpenAIChatCompletionsModel, Runner, set_tracing_disabled
from openai import AsyncOpenAI

from agentia.agents import Skill, Specialist
from agentia.agents.service import create_app
from agentia.agents.testing import Say, model_server
from agentia.core.settings import Settings
from agentia.tasks.caller import LOCAL
from agentia.tasks.engine import Engine
from bench.report import heading, table, target

RUNS, ROUNDS = 50, 8
TEXT: Final = "It is ninety-two euros, more or less, at the rate of today. " * 5
QUESTION: Final = "What are 100 US dollars in euros?"
CPU: Final = 1.25
"""How much more CPU it may take."""
FIRST: Final = 5.0
"""Milliseconds more to the first text, half of the time."""

Once = Callable[[], Awaitable[float]]
"""One run; the seconds until its first text."""


def main() -> bool:
    """Time both in turns; returns whether the targets are met."""
    heading(f"An agent of the Agents SDK, durable on SQLite, beside the bare SDK: {ROUNDS} rounds of {RUNS} runs each")
    with subprocess.Popen([sys.executable, "-m", "bench.adapter"], stdout=subprocess.PIPE, text=True) as endpoint:
        assert endpoint.stdout is not None
        url = endpoint.stdout.readline().strip()
        try:
            bare, ours = asyncio.run(_measured(url))
        finally:
            endpoint.kill()
    rows = [
        [name, *(f"{statistics.median(each):.2f}" for each in taken)]
        for name, taken in (("bare", bare), ("ours", ours))
    ]
    table(("", "CPU ms a run", "first text ms"), rows)
    cpu = statistics.median(ours[0]) / statistics.median(bare[0])
    first = statistics.median(ours[1]) - statistics.median(bare[1])
    return all([target("CPU beside the bare SDK", cpu, CPU), target("first text, later by", first, FIRST, " ms")])


async def _measured(url: str) -> Any:
    """For each side the CPU of runs and the times to their first texts, in milliseconds."""
    taken: Any = (([], []), ([], []))
    async with _ours(url) as ours:
        for once, (cpu, first) in [*zip((_bare(url), ours), taken, strict=True)] * ROUNDS:
            begun = process_time()
            first += [await once() * 1e3 for _ in range(RUNS)]
            cpu.append((process_time() - begun) / RUNS * 1e3)
    return taken


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
    skill = Skill("convert", "Convert an amount between currencies")
    specialist = Specialist(Agent(name="fx", instructions="Convert."), [skill])
    with tempfile.TemporaryDirectory(prefix="agentia-bench-") as folder:
        settings = Settings(
            data=Path(folder), model="small", openai_base_url=url, registry_url="http://127.0.0.1:1", drain_seconds=0
        )
        app = create_app(specialist, settings, "http://127.0.0.1:2/")
        async with app.router.lifespan_context(app):
            yield lambda: _once(app.state.engine)


async def _once(engine: Engine) -> float:
    begun, first = perf_counter(), 0.0
    message = Message(message_id=str(uuid.uuid4()), role=Role.ROLE_USER, parts=[Part(text=QUESTION)])
    accepted = await engine.send(SendMessageRequest(message=message), LOCAL)
    async for event in engine.follow(accepted.task_id, LOCAL, 0):
        if not first and event.response.HasField("artifact_update"):
            first = perf_counter() - begun
    return first


async def _endpoint() -> None:
    async with model_server(lambda _: Say(TEXT)) as server:
        print(server.url, flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_endpoint())
