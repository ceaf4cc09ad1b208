"""Followers see every event once and in order, whoever writes it, and cost nothing once they have left."""

import asyncio
import gc
from collections.abc import Callable, Collection
from typing import Any, cast

import pytest
from a2a.types.a2a_pb2 import Part, SendMessageRequest

from agentia.tasks import store as sqlite_store
from agentia.tasks.caller import LOCAL
from agentia.tasks.engine import Engine
from agentia.tasks.events import Event, status_update
from agentia.tasks.fold import Fold
from agentia.tasks.follow import follow
from agentia.tasks.log import TaskLog
from agentia.tasks.records import StoredEvent
from agentia.tasks.run import Run
from agentia.tasks.states import CANCELED, COMPLETED, INPUT_REQUIRED, WORKING
from agentia.tasks.storage import Store
from agentia.tasks.topic import KEPT_BYTES, Topic
from agentia.tasks.topics import Topics
from agentia.tasks.work import Job

Engines = Callable[..., Engine]
RequestOf = Callable[..., SendMessageRequest]


async def _asking(run: Run) -> None:
    await run.ask("well?")


@pytest.mark.parametrize("store_kind", ["sqlite", "postgres"])
async def test_who_follows_a_paused_task_sees_how_another_replica_goes_on(
    engines: Engines, request_of: RequestOf
) -> None:
    one, two = engines(_asking), engines(_asking)
    task_id = (await (await one.send(request_of(), LOCAL)).stored(settled=True)).task_id
    paused = asyncio.Event()

    async def watch(engine: Engine) -> list[int]:
        numbers = []
        async for event in engine.follow(task_id, LOCAL, 0):
            numbers.append(event.number)
            if event.state == INPUT_REQUIRED:
                paused.set()
        return numbers

    watching = [asyncio.create_task(watch(engine)) for engine in (one, two, one)]
    await paused.wait()
    await (await two.send(request_of("yes", task_id=task_id), LOCAL)).stored(settled=True)
    assert [await each for each in watching] == [[1, 2, 3, 4, 5]] * 3


async def test_those_who_follow_what_is_quiet_read_nothing_however_much_is_written_elsewhere(
    engines: Engines, request_of: RequestOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def answer(run: Run) -> None:
        if run.messages[0].parts[0].text == "ask":
            await run.ask("well?")
        for number in range(20):
            await run.step(f"{number}", lambda: asyncio.sleep(0.01))

    engine = engines(answer)
    tasks = [(await (await engine.send(request_of("ask"), LOCAL)).stored(settled=True)).task_id for _ in range(20)]
    reads, events_after = [], engine.store.events_after

    async def counted(task_id: str, *others: Any) -> list[StoredEvent]:
        reads.append(task_id)
        return await events_after(task_id, *others)

    monkeypatch.setattr(engine.store, "events_after", counted)
    followed = asyncio.gather(*(_ends(engine, task_id) for task_id in tasks))
    await engine.settled((await (await engine.send(request_of(), LOCAL)).stored()).task_id, LOCAL)
    assert len(reads) < 5 * len(tasks)
    for task_id in tasks:
        await engine.cancel(task_id, LOCAL)
    assert await followed == [CANCELED] * len(tasks)


async def _ends(engine: Engine, task_id: str) -> int | None:
    return [event.state async for event in engine.follow(task_id, LOCAL, 0)][-1]


async def test_a_position_that_the_task_has_not_reached_is_refused(serve: Any) -> None:
    client = await serve()
    task = await client.send()
    for position in ("5", "9" * 30):
        refused = await client.rpc("SubscribeToTask", {"id": task["id"]}, Last_Event_ID=position)
        assert refused["error"]["code"] == -32602
        assert "last event is 4" in refused["error"]["message"]


async def test_large_events_are_read_a_few_at_a_time(
    engines: Engines, request_of: RequestOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def answer(run: Run) -> None:
        for number in range(8):
            await run.artifact(f"{number}", [Part(raw=bytes(100_000))])

    monkeypatch.setattr(sqlite_store, "MANY_BYTES", 250_000)
    engine = engines(answer)
    task_id = (await (await engine.send(request_of(), LOCAL)).stored(settled=True)).task_id
    assert len(await engine.store.events_after(task_id, 0)) == 5
    assert [event.number async for event in engine.follow(task_id, LOCAL, 0)] == list(range(1, 12))
    assert len((await engine.get(task_id, LOCAL)).artifacts) == 8


def _event(number: int, text: str = "", state: Any = WORKING) -> Event:
    response = status_update("t", "c", state)
    response.status_update.metadata.update({"text": text})
    return Event(number, response)


def test_a_topic_keeps_a_tail_of_limited_size() -> None:
    topic = Topic(0)
    for number in range(1, 6):
        topic.publish([_event(number, "x" * (KEPT_BYTES // 2))])
    assert topic.since(3) is None, "the store must be asked"
    assert [event.number for event in topic.since(4) or ()] == [5]
    topic.publish([_event(6, "x" * 2 * KEPT_BYTES)])
    assert topic.since(5) is None, "one event larger than all that is kept is not kept"
    assert topic.since(6) == ()


async def test_those_who_left_are_not_waited_for(engines: Engines) -> None:
    topic = Topic(None)
    waiting = [asyncio.create_task(topic.changed()) for _ in range(100)]
    await asyncio.sleep(0)
    assert topic.followed_elsewhere
    for each in waiting:
        each.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
    assert not topic.followed_elsewhere


class _News:
    """A store of which a test decides when a read is answered and when there is news."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.reading, self.answer = asyncio.Event(), asyncio.Event()
        self.answer.set()
        self.news: asyncio.Queue[Collection[str]] = asyncio.Queue()

    async def events_after(self, task_id: str, number: int) -> list[StoredEvent]:
        found = [StoredEvent(e.number, e.payload) for e in self.events if e.number > number]
        self.reading.set()
        await self.answer.wait()
        return found

    async def changed(self) -> Collection[str]:
        return await self.news.get()


async def _whole() -> Fold:
    raise AssertionError("all events are kept")


async def test_news_that_comes_while_a_follower_reads_is_not_missed() -> None:
    store = _News()
    topics = Topics(cast(Store, store), lambda _: None)

    async def numbers() -> list[int]:
        return [event.number async for event in follow(cast(Store, store), topics, topics.of("t"), "t", 0, _whole)]

    first = asyncio.create_task(numbers())  # its waiting starts the watch
    await store.reading.wait()
    store.reading.clear()
    store.answer.clear()
    second = asyncio.create_task(numbers())
    await store.reading.wait()  # it has read that there is nothing, and does not know yet
    store.events.append(_event(1, state=COMPLETED))
    store.news.put_nowait({"t"})
    for _ in range(10):  # turns in which the watch hears of it
        await asyncio.sleep(0)
    store.answer.set()
    assert await asyncio.wait_for(first, 5) == [1]
    assert await asyncio.wait_for(second, 5) == [1]
    topics.close()


async def test_a_task_that_is_over_leaves_nothing_in_memory(engines: Engines, request_of: RequestOf) -> None:
    async def answer(run: Run) -> None:
        await run.branch("a").status("here")
        if run.messages[0].parts[0].text == "ask":
            await run.ask("well?")

    engine = engines(answer)
    gc.collect()
    gc.freeze()

    async def one(text: str) -> None:
        accepted = await (await engine.send(request_of(text), LOCAL)).stored()
        leaving = engine.follow(accepted.task_id, LOCAL, 0)
        await anext(leaving)
        await leaving.aclose()
        await accepted.stored(settled=True)

    try:
        await asyncio.gather(*(one(text) for text in ("say", "ask") * 40))
        gc.collect()
        new = gc.get_objects()
    finally:
        gc.unfreeze()
    assert [type(each).__name__ for each in new if isinstance(each, Job | TaskLog | Run | Topic | Event)] == []
