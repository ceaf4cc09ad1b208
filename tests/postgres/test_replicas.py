"""Replicas on one Postgres: what one writes the other shows at once, whatever becomes of the database in between."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Any

import pytest
from a2a.types.a2a_pb2 import Message, Part, Role, SendMessageRequest

from agentia.core import postgres
from agentia.tasks.caller import LOCAL
from agentia.tasks.engine import Engine
from agentia.tasks.events import Event
from agentia.tasks.postgres import PostgresStore
from agentia.tasks.records import StorageFailed
from agentia.tasks.run import Run
from agentia.tasks.states import COMPLETED, FAILED

if TYPE_CHECKING:
    import asyncpg

    from bench.cluster import Cluster
    from tests.postgres.conftest import Wire

StoreAt = Callable[..., Awaitable[PostgresStore]]
EngineAt = Callable[..., Awaitable[Engine]]
HOUR = 3600.0
"""A lease so long that nothing is ever found by looking after it."""


@pytest.fixture
async def engine_at(store_at: StoreAt) -> AsyncIterator[EngineAt]:
    """Makes engines, each on a store of its own."""
    async with AsyncExitStack() as stack:

        async def make(url: str, answer: Any, *, lease_seconds: float = HOUR) -> Engine:
            store = await store_at(url, lease_seconds=lease_seconds)
            engine = Engine(store, answer, version="1", lease_seconds=lease_seconds)
            stack.push_async_callback(engine.close, 0.0)
            return engine

        yield make


class Steps:
    """An answer that says one thing each time it is let on, and knows how often it was begun."""

    def __init__(self, count: int) -> None:
        self.count, self.begun = count, 0
        self._may = asyncio.Semaphore(0)

    async def __call__(self, run: Run) -> None:
        self.begun += 1
        for number in range(self.count):
            await self._may.acquire()
            await run.status(f"step {number}")

    def on(self, steps: int = 1) -> None:
        """Let it do so many steps."""
        for _ in range(steps):
            self._may.release()


class Follower:
    """Reads a task's events on one engine."""

    def __init__(self, engine: Engine, task_id: str) -> None:
        self.events: list[Event] = []
        self._more = asyncio.Event()
        self.done = asyncio.create_task(self._follow(engine, task_id))

    async def _follow(self, engine: Engine, task_id: str) -> None:
        async for event in engine.follow(task_id, LOCAL, 0):
            self.events.append(event)
            self._more.set()

    async def seen(self, number: int) -> None:
        """Until event `number` is there."""
        while not self.events or self.events[-1].number < number:
            self._more.clear()
            await self._more.wait()

    async def whole(self, count: int) -> None:
        """Until the end, which must be event `count` after all others."""
        await self.done
        assert [event.number for event in self.events] == list(range(1, count + 1))
        assert self.events[-1].state == COMPLETED


async def _begin(engine: Engine, message_id: str | None = None, text: str = "go") -> str:
    message = Message(message_id=message_id or str(uuid.uuid4()), role=Role.ROLE_USER, parts=[Part(text=text)])
    return (await (await engine.send(SendMessageRequest(message=message), LOCAL)).stored()).task_id


async def test_a_follower_on_another_replica_is_told_and_need_not_look(engine_at: EngineAt, database: str) -> None:
    steps = Steps(10)
    one, two = await engine_at(database, steps), await engine_at(database, steps)
    follower = Follower(two, await _begin(one))
    for number in range(3, 13):
        await follower.seen(number - 1)
        steps.on()
    await follower.whole(13)


@pytest.mark.parametrize("mode", ["fast", "immediate"])
async def test_the_database_restarts_in_the_middle_of_a_task(
    engine_at: EngineAt, cluster: "Cluster", database: str, mode: str
) -> None:
    steps = Steps(30)
    one, two = await engine_at(database, steps), await engine_at(database, steps)
    task_id = await _begin(one)
    near, far = Follower(one, task_id), Follower(two, task_id)
    steps.on(10)
    await far.seen(12)
    steps.on(5)
    await asyncio.to_thread(cluster.stop, mode)
    steps.on(5)
    await asyncio.to_thread(cluster.start)
    steps.on(10)
    await asyncio.gather(near.whole(33), far.whole(33))
    later = Follower(two, task_id)
    await later.whole(33)
    assert [event.json for event in near.events] == [event.json for event in far.events]
    assert [event.json for event in near.events] == [event.json for event in later.events]
    assert steps.begun == 1


async def test_a_replica_that_leaves_is_relieved_at_once(engine_at: EngineAt, database: str) -> None:
    steps = Steps(3)
    one, two = await engine_at(database, steps), await engine_at(database, steps)
    await two.start()
    task_id = await _begin(one)
    follower = Follower(two, task_id)
    steps.on()
    await follower.seen(3)
    await one.close(0.0)
    steps.on(3)  # it begins again, and says nothing twice
    await follower.whole(6)
    assert steps.begun == 2


async def test_a_channel_that_breaks_is_made_again_and_what_was_missed_is_caught_up(
    engine_at: EngineAt, database: str, direct: "asyncpg.Connection"
) -> None:
    steps = Steps(20)
    one, two = await engine_at(database, steps), await engine_at(database, steps)
    follower = Follower(two, await _begin(one))
    for number in range(3, 23):
        await follower.seen(number - 1)
        if number % 4 == 0:
            await direct.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND (query LIKE 'LISTEN%' OR query LIKE '%pg_notify%')"
                " AND pid <> pg_backend_pid()"
            )
        steps.on()
    await follower.whole(23)


async def test_a_message_whose_acceptance_is_in_doubt_is_not_refused(
    engine_at: EngineAt, wire: "Wire", database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The task is in the database and its run goes on: to call it refused would leave it there for ever."""
    steps = Steps(1)
    engine = await engine_at(wire.url, steps)
    await _begin(engine)
    monkeypatch.setattr(postgres, "PATIENCE", 0.0)
    wire.swallow(b"doubtful")
    accepted = asyncio.create_task(_begin(engine, "m", "doubtful"))
    await wire.swallowed.wait()
    steps.on(2)
    task_id = await accepted
    await Follower(engine, task_id).whole(4)
    assert await _begin(engine, "m", "doubtful") == task_id


async def test_a_message_that_came_to_no_database_is_refused_and_may_be_sent_again(
    engine_at: EngineAt, wire: "Wire", monkeypatch: pytest.MonkeyPatch
) -> None:
    steps = Steps(0)
    engine = await engine_at(wire.url, steps)
    await _begin(engine)
    monkeypatch.setattr(postgres, "PATIENCE", 0.0)
    await wire.cut()
    with pytest.raises(StorageFailed, match="cannot be read or written"):
        await _begin(engine, "m")
    await wire.mend()
    await Follower(engine, await _begin(engine, "m")).whole(3)


async def test_an_answer_with_a_text_that_cannot_be_a_key_fails_alone(engine_at: EngineAt, database: str) -> None:
    """A step's name with a NUL: its task can never be written to the end, all others can."""

    async def answer(run: Run) -> None:
        if run.messages[0].message_id == "bad":
            await run.step("\0", lambda: asyncio.sleep(0, result=1))

    engine = await engine_at(database, answer)
    bad = await _begin(engine, "bad")
    await Follower(engine, await _begin(engine)).whole(3)
    task = await engine.settled(bad, LOCAL)
    assert task.status.state == FAILED
    assert "cannot be stored" in task.status.message.parts[0].text
