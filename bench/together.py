"""200 tasks of an agent of the Agents SDK at once in one process: whether it keeps its leases, and who has to wait.

Each asks its model, calls a tool and asks again; the model is at an endpoint, a process of its own, which answers at
once.
"""

import asyncio
import sqlite3
import statistics
import tempfile
import uuid
from contextlib import closing
from pathlib import Path
from time import perf_counter, time
from typing import Final

import psutil
from a2a.types.a2a_pb2 import Message, Part, Role, SendMessageRequest
from agents import Agent, function_tool

from agentia.tasks.caller import LOCAL
from agentia.tasks.engine import Engine
from agentia.tasks.states import COMPLETED
from bench.adapter import endpoint, served
from bench.report import heading, table, target

RUNS: Final = 200
LEASE: Final = 10.0
"""Seconds, as they are unless told otherwise."""
LOST: Final = "SELECT count(*) FROM tasks WHERE fence > (SELECT min(fence) FROM tasks)"
"""How many were taken over."""
LATEST: Final = 2.0
"""How many times the median the last of all may take."""


@function_tool
async def rate(currency: str) -> str:
    """A rate."""
    return f"1 {currency} is 0.92 EUR."


def main() -> bool:
    """Run them; returns whether the targets are met."""
    heading(f"{RUNS} tasks of an agent of the Agents SDK at once, leases of {LEASE:g} s, on SQLite")
    with endpoint() as url, tempfile.TemporaryDirectory(prefix="agentia-bench-") as folder:
        taken, left, lost, memory = asyncio.run(_measured(url, Path(folder)))
    middle = statistics.median(taken)
    table(
        ("", "first s", "median s", "last s", "least left of a lease s", "MB more"),
        [[f"{RUNS} at once", *(f"{each:.2f}" for each in (min(taken), middle, max(taken), left, memory))]],
    )
    return all(
        [
            target("leases lost", lost, 0),
            target("of a lease was over before it was renewed", LEASE - left, LEASE, " s"),
            target("the last beside the median", max(taken) / middle, LATEST),
        ]
    )


async def _measured(url: str, data: Path) -> tuple[list[float], float, int, float]:
    """Seconds that each task took, the least seconds left of a lease, how many were lost, and MB of memory."""
    agent = Agent(name="fx", instructions="Convert.", tools=[rate])
    async with served(agent, data, url, lease_seconds=LEASE) as engine:
        await _task(engine)
        before = psutil.Process().memory_info().rss
        with closing(sqlite3.connect(data / "db" / "fx.sqlite", isolation_level=None)) as database:
            watch = asyncio.create_task(_watched(database))
            taken = await asyncio.gather(*(_task(engine) for _ in range(RUNS)))
            watch.cancel()
            left = (await asyncio.gather(watch))[0]
            (lost,) = database.execute(
                "SELECT count(*) FROM tasks WHERE fence > (SELECT min(fence) FROM tasks)"
            ).fetchone()
    return taken, left, lost, (psutil.Process().memory_info().rss - before) / 1e6


async def _watched(database: sqlite3.Connection) -> float:
    """The least seconds that were left of any lease, until cancelled."""
    left = LEASE
    try:
        while True:
            (soonest,) = database.execute("SELECT min(lease_expires) FROM tasks WHERE replica IS NOT NULL").fetchone()
            left = left if soonest is None else min(left, soonest - time())
            await asyncio.sleep(0.02)
    except asyncio.CancelledError:
        return left


async def _task(engine: Engine) -> float:
    begun = perf_counter()
    message = Message(message_id=str(uuid.uuid4()), role=Role.ROLE_USER, parts=[Part(text="100 USD in EUR?")])
    accepted = await engine.send(SendMessageRequest(message=message), LOCAL)
    async for _ in engine.follow(accepted.task_id, LOCAL, 0):
        pass
    assert (await engine.get(accepted.task_id, LOCAL)).status.state == COMPLETED
    return perf_counter() - begun
