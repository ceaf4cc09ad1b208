"""A replica works on so many tasks at once: more are accepted and wait their turn, in order, for any replica."""

import asyncio
import time
from collections.abc import Callable

import pytest
from a2a.types.a2a_pb2 import SendMessageRequest

from agentia.tasks.caller import LOCAL, Caller
from agentia.tasks.engine import Engine
from agentia.tasks.records import Owner
from agentia.tasks.run import Run
from agentia.tasks.states import CANCELED, COMPLETED, INPUT_REQUIRED, SUBMITTED, WORKING

pytestmark = pytest.mark.parametrize("store_kind", ["sqlite", "postgres"])

Engines = Callable[..., Engine]
RequestOf = Callable[..., SendMessageRequest]

THROUGH_ONE, THROUGH_TWO = Caller(Owner("", "ann"), ("boss",)), Caller(Owner("", "ann"), ("boss", "helper"))


class Workers:
    """An answer that ends when it is let, and knows who began when, and how many were there at once."""

    def __init__(self) -> None:
        self.begun: list[str] = []
        self.now = self.most = 0
        self._may = asyncio.Semaphore(0)

    async def __call__(self, run: Run) -> None:
        self.begun.append(run.messages[0].parts[0].text)
        self.now += 1
        self.most = max(self.most, self.now)
        try:
            await self._may.acquire()
        finally:
            self.now -= 1

    def end(self, count: int = 1) -> None:
        """Let so many go."""
        for _ in range(count):
            self._may.release()


async def sent(engine: Engine, request_of: RequestOf, *texts: str) -> list[str]:
    """The ids of tasks that were sent one after the other, all of them durable."""
    return [(await (await engine.send(request_of(text), LOCAL)).stored()).task_id for text in texts]


async def state(engine: Engine, task_id: str) -> int:
    return (await engine.get(task_id, LOCAL)).status.state


async def test_tasks_beyond_the_room_wait_in_order(engines: Engines, request_of: RequestOf) -> None:
    workers = Workers()
    engine = engines(workers, max_runs=2)
    await engine.start()
    tasks = await sent(engine, request_of, "a", "b", "c", "d", "e")
    assert [await state(engine, task) for task in tasks] == [WORKING, WORKING, SUBMITTED, SUBMITTED, SUBMITTED]
    follower = asyncio.create_task(_numbers(engine, tasks[-1]))
    last = asyncio.create_task((await engine.send(request_of("f"), LOCAL)).stored(settled=True))
    workers.end(6)
    assert [(await engine.settled(task, LOCAL)).status.state for task in tasks] == [COMPLETED] * 5
    assert (await engine.settled((await last).task_id, LOCAL)).status.state == COMPLETED
    assert workers.begun == ["a", "b", "c", "d", "e", "f"]
    assert workers.most == 2
    assert await follower == [1, 2, 3]


async def _numbers(engine: Engine, task_id: str) -> list[int]:
    return [event.number async for event in engine.follow(task_id, LOCAL, 0)]


async def test_there_is_room_again_once_those_that_waited_are_done(engines: Engines, request_of: RequestOf) -> None:
    workers = Workers()
    engine = engines(workers, max_runs=1)
    await engine.start()
    workers.end(100)
    for text in "abcd":
        tasks = await sent(engine, request_of, text * 2, text)
        for task in tasks:
            await engine.settled(task, LOCAL)
    assert workers.begun == ["aa", "a", "bb", "b", "cc", "c", "dd", "d"]


async def test_a_waiting_task_can_be_cancelled_and_never_runs(engines: Engines, request_of: RequestOf) -> None:
    workers = Workers()
    engine = engines(workers, max_runs=1)
    await engine.start()
    _, waiting, last = await sent(engine, request_of, "a", "b", "c")
    assert (await engine.cancel(waiting, LOCAL)).status.state == CANCELED
    workers.end(2)
    assert (await engine.settled(last, LOCAL)).status.state == COMPLETED
    assert workers.begun == ["a", "c"]


async def test_a_message_that_comes_again_finds_its_waiting_task(engines: Engines, request_of: RequestOf) -> None:
    engine = engines(Workers(), max_runs=1)
    await sent(engine, request_of, "a")
    request = request_of("b", "m-1")
    both = await asyncio.gather(*[(await engine.send(request, LOCAL)).stored() for _ in range(2)])
    assert both[0].task_id == both[1].task_id == (await engine.send(request, LOCAL)).task_id


async def test_another_replica_with_room_does_what_waits(engines: Engines, request_of: RequestOf) -> None:
    full, free = Workers(), Workers()
    one, two = engines(full, max_runs=1, lease_seconds=0.6), engines(free, max_runs=2, lease_seconds=0.6)
    free.end(2)
    _, *tasks = await sent(one, request_of, "a", "b", "c")
    await one.start()
    await two.start()
    assert [(await one.settled(task, LOCAL)).status.state for task in tasks] == [COMPLETED] * 2
    assert (full.begun, free.begun) == (["a"], ["b", "c"])


async def test_whatever_comes_while_others_wait_is_offered_soon(
    engines: Engines, request_of: RequestOf, store_kind: str
) -> None:
    lease = {"sqlite": 0.6, "postgres": 60.0}[store_kind]  # on SQLite nobody tells: replicas look
    full, free = Workers(), Workers()
    one, two = engines(full, max_runs=1, lease_seconds=lease), engines(free, max_runs=2, lease_seconds=lease)
    free.end(3)
    await one.start()
    await two.start()
    await sent(one, request_of, "a")
    async with asyncio.timeout(30):
        for text in "bcd":
            (task,) = await sent(one, request_of, text)
            assert (await one.settled(task, LOCAL)).status.state == COMPLETED
    assert free.begun == ["b", "c", "d"]


async def test_no_task_that_comes_during_a_takeover_takes_its_room(engines: Engines, request_of: RequestOf) -> None:
    lost = engines(Workers(), max_runs=5)
    tasks = await sent(lost, request_of, *"abc")
    await lost.close(0.0)
    workers = Workers()
    engine = engines(workers, max_runs=1, lease_seconds=1.0)
    await engine.start()
    tasks += await sent(engine, request_of, *"de")
    workers.end(len(tasks))
    for task in tasks:
        assert (await engine.settled(task, LOCAL)).status.state == COMPLETED
    assert workers.most == 1


async def test_a_task_that_came_through_more_agents_than_all_others_need_not_wait(
    engines: Engines, request_of: RequestOf
) -> None:
    workers = Workers()
    engine = engines(workers, max_runs=1, lease_seconds=1.0)
    await engine.start()
    await sent(engine, request_of, "a", "b")
    for text, caller in (("c", THROUGH_ONE), ("d", THROUGH_ONE), ("e", THROUGH_TWO), ("f", THROUGH_TWO)):
        await (await engine.send(request_of(text), caller)).stored()
    assert workers.begun == ["a", "c", "e"]
    workers.end(6)
    for caller in (LOCAL, THROUGH_ONE):
        for task in await engine.store.open_tasks(caller.owner, time.time(), 100):
            assert (await engine.settled(task, caller)).status.state == COMPLETED
    assert set(workers.begun) == set("abcdef")
    assert workers.most == 3


async def test_after_a_crash_such_a_task_is_taken_over_without_room(engines: Engines, request_of: RequestOf) -> None:
    lost = engines(Workers(), max_runs=9)
    await sent(lost, request_of, "a", "b")
    deep = (await (await lost.send(request_of("c"), THROUGH_TWO)).stored()).task_id
    await lost.close(0.0)
    began = asyncio.Event()

    async def answer(run: Run) -> None:
        if run.caller == LOCAL:
            began.set()
            await asyncio.Event().wait()

    engine = engines(answer, max_runs=1, lease_seconds=1.0)
    await engine.start()
    await began.wait()
    assert (await engine.settled(deep, THROUGH_TWO)).status.state == COMPLETED


async def test_the_answer_to_a_question_waits_its_turn_too(engines: Engines, request_of: RequestOf) -> None:
    workers = Workers()

    async def answer(run: Run) -> str:
        if run.messages[0].parts[0].text != "ask":
            await workers(run)
            return ""
        return (await run.ask("well?")).parts[0].text

    engine = engines(answer, max_runs=1)
    asking = (await (await engine.send(request_of("ask"), LOCAL)).stored(settled=True)).task_id
    assert await state(engine, asking) == INPUT_REQUIRED
    await sent(engine, request_of, "a")
    await (await engine.send(request_of("yes", task_id=asking), LOCAL)).stored()
    assert await state(engine, asking) == WORKING
    await engine.start()
    workers.end()
    assert (await engine.settled(asking, LOCAL)).status.message.parts[0].text == "yes"


async def test_takeovers_after_a_crash_keep_to_the_room(engines: Engines, request_of: RequestOf) -> None:
    lost = engines(Workers(), max_runs=1)
    tasks = await sent(lost, request_of, *(str(number) for number in range(120)))
    await lost.close(0.0)
    workers = Workers()
    engine = engines(workers, max_runs=7, lease_seconds=1.0)
    await engine.start()
    workers.end(len(tasks))
    for task in tasks:
        assert (await engine.settled(task, LOCAL)).status.state == COMPLETED
    assert workers.begun == [str(number) for number in range(120)]
    assert workers.most <= 7
