"""Where commits are carried out: at once while the disk is quick, by the thread for everything that could take long."""

import asyncio
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from a2a.types.a2a_pb2 import Part, SendMessageRequest

from agentia.core.database import connect
from agentia.tasks.caller import LOCAL
from agentia.tasks.engine import Engine
from agentia.tasks.run import Run
from agentia.tasks.states import COMPLETED
from agentia.tasks.store import SqliteStore
from agentia.tasks.transactions import OFTEN, QUICK, AtOnce
from agentia.tasks.writes import writing

Engines = Callable[..., Engine]
RequestOf = Callable[..., SendMessageRequest]


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    with closing(connect(tmp_path / "some.sqlite")) as connection:
        connection.execute("CREATE TABLE kept (word TEXT)")
        yield connection


def _slowly(seconds: float) -> Callable[[sqlite3.Connection], str]:
    def work(connection: sqlite3.Connection) -> str:
        time.sleep(seconds)
        return str(connection.execute("SELECT 'done'").fetchone()[0])

    return work


async def test_what_is_quick_is_done_when_it_returns(connection: sqlite3.Connection) -> None:
    done = AtOnce(connection).run(_slowly(0.0))
    assert done is not None
    assert done.result() == "done"


async def test_every_so_often_the_thread_has_its_turn(connection: sqlite3.Connection) -> None:
    at_once = AtOnce(connection)
    here = [at_once.run(_slowly(0.0)) is not None for _ in range(2 * OFTEN + 2)]
    assert here == [*[True] * OFTEN, False, *[True] * OFTEN, False]


async def test_a_slow_disk_is_left_to_the_thread_and_tried_again_later(connection: sqlite3.Connection) -> None:
    at_once = AtOnce(connection)
    tried = 0
    while at_once.run(_slowly(3 * QUICK)) is not None:
        tried += 1
    assert 1 <= tried <= 4
    assert not any(at_once.run(_slowly(0.0)) for _ in range(OFTEN - 1))
    assert at_once.run(_slowly(0.0)) is not None


async def test_one_long_stall_is_enough(connection: sqlite3.Connection) -> None:
    at_once = AtOnce(connection)
    assert at_once.run(_slowly(10 * QUICK)) is not None
    assert at_once.run(_slowly(0.0)) is None


async def test_what_fails_is_undone_and_left_to_the_thread(connection: sqlite3.Connection) -> None:
    def fails(connection: sqlite3.Connection) -> None:
        with writing(connection):
            connection.execute("INSERT INTO kept VALUES ('half')")
            raise sqlite3.IntegrityError("no")

    assert AtOnce(connection).run(fails) is None
    assert connection.execute("SELECT word FROM kept").fetchall() == []


async def test_nobody_waits_while_another_process_writes(
    tmp_path: Path, engines: Engines, request_of: RequestOf
) -> None:
    engine = engines()
    await engine.start()
    turns = 0

    async def turn() -> None:
        nonlocal turns
        while True:
            await asyncio.sleep(0.005)
            turns += 1

    with closing(connect(tmp_path / "tasks.sqlite")) as another:
        another.execute("BEGIN IMMEDIATE")
        turning = asyncio.create_task(turn())
        sent = asyncio.create_task(_settled(engine, request_of()))
        await asyncio.sleep(0.2)
        assert not sent.done()
        assert turns > 10
        another.execute("COMMIT")
        turning.cancel()
        assert await sent == COMPLETED


async def test_what_ends_at_once_is_committed_at_once_and_what_goes_on_is_not(
    engines: Engines, request_of: RequestOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    here: list[bool] = []
    run = AtOnce.run

    def noted(self: AtOnce, work: Callable[[sqlite3.Connection], object]) -> object:
        here.append((done := run(self, work)) is not None)
        return done

    monkeypatch.setattr(AtOnce, "run", noted)
    go = asyncio.Event()

    async def answer(run: Run) -> None:
        if run.messages[0].parts[0].text == "wait":
            await go.wait()

    engine = engines(answer)
    assert await _settled(engine, request_of()) == COMPLETED
    assert here == [True]
    waits = await engine.send(request_of("wait"), LOCAL)
    await waits.stored()
    assert here == [True], "a task that goes on was not written by the thread"
    go.set()
    await waits.stored(settled=True)
    assert (await engine.get(waits.task_id, LOCAL)).status.state == COMPLETED
    assert here == [True, True]


async def test_the_log_stays_short(tmp_path: Path, engines: Engines, request_of: RequestOf) -> None:
    engine = engines()
    for _ in range(6 * OFTEN):
        await _settled(engine, request_of())
    assert (tmp_path / "tasks.sqlite-wal").stat().st_size < 9_000_000  # without cutting it would have 12 million


async def test_an_answer_of_much_is_the_threads(engines: Engines, request_of: RequestOf) -> None:
    async def answer(run: Run) -> None:
        await run.artifact("large", [Part(text="x" * 200_000)])

    engine = engines(answer)
    assert isinstance(engine.store, SqliteStore)
    before = engine.store._brief.total_changes
    assert await _settled(engine, request_of()) == COMPLETED
    assert engine.store._brief.total_changes == before


async def _settled(engine: Engine, request: SendMessageRequest) -> int:
    accepted = await engine.send(request, LOCAL)
    await accepted.stored(settled=True)
    return (await engine.get(accepted.task_id, LOCAL)).status.state
