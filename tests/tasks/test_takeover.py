"""Takeovers: what a run has written until the very moment counts, and nothing that it writes afterwards."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from a2a.types.a2a_pb2 import SendMessageRequest
from a2a.utils.errors import TaskNotCancelableError

from agentia.tasks.caller import LOCAL
from agentia.tasks.engine import Engine
from agentia.tasks.records import Lease, Owner
from agentia.tasks.run import Run
from agentia.tasks.states import CANCELED, COMPLETED, SUBMITTED, WORKING

pytestmark = pytest.mark.parametrize("store_kind", ["sqlite", "postgres"])

Engines = Callable[..., Engine]
RequestOf = Callable[..., SendMessageRequest]


class Journey:
    """An answer of three steps; each run waits at a step until it is let through."""

    def __init__(self) -> None:
        self.done: list[str] = []
        self.gates = {name: asyncio.Event() for name in ("one", "two", "three")}
        self.reached = {name: asyncio.Event() for name in ("one", "two", "three")}

    async def answer(self, run: Run) -> str:
        for name in self.gates:
            await run.step(name, partial(self._do, name))
        return "there"

    async def _do(self, name: str) -> str:
        self.reached[name].set()
        await self.gates[name].wait()
        self.done.append(name)
        return name

    def open(self, *names: str) -> None:
        for name in names or self.gates:
            self.gates[name].set()


def before_taking(engine: Engine, first: Callable[[], Awaitable[object]]) -> None:
    """Have something happen after the engine has decided to take a task, and before it does."""
    take = engine.store.take

    async def later(*args: Any, **options: Any) -> bool:
        await first()
        return await take(*args, **options | {"expired": False})

    engine.store.take = later  # type: ignore[method-assign]


def as_if_lost(engine: Engine, task_id: str) -> None:
    """Have the engine believe that nobody works on a task."""

    async def unfinished(_limit: int, _major: str) -> list[tuple[str, Owner]]:
        return [(task_id, LOCAL.owner)]

    engine.store.unfinished = unfinished  # type: ignore[assignment]


async def numbers(engine: Engine, task_id: str) -> list[int]:
    return [event.number async for event in engine.follow(task_id, LOCAL, 0)]


async def test_what_the_old_run_wrote_until_the_takeover_is_not_done_again(
    engines: Engines, request_of: RequestOf
) -> None:
    journey = Journey()
    one, two = engines(journey.answer), engines(journey.answer)
    accepted = await (await one.send(request_of(), LOCAL)).stored()
    await journey.reached["one"].wait()

    async def go_on() -> None:
        journey.open("one")
        await journey.reached["two"].wait()

    before_taking(two, go_on)
    as_if_lost(two, accepted.task_id)
    await two.start()
    while "two" not in journey.done:
        journey.open()
        await asyncio.sleep(0)
    task = await two.settled(accepted.task_id, LOCAL)
    assert task.status.state == COMPLETED
    assert journey.done.count("one") == 1
    seen = await numbers(two, accepted.task_id)
    assert seen == list(range(1, len(seen) + 1))


async def test_a_task_that_ends_while_somebody_reaches_for_it_has_ended(
    engines: Engines, request_of: RequestOf
) -> None:
    journey = Journey()
    one, two = engines(journey.answer), engines(journey.answer)
    accepted = await (await one.send(request_of(), LOCAL)).stored()
    await journey.reached["one"].wait()
    late = asyncio.Event()

    async def end() -> None:
        journey.open()
        await one.settled(accepted.task_id, LOCAL)
        late.set()

    before_taking(two, end)
    as_if_lost(two, accepted.task_id)
    await two.start()
    await late.wait()
    await two.close(0.0)
    assert journey.done == ["one", "two", "three"]
    assert await numbers(one, accepted.task_id) == [1, 2, 3]


async def test_a_cancel_that_comes_too_late_changes_nothing(engines: Engines, request_of: RequestOf) -> None:
    journey = Journey()
    one, two = engines(journey.answer), engines(journey.answer)
    accepted = await (await one.send(request_of(), LOCAL)).stored()

    async def end() -> None:
        journey.open()
        await one.settled(accepted.task_id, LOCAL)

    before_taking(two, end)
    assert (await two.cancel(accepted.task_id, LOCAL)).status.state == COMPLETED
    assert await numbers(two, accepted.task_id) == [1, 2, 3]


async def test_a_task_that_moves_while_it_is_cancelled_is_cancelled(engines: Engines, request_of: RequestOf) -> None:
    journey = Journey()
    one, two = engines(journey.answer), engines(journey.answer)
    accepted = await (await one.send(request_of(), LOCAL)).stored()
    find = two.store.find_task
    stored = await find(accepted.task_id, LOCAL.owner)
    assert stored
    looks = [replace(stored, state=SUBMITTED), stored]

    async def found(*args: Any) -> Any:
        return looks.pop() if looks else await find(*args)

    two.store.find_task = found  # type: ignore[assignment]
    assert (await two.cancel(accepted.task_id, LOCAL)).status.state == CANCELED


async def test_a_cancel_is_not_lost_to_who_goes_on_with_the_task_at_the_same_moment(
    engines: Engines, request_of: RequestOf
) -> None:
    journey = Journey()
    one, two = engines(journey.answer), engines(journey.answer)
    accepted = await (await one.send(request_of(), LOCAL)).stored()
    take, rivals = two.store.take, ["rival"]

    async def taken_again(task_id: str, fence: int, *args: Any, **options: Any) -> bool:
        done = await take(task_id, fence, *args, **options)
        while rivals:
            assert await take(task_id, fence + 1, Lease(rivals.pop(), time.time() + 100))
        return done

    two.store.take = taken_again  # type: ignore[method-assign]
    assert (await two.cancel(accepted.task_id, LOCAL)).status.state == CANCELED
    assert await numbers(two, accepted.task_id) == [1, 2, 3]


async def test_many_cancels_on_two_replicas_at_once_end_the_task_once(engines: Engines, request_of: RequestOf) -> None:
    """They take it from each other, and one of them must get to the end; who comes later is told of it."""
    journey = Journey()
    one, two = engines(journey.answer), engines(journey.answer)
    accepted = await (await one.send(request_of(), LOCAL)).stored()
    await journey.reached["one"].wait()
    await one.close(0.0)
    three = engines(journey.answer)
    async with asyncio.timeout(30):
        cancels = (each.cancel(accepted.task_id, LOCAL) for each in [two, three] * 3)
        ended = await asyncio.gather(*cancels, return_exceptions=True)
    assert {task.status.state for task in ended if not isinstance(task, BaseException)} == {CANCELED}
    assert {type(late) for late in ended if isinstance(late, BaseException)} <= {TaskNotCancelableError}
    assert await numbers(two, accepted.task_id) == [1, 2, 3]


async def test_a_cancel_shows_the_end_though_its_own_replica_was_just_going_on_with_the_task(
    engines: Engines, request_of: RequestOf
) -> None:
    journey = Journey()
    one, two = engines(journey.answer), engines(journey.answer)
    accepted = await (await one.send(request_of(), LOCAL)).stored()
    await journey.reached["one"].wait()
    await one.close(0.0)
    journey.reached["one"].clear()
    take = two.store.take

    async def taken_again(task_id: str, fence: int, *args: Any, **options: Any) -> bool:
        two.store.take = take  # type: ignore[method-assign]
        done = await take(task_id, fence, *args, **options)
        await two.start()
        await journey.reached["one"].wait()
        return done

    two.store.take = taken_again  # type: ignore[method-assign]
    assert (await two.cancel(accepted.task_id, LOCAL)).status.state == CANCELED


async def test_a_run_that_lost_its_task_is_interrupted_though_it_writes_nothing(
    engines: Engines, request_of: RequestOf
) -> None:
    ended = asyncio.Event()

    async def answer(run: Run) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    engine = engines(answer, lease_seconds=1.0)
    await engine.start()
    accepted = await (await engine.send(request_of(), LOCAL)).stored()
    assert await engine.store.take(accepted.task_id, 1, Lease("other", time.time() + 100), state=WORKING)
    await ended.wait()
    assert (await engine.get(accepted.task_id, LOCAL)).status.state == WORKING


async def test_a_step_does_not_begin_under_a_lease_that_has_run_out(engines: Engines, request_of: RequestOf) -> None:
    journey = Journey()
    journey.open()
    one, two = engines(journey.answer, lease_seconds=0.0), engines(journey.answer)
    accepted = await (await one.send(request_of(), LOCAL)).stored()
    assert not journey.done
    await two.start()
    await two.settled(accepted.task_id, LOCAL)
    assert journey.done == ["one", "two", "three"]


async def test_a_task_is_taken_over_when_its_lease_runs_out_and_not_at_the_next_round(
    engines: Engines, request_of: RequestOf
) -> None:
    journey = Journey()
    one, two = engines(journey.answer, lease_seconds=0.3), engines(journey.answer, lease_seconds=60.0)
    accepted = await (await one.send(request_of(), LOCAL)).stored()
    await journey.reached["one"].wait()
    await two.start()
    journey.open()
    async with asyncio.timeout(5):
        assert (await two.settled(accepted.task_id, LOCAL)).status.state == COMPLETED


async def test_attempts_count_from_the_last_step_that_was_finished(engines: Engines, request_of: RequestOf) -> None:
    """A long task may lose many replicas; what is given up is one that takes its replica with it again and again."""
    journey = Journey()
    engine = engines(journey.answer)
    accepted = await (await engine.send(request_of(), LOCAL)).stored()

    async def attempts() -> int:
        stored = await engine.store.find_task(accepted.task_id, LOCAL.owner)
        assert stored
        return stored.attempts

    await journey.reached["one"].wait()
    await engine.close(0.0)
    journey.reached["one"].clear()
    engine = engines(journey.answer)
    assert await engine.store.take(accepted.task_id, 1, Lease("dead", 0.0), attempts=4)
    await engine.start()
    await journey.reached["one"].wait()
    assert await attempts() == 5
    journey.open("one")
    await journey.reached["two"].wait()
    assert await attempts() == 1


async def test_cancel_reaches_a_silent_run_on_another_replica_at_once(engines: Engines, request_of: RequestOf) -> None:
    """Long before that one would renew its lease."""
    ended = asyncio.Event()

    async def answer(run: Run) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    one, two = engines(answer, lease_seconds=3000.0), engines(answer)
    await one.start()
    accepted = await (await one.send(request_of(), LOCAL)).stored()
    async with asyncio.timeout(5):
        assert (await two.cancel(accepted.task_id, LOCAL)).status.state == CANCELED
        await ended.wait()
    assert await numbers(one, accepted.task_id) == [1, 2, 3]
