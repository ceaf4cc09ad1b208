"""What has ended is let go of in time: first its events, then the task and all that belongs to it; the rest stays."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from a2a.types.a2a_pb2 import Message, SendMessageRequest, TaskPushNotificationConfig
from a2a.utils.errors import TaskNotFoundError

from agentia.tasks import erasing, postgres
from agentia.tasks.caller import LOCAL, Caller
from agentia.tasks.cancelling import Delegations
from agentia.tasks.engine import Engine
from agentia.tasks.records import Cancellation, Child
from agentia.tasks.retention import Pruner, Retention
from agentia.tasks.run import Run
from agentia.tasks.states import COMPLETED, INPUT_REQUIRED

pytestmark = pytest.mark.parametrize("store_kind", ["sqlite", "postgres"])

Engines = Callable[..., Engine]
RequestOf = Callable[..., SendMessageRequest]
Query = Callable[[str], Awaitable[list[Any]]]

TABLES = ("tasks", "events", "journal", "messages", "contexts", "push_configs", "cancellations")
NOW = Retention(events=-60.0, tasks=-60.0)
EVENTS = Retention(events=-60.0, tasks=60.0)
"""As if a minute had passed: what ended just now is old enough."""


@pytest.fixture
async def query(request: pytest.FixtureRequest, store_kind: str, tmp_path: Path) -> AsyncIterator[Query]:
    """Reads and writes the database past the store."""
    if store_kind == "sqlite":

        async def read(sql: str) -> list[Any]:
            with closing(sqlite3.connect(tmp_path / "tasks.sqlite")) as file, file:
                return file.execute(sql).fetchall()

        yield read
        return
    url = request.getfixturevalue("database")
    server = await asyncpg.connect(url, server_settings={"search_path": "agentia_test"})
    yield server.fetch
    await server.close()


async def counts(query: Query) -> dict[str, int]:
    """How many rows each table holds."""
    return {table: (await query(f"SELECT count(*) FROM {table}"))[0][0] for table in TABLES}


async def _run(engine: Engine, request: SendMessageRequest, caller: Caller = LOCAL) -> str:
    return (await (await engine.send(request, caller)).stored(settled=True)).task_id


async def _stepping(run: Run) -> str | None:
    """A step, and a question when it is asked to ask."""
    await run.step("one", _one)
    if run.messages[0].parts[0].text == "ask":
        await run.ask("well?")
    return None


async def _one() -> int:
    return 1


async def _reply(message: Message, _caller: Caller) -> str:
    return message.parts[0].text


async def test_events_go_first_and_the_task_stays_as_it_is(
    engines: Engines, request_of: RequestOf, query: Query
) -> None:
    engine = engines()
    task_id = await _run(engine, request_of())
    task = await engine.get(task_id, LOCAL)
    await Pruner(engine.store, Retention(60.0, 60.0)).once()
    assert [event.number async for event in engine.follow(task_id, LOCAL, 1)] == [2, 3, 4]
    await Pruner(engine.store, EVENTS).once()
    assert await counts(query) | {"contexts": 0} == dict.fromkeys(TABLES, 0) | {"tasks": 1, "messages": 1}
    assert await engine.get(task_id, LOCAL) == task


async def test_the_task_stands_for_events_that_are_not_kept_any_more(engines: Engines, request_of: RequestOf) -> None:
    engine = engines()
    task_id = await _run(engine, request_of())
    reading = engine.follow(task_id, LOCAL, 0)
    assert (await anext(reading)).number == 1
    await Pruner(engine.store, EVENTS).once()
    task = await engine.get(task_id, LOCAL)
    for after in (0, 1, 3):
        seen = [event async for event in engine.follow(task_id, LOCAL, after)]
        assert [event.number for event in seen] == [4]
        assert seen[0].response.task == task
    assert [event.number async for event in engine.follow(task_id, LOCAL, 4)] == []
    assert [event.number async for event in reading][-1] == 4, "a slow reader comes to the end too"


async def test_what_runs_or_waits_keeps_its_events_and_goes_on(
    engines: Engines, request_of: RequestOf, query: Query
) -> None:
    engine = engines(_stepping)
    task_id = await _run(engine, request_of("ask"))
    before = await counts(query)
    await Pruner(engine.store, NOW).once()
    assert await counts(query) == before
    assert (await engine.get(task_id, LOCAL)).status.state == INPUT_REQUIRED
    await _run(engine, request_of("yes", task_id=task_id))
    assert (await engine.get(task_id, LOCAL)).status.state == COMPLETED
    assert [event.number async for event in engine.follow(task_id, LOCAL, 0)] == [1, 2, 3, 4, 5]


async def test_a_task_goes_with_all_that_belongs_to_it(engines: Engines, request_of: RequestOf, query: Query) -> None:
    engine = engines(_stepping)
    asked = request_of("ask", context_id="mine")
    task_id = await _run(engine, asked)
    await _run(engine, request_of("yes", task_id=task_id))
    config = TaskPushNotificationConfig(task_id=task_id, id="p", url="https://example.com")
    await engine.store.push.set(config, "1.0", 5)
    await Pruner(engine.store, NOW).once()
    assert await counts(query) == dict.fromkeys(TABLES, 0)
    with pytest.raises(TaskNotFoundError):
        await engine.get(task_id, LOCAL)
    again = await _run(engine, asked)
    assert again != task_id, "its message id is forgotten, and so is whose context it was"
    await engine.store.push.set(config, "1.0", 0)
    assert (await counts(query))["push_configs"] == 0, "what is gone gets no push config any more"


async def test_a_task_stays_while_its_children_are_to_be_told_of_its_end(
    engines: Engines, request_of: RequestOf, query: Query
) -> None:
    away = [Child("agent", "task")]

    async def cancel(cancellation: Cancellation) -> list[Child]:
        return away[:]

    engine = engines(_stepping, delegations=Delegations(lambda _: away, cancel))
    task_id = await _run(engine, request_of("ask"))
    await engine.cancel(task_id, LOCAL)
    await Pruner(engine.store, NOW).once()
    assert (await counts(query))["tasks"] == 1
    await engine.store.cancelled(task_id, ())
    await Pruner(engine.store, NOW).once()
    assert await counts(query) == dict.fromkeys(TABLES, 0)


async def test_a_task_stays_while_its_webhook_is_to_be_told(
    engines: Engines, request_of: RequestOf, query: Query
) -> None:
    engine, push = engines(), engines().store.push
    task_id = await _run(engine, request_of())
    await push.set(TaskPushNotificationConfig(task_id=task_id, id="c", url="https://x"), "1.0", 0)
    (key,) = await push.claim(task_id, "claim", 0.0, 1)
    await push.failed(key, "claim", 3600.0, None)
    await Pruner(engine.store, NOW).once()
    assert (await counts(query))["tasks"] == 1
    await push.revive(task_id, None)
    await push.claim(task_id, "claim", 0.0, 1)
    await push.failed(key, "claim", None, "Given up.")
    await Pruner(engine.store, NOW).once()
    assert (await counts(query))["tasks"] == (await counts(query))["push_configs"] == 0


async def test_a_task_that_cannot_be_read_goes_too_and_hinders_no_other(
    engines: Engines, request_of: RequestOf, query: Query, store_kind: str
) -> None:
    engine = engines()
    broken = await _run(engine, request_of())
    for _ in range(2):
        await _run(engine, request_of())
    unreadable = {"sqlite": "x'ff'", "postgres": "'\\xff'"}[store_kind]
    await query(f"UPDATE tasks SET snapshot = {unreadable} WHERE id = '{broken}'")
    await Pruner(engine.store, NOW).once()
    assert await counts(query) == dict.fromkeys(TABLES, 0) | {"messages": 1}
    await engine.forget(LOCAL)
    assert await counts(query) == dict.fromkeys(TABLES, 0)


async def test_a_context_stays_while_something_is_in_it(engines: Engines, request_of: RequestOf, query: Query) -> None:
    engine = engines(_stepping)
    await _run(engine, request_of(context_id="mine"))
    paused = await _run(engine, request_of("ask", context_id="mine"))
    await Pruner(engine.store, NOW).once()
    assert (await counts(query))["contexts"] == 1
    await engine.cancel(paused, LOCAL)
    await Pruner(engine.store, NOW).once()
    assert (await counts(query))["contexts"] == 0


async def test_direct_replies_retire_too(engines: Engines, request_of: RequestOf, query: Query) -> None:
    engine = engines(direct=_reply)
    asked = request_of(context_id="mine")
    first = await engine.send(asked, LOCAL)
    await Pruner(engine.store, Retention(60.0, 60.0)).once()
    assert (await engine.send(asked, LOCAL)).reply == first.reply
    await Pruner(engine.store, NOW).once()
    assert await counts(query) == dict.fromkeys(TABLES, 0)


async def test_two_replicas_may_prune_at_once(engines: Engines, request_of: RequestOf, query: Query) -> None:
    one, two = engines(), engines()
    await asyncio.gather(*(_run(one, request_of()) for _ in range(50)))
    await asyncio.gather(*(Pruner(engine.store, NOW).once() for engine in (one, two, one)))
    assert await counts(query) == dict.fromkeys(TABLES, 0)


async def test_a_long_log_goes_in_pieces(
    engines: Engines, request_of: RequestOf, query: Query, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def long(run: Run) -> None:
        for number in range(30):
            await run.status(f"{number}")

    monkeypatch.setattr(erasing, "PIECE", 7)
    monkeypatch.setattr(erasing, "HOLD", 0.0)
    monkeypatch.setattr(postgres, "EVENTS", 7)
    engine = engines(long)
    for _ in range(2):
        await _run(engine, request_of())
    await Pruner(engine.store, NOW).once()
    assert await counts(query) == dict.fromkeys(TABLES, 0)


async def test_under_steady_load_the_database_stops_growing(
    engines: Engines, request_of: RequestOf, query: Query, store_kind: str, tmp_path: Path
) -> None:
    engine = engines(retention=Retention(0.03, 0.06))
    await engine.start()
    sizes = []
    for _ in range(4):
        await asyncio.gather(*(_run(engine, request_of("x" * 500)) for _ in range(60)))
        while (await counts(query))["tasks"]:  # noqa: ASYNC110  it is the database that changes
            await asyncio.sleep(0.01)
        await engine.store.scrub()
        sizes.append(_size(tmp_path) if store_kind == "sqlite" else 0)
    assert await counts(query) == dict.fromkeys(TABLES, 0)
    assert sizes[-1] <= 1.2 * sizes[0], "freed pages are used again, and the log beside the file is emptied"


def _size(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.glob("tasks.sqlite*"))
