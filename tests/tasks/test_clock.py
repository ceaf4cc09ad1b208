"""A wall clock that jumps: no task is lost, no finished step is repeated, and nothing is written twice."""

import asyncio
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from a2a.types.a2a_pb2 import SendMessageRequest

from agentia.core.settings import DAY
from agentia.tasks.caller import LOCAL
from agentia.tasks.engine import Engine
from agentia.tasks.run import Run
from agentia.tasks.states import COMPLETED

if TYPE_CHECKING:
    from tests.tasks.conftest import Clock

pytestmark = pytest.mark.parametrize("store_kind", ["sqlite", "postgres"])

Engines = Callable[..., Engine]
RequestOf = Callable[..., SendMessageRequest]
HOURS = 2 * 3600.0


class Worker:
    """An answer of four steps that waits in their middle, and counts what it does."""

    def __init__(self) -> None:
        self.done: list[int] = []
        self.half, self.go = asyncio.Event(), asyncio.Event()

    async def __call__(self, run: Run) -> None:
        for number in range(4):
            await run.step(str(number), partial(self._do, number))
            await run.status(f"{number} done")
            if number == 1:
                self.half.set()
                await self.go.wait()

    async def _do(self, number: int) -> None:
        self.done.append(number)


def renewals(*engines: Engine, count: int) -> asyncio.Event:
    """Set once one of the engines has renewed its leases so often."""
    done = asyncio.Event()
    for engine in engines:
        _count_renewals(engine, count, done)
    return done


def _count_renewals(engine: Engine, count: int, done: asyncio.Event) -> None:
    renew, calls = engine.store.renew, list[int]()

    async def counted(*args: Any) -> Any:
        held = await renew(*args)
        calls.append(1)
        if len(calls) == count:
            done.set()
        return held

    engine.store.renew = counted  # type: ignore[assignment]


@pytest.mark.parametrize("jump", [-HOURS, HOURS])
async def test_a_clock_that_jumps_while_a_task_runs(
    engines: Engines, request_of: RequestOf, clock: "Clock", jump: float
) -> None:
    worker = Worker()
    one, two = engines(worker, lease_seconds=0.3), engines(worker, lease_seconds=0.3)
    await one.start()
    await two.start()
    task_id = (await (await one.send(request_of(), LOCAL)).stored()).task_id
    await worker.half.wait()
    clock.ahead = jump
    await renewals(one, two, count=4).wait()  # whoever has it now, which two may after a jump ahead
    worker.go.set()
    assert (await two.settled(task_id, LOCAL)).status.state == COMPLETED
    assert sorted(worker.done)[:2] == [0, 1]
    assert [worker.done.count(number) for number in (0, 1)] == [1, 1]
    events = [event async for event in two.follow(task_id, LOCAL, 0)]
    assert [event.number for event in events] == list(range(1, len(events) + 1))
    said = [event.response.status_update.status.message.parts for event in events]
    assert [parts[0].text for parts in said if parts] == [f"{number} done" for number in range(4)]


async def test_a_task_of_a_time_to_come_is_not_lost(engines: Engines, request_of: RequestOf, clock: "Clock") -> None:
    """Its replica died while the clock was a day ahead, and was set right since."""
    stuck, worker = Worker(), Worker()
    clock.ahead = DAY
    one = engines(stuck, lease_seconds=0.5)
    task_id = (await (await one.send(request_of(), LOCAL)).stored()).task_id
    await stuck.half.wait()
    clock.ahead = 0.0
    worker.go.set()
    two = engines(worker, lease_seconds=0.3)
    await two.start()
    assert (await two.settled(task_id, LOCAL)).status.state == COMPLETED
    assert worker.done == [2, 3]
