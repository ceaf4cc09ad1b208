"""Two replicas on one store: what one leaves unfinished the other finishes, and what one has lost it cannot touch."""

import asyncio
import signal
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from tests.survival.account import content, nothing_repeated, nothing_swapped, same_artifacts, unbroken
from tests.survival.follower import Follower
from tests.survival.service import Service
from tests.survival.stage import LEASE, Report, Stage

ALLOWED = LEASE + 2.0
"""Seconds from the death of a replica to the moment at which another one does its work."""

TICK = 0.05


class Holds:
    """Points at which one replica has to wait until it is let go."""

    def __init__(self, stage: Stage, actor: str) -> None:
        self._held: dict[tuple[int, str], tuple[asyncio.Event, asyncio.Event]] = {}
        stage.direct(actor, self._decide)

    def add(self, service: Service, point: str) -> tuple[asyncio.Event, asyncio.Event]:
        """Hold a replica at a point: the first event tells that it is there, the second lets it go."""
        self._held[service.pid, point] = held = asyncio.Event(), asyncio.Event()
        return held

    async def _decide(self, report: Report) -> None:
        if (held := self._held.get((report.pid, report.point))) is not None:
            held[0].set()
            await held[1].wait()


@asynccontextmanager
async def lateness() -> AsyncIterator[list[float]]:
    """By how many seconds this process was woken too late meanwhile: a loaded machine is that slow for all."""
    late: list[float] = []

    async def measure() -> None:
        while True:
            due = time.monotonic() + TICK
            await asyncio.sleep(TICK)
            late.append(time.monotonic() - due)

    measuring = asyncio.create_task(measure())
    try:
        yield late
    finally:
        measuring.cancel()


async def replicas(stage: Stage, part: str) -> tuple[Service, Service]:
    first, second = await asyncio.gather(stage.open(part), stage.open(part, replica=2))
    return first, second


async def finished(stage: Stage, follower: Follower, at: Service, lives: int = 2) -> Any:
    """The task once it has ended, when all is as it should be."""
    await follower.end()
    task, notes = await at.rpc("GetTask", id=follower.task_id), stage.notes(follower.task_id)
    assert task["status"]["state"] == "TASK_STATE_COMPLETED", task["status"]
    unbroken(follower)
    same_artifacts(follower, task)
    nothing_repeated(notes, lives)
    nothing_swapped(notes, content(task, "results.json"))
    return task


async def test_a_task_is_taken_over_soon_and_a_follower_elsewhere_never_loses_its_stream(stage: Stage) -> None:
    owner, other = await replicas(stage, "walker")
    there, _ = Holds(stage, "walker").add(owner, "step-5/in")
    follower = Follower(await owner.begin("Walk"), other)
    await there.wait()
    async with lateness() as late:
        await owner.kill()
        await finished(stage, follower, other)
    assert follower.connections == 1
    first = min(note.at for note in stage.notes() if note.pid == other.pid)
    assert first - owner.killed <= ALLOWED + sum(late)


async def test_a_replica_that_slept_past_its_lease_changes_nothing_more(stage: Stage) -> None:
    owner, other = await replicas(stage, "walker")
    holds = Holds(stage, "walker")
    (asleep, wake), (ahead, go_on) = holds.add(owner, "step-5/in"), holds.add(other, "step-7/in")
    task_id = await owner.begin("Walk")
    beside, away = Follower(task_id, owner), Follower(task_id, other)
    await asleep.wait()
    await beside.until(lambda follower: follower.said("Walking 5"))  # so that nothing waits to be written
    await stage.put_to_sleep(owner)
    await ahead.wait()
    owner.send(signal.SIGCONT)
    wake.set()
    await owner.said("run refused")
    go_on.set()
    task = await finished(stage, away, other)
    assert await owner.rpc("GetTask", id=task_id) == task
    await finished(stage, beside, owner)
    assert beside.events == away.events
    assert beside.connections == away.connections == 1
    assert not [note for note in stage.notes() if (note.pid, note.key, note.word) == (owner.pid, "step-5", "kept")]


async def test_a_replica_that_slept_and_has_nothing_to_write_lets_go_all_the_same(stage: Stage) -> None:
    """It waits for something silently, as for a model; who follows the task there sees what others do with it."""
    owner, other = await replicas(stage, "walker")
    asleep, _ = Holds(stage, "walker").add(owner, "step-5/in")
    task_id = await owner.begin("Walk")
    beside, away = Follower(task_id, owner), Follower(task_id, other)
    await asleep.wait()
    await beside.until(lambda follower: follower.said("Walking 5"))  # so that nothing waits to be written
    await stage.put_to_sleep(owner)
    await finished(stage, away, other)
    owner.send(signal.SIGCONT)
    await finished(stage, beside, owner)
    assert beside.events == away.events
