"""What an owner has deleted is gone from every table and from the file; what others have is as it was."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from a2a.types.a2a_pb2 import CancelTaskRequest, ListTasksRequest, Message, SendMessageRequest
from a2a.types.a2a_pb2 import TaskPushNotificationConfig as PushConfig
from a2a.utils.errors import TaskNotFoundError, UnsupportedOperationError

from agentia.tasks import store as sqlite_store
from agentia.tasks.caller import Caller
from agentia.tasks.cancelling import Delegations
from agentia.tasks.engine import Engine
from agentia.tasks.operations import Operations
from agentia.tasks.push import PushConfigs
from agentia.tasks.records import Cancellation, Child, Owner
from agentia.tasks.run import Run
from agentia.tasks.states import CANCELED

Engines = Callable[..., Engine]
RequestOf = Callable[..., SendMessageRequest]
Rows = Callable[[], Awaitable[dict[str, list[tuple[Any, ...]]]]]

ANN, BOB = Caller(Owner("", "principal-ann")), Caller(Owner("", "principal-bob"))
BOTH = pytest.mark.parametrize("store_kind", ["sqlite", "postgres"])


async def _unreached(cancellation: Cancellation) -> Sequence[Child]:
    return cancellation.children


_UNREACHED = Delegations(lambda _: [Child("away", "child")], _unreached)
"""Every task has a child whose agent is away."""


@pytest.fixture
async def rows(request: pytest.FixtureRequest, store_kind: str, tmp_path: Path) -> AsyncIterator[Rows]:
    """All rows of all tables, whatever tables there are."""
    if store_kind == "sqlite":

        async def read() -> dict[str, list[tuple[Any, ...]]]:
            with closing(sqlite3.connect(tmp_path / "tasks.sqlite")) as file:
                names = [row[0] for row in file.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
                return {name: file.execute(f"SELECT * FROM {name}").fetchall() for name in names}

        yield read
        return
    url = request.getfixturevalue("database")
    server = await asyncpg.connect(url, server_settings={"search_path": "agentia_test"})

    async def fetch() -> dict[str, list[tuple[Any, ...]]]:
        names = await server.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'agentia_test'")
        return {name: [tuple(row) for row in await server.fetch(f"SELECT * FROM {name}")] for (name,) in names}

    yield fetch
    await server.close()


def _found(rows: dict[str, list[tuple[Any, ...]]], *words: str) -> set[str]:
    """The tables in which one of the words stands in a text or in bytes."""
    texts = {table: b"\n".join(_bytes(value) for row in rows[table] for value in row) for table in rows}
    return {table for table, text in texts.items() if any(word.encode() in text for word in words)}


def _bytes(value: Any) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode()


def _operations(engine: Engine) -> Operations:
    async def any_url(_url: str) -> None:
        pass

    return Operations(engine, PushConfigs(engine.store, any_url))


async def _busy(run: Run) -> None:
    """Steps and artifacts that repeat the text, and then what the text says: ask, wait for ever, or end."""
    text = run.messages[0].parts[0].text
    await run.step("remember", lambda: _said(text))
    await run.status(f"status of {text}")
    await run.artifact(f"artifact of {text}", run.messages[0].parts)
    if "asks" in text:
        await run.ask(f"question of {text}")
    if "waits" in text:
        await asyncio.Event().wait()


async def _said(text: str) -> str:
    return f"result of {text}"


async def _reply(message: Message, _caller: Caller) -> str:
    return f"reply to {message.parts[0].text}"


async def _all_sorts(engine: Engine, request_of: RequestOf, caller: Caller, mark: str) -> list[str]:
    """Tasks in all states, with all that a task can have."""
    ids = []
    for kind in ("ends", "asks", "waits"):
        sent = await engine.send(
            request_of(f"{mark} {kind}", f"message-{mark}-{kind}", context_id=f"context-{mark}"), caller
        )
        await sent.stored(settled=kind != "waits")
        ids.append(sent.task_id)
        config = PushConfig(task_id=sent.task_id, id=f"push-{mark}", url=f"https://{mark}")
        await engine.store.push.set(config, "1.0", 0)
    return ids


@BOTH
async def test_everything_of_an_owner_goes_and_nothing_of_others(
    engines: Engines, request_of: RequestOf, rows: Rows
) -> None:
    engine, other = engines(_busy, delegations=_UNREACHED), engines(_busy, delegations=_UNREACHED)
    direct = engines(direct=_reply)
    anns = await _all_sorts(engine, request_of, ANN, "marker-a")
    bobs = await _all_sorts(other, request_of, BOB, "marker-b")
    for caller, mark in ((ANN, "marker-a"), (BOB, "marker-b")):
        await direct.send(request_of(mark, context_id=f"direct-{mark}"), caller)
    traces = (*anns, "principal-ann", "marker-a")
    before = await rows()
    assert _found(before, *traces) == _found(before, *bobs) | {"contexts", "messages"} != set()
    gone = await _operations(engine).delete_tasks(ListTasksRequest(), ANN)
    assert gone == {"tasks": 3, "messages": 1}
    after = await rows()
    assert _found(after, *traces) == set()
    assert _found(after, *bobs) == _found(before, *bobs)
    assert [(await other.get(task_id, BOB)).id for task_id in bobs] == bobs
    for task_id in anns:
        with pytest.raises(TaskNotFoundError):
            await engine.get(task_id, ANN)
    assert await _operations(engine).delete_tasks(ListTasksRequest(), ANN) == {"tasks": 0, "messages": 0}


async def test_the_bytes_of_the_file_hold_nothing_of_it(
    engines: Engines, request_of: RequestOf, tmp_path: Path
) -> None:
    engine, direct = engines(_busy), engines(direct=_reply)

    async def send(caller: Caller, words: str) -> str:
        sent = await engine.send(request_of(words, context_id=f"of {words[:12]}"), caller)
        await sent.stored(settled=True)
        await direct.send(request_of(words), caller)
        return sent.task_id

    texts = [f" {number} ends {'a long text ' * (300 if number % 7 == 0 else 1)}" for number in range(40)]
    both = [each for text in texts for each in (send(BOB, f"marker-b{text}"), send(ANN, f"marker-a{text}"))]
    anns = (await asyncio.gather(*both))[1::2]
    traces = [word.encode() for word in ("marker-a", "principal-ann", *anns)]
    assert all(any(trace in data for data in _files(tmp_path)) for trace in traces)
    assert (await _operations(engine).delete_tasks(ListTasksRequest(), ANN))["tasks"] == 40
    assert [trace for trace in traces if any(trace in data for data in _files(tmp_path))] == []
    assert any(b"marker-b" in data for data in _files(tmp_path))


async def test_nor_of_what_was_deleted_one_by_one(engines: Engines, request_of: RequestOf, tmp_path: Path) -> None:
    engine = engines(_busy)
    ended = (await (await engine.send(request_of("marker-a ends"), ANN)).stored(settled=True)).task_id
    assert await _operations(engine).delete_task(CancelTaskRequest(id=ended), ANN) == {"tasks": 1, "messages": 0}
    assert await _operations(engine).delete_tasks(ListTasksRequest(), ANN) == {"tasks": 0, "messages": 0}
    assert not any(b"marker-a" in data for data in _files(tmp_path))


async def test_many_deletions_at_once_write_the_file_anew_a_few_times(
    engines: Engines, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = engines()
    scrubs, scrub = [], engine.store.scrub

    async def counted() -> None:
        scrubs.append(1)
        await scrub()

    monkeypatch.setattr(engine.store, "scrub", counted)
    operations = _operations(engine)
    gone = await asyncio.gather(*(operations.delete_tasks(ListTasksRequest(), ANN) for _ in range(20)))
    assert gone == [{"tasks": 0, "messages": 0}] * 20
    assert len(scrubs) <= 3


async def test_a_file_that_cannot_be_written_anew_does_not_stop_a_deletion(
    engines: Engines, request_of: RequestOf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = engines(_busy)
    await (await engine.send(request_of("marker-a ends"), ANN)).stored(settled=True)
    with closing(sqlite3.connect(tmp_path / "tasks.sqlite", isolation_level=None)) as other:
        erase_rest = engine.store.erase_rest

        async def then_locked(owner: Owner, before: float) -> int:
            replies = await erase_rest(owner, before)
            other.execute("BEGIN IMMEDIATE")
            return replies

        monkeypatch.setattr(engine.store, "erase_rest", then_locked)
        monkeypatch.setattr(sqlite_store, "SCRUBS", 1)
        engine.store._write.execute("PRAGMA busy_timeout = 0")  # type: ignore[attr-defined]
        assert (await _operations(engine).delete_tasks(ListTasksRequest(), ANN))["tasks"] == 1


def _files(folder: Path) -> list[bytes]:
    return [path.read_bytes() for path in folder.glob("tasks.sqlite*") if not path.name.endswith("-shm")]


@BOTH
async def test_a_run_elsewhere_writes_nothing_into_what_was_deleted(
    engines: Engines, request_of: RequestOf, rows: Rows
) -> None:
    ready, gate, refused = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def answer(run: Run) -> None:
        ready.set()
        await gate.wait()
        try:
            await run.step("late", lambda: _said("late"))
            await run.status("late")
            await asyncio.Event().wait()
        finally:
            refused.set()

    engine, other = engines(answer), engines(answer)
    await (await engine.send(request_of("marker-a"), ANN)).stored()
    await ready.wait()
    assert await _operations(other).delete_tasks(ListTasksRequest(), ANN) == {"tasks": 1, "messages": 0}
    gate.set()
    await refused.wait()
    left = await rows()
    assert {table for table, found in left.items() if found} == {"alembic_version"}


@BOTH
async def test_one_finished_task_goes_by_its_id(engines: Engines, request_of: RequestOf, rows: Rows) -> None:
    engine = engines(_busy)
    operations = _operations(engine)
    ended, paused, _ = await _all_sorts(engine, request_of, ANN, "marker-a")
    wanted = CancelTaskRequest(id=ended)
    assert await operations.delete_task(wanted, BOB) == {"tasks": 0, "messages": 0}
    assert (await engine.get(ended, ANN)).id == ended, "it is not Bob's"
    assert await operations.delete_task(wanted, ANN) == {"tasks": 1, "messages": 0}
    assert await operations.delete_task(wanted, ANN) == {"tasks": 0, "messages": 0}
    assert _found(await rows(), ended, "marker-a ends", "message-marker-a-ends") == set()
    with pytest.raises(UnsupportedOperationError, match=r"INPUT_REQUIRED.*Cancel it first"):
        await operations.delete_task(CancelTaskRequest(id=paused), ANN)


@pytest.mark.parametrize("store_kind", ["postgres"])
async def test_a_task_goes_though_another_replica_is_just_at_it(
    engines: Engines, request_of: RequestOf, database: str
) -> None:
    engine = engines()
    ended = (await (await engine.send(request_of(), ANN)).stored(settled=True)).task_id
    server = await asyncpg.connect(database, server_settings={"search_path": "agentia_test"})
    async with server.transaction():
        await server.execute("SELECT FROM tasks FOR UPDATE")
        deleting = asyncio.create_task(_operations(engine).delete_task(CancelTaskRequest(id=ended), ANN))
        await asyncio.wait([deleting], timeout=0.2)
    assert await deleting == {"tasks": 1, "messages": 0}
    assert await server.fetchval("SELECT count(*) FROM tasks") == 0
    await server.close()


@BOTH
async def test_who_follows_a_deleted_task_is_told(
    engines: Engines, request_of: RequestOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine, other = engines(_busy), engines(_busy)
    ended, paused, _ = await _all_sorts(engine, request_of, ANN, "marker-a")
    monkeypatch.setattr(other.store, "events_after", partial(other.store.events_after, limit=1))
    behind = other.follow(ended, ANN, 0)
    await anext(behind)
    waiting = other.follow(paused, ANN, (await other.current(paused, ANN)).number)
    told = asyncio.create_task(anext(waiting))
    await _operations(engine).delete_tasks(ListTasksRequest(), ANN)
    with pytest.raises(TaskNotFoundError, match="was deleted"):
        await anext(behind)
    heard = (await asyncio.gather(told, return_exceptions=True))[0]
    assert "was deleted" in str(heard) or getattr(heard, "state", None) == CANCELED, "as it was quick or not"
    await waiting.aclose()


async def test_deletion_over_both_bindings(serve: Any) -> None:
    client = await serve()
    first, second, third = [(await client.send())["id"] for _ in range(3)]
    headers = {"A2A-Version": "1.0"}
    assert (await client.rpc("DeleteTask", {"id": first}))["result"] == {"tasks": 1, "messages": 0}
    assert (await client.http.delete(f"/tasks/{second}", headers=headers)).json() == {"tasks": 1, "messages": 0}
    stranger = await client.http.delete("/tasks", headers=headers | {"x-user": "ann"})
    assert stranger.json() == {"tasks": 0, "messages": 0}
    assert (await client.rpc("DeleteTasks"))["result"] == {"tasks": 1, "messages": 0}
    for task_id in (first, second, third):
        assert (await client.rpc("GetTask", {"id": task_id}))["error"]["code"] == -32001
    assert (await client.rpc("DeleteTasks", version="0.3"))["error"]["code"] == -32009
