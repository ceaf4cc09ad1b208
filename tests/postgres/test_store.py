"""What the store on Postgres promises of a commit: written whole, written once, whatever happens on the way."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import asyncpg
import pytest

from agentia.core import postgres
from agentia.core.postgres import DatabaseFull, translated
from agentia.tasks.postgres import PostgresStore
from agentia.tasks.records import (
    Arrival,
    Change,
    Duplicate,
    FenceLost,
    ForeignContext,
    JournalEntry,
    Lease,
    NewTask,
    Owner,
    Refused,
    State,
    StorageFailed,
    StoredEvent,
    Unstorable,
)

if TYPE_CHECKING:
    from tests.postgres.conftest import Wire

StoreAt = Callable[..., Awaitable[PostgresStore]]
ME, YOU = Owner("", "me"), Owner("", "you")
LEASE = Lease("r1", 1e12)
WORKING, COMPLETED = 2, 3


def events(first: int, last: int) -> tuple[StoredEvent, ...]:
    return tuple(StoredEvent(number, b"event %d" % number) for number in range(first, last + 1))


def arrival(message: str, owner: Owner = ME) -> Arrival:
    return Arrival(owner, message, b"hash of " + message.encode(), 1.0)


def new(task: str, owner: Owner = ME, *, message: str = "", context: str = "", last: int = 2) -> Change:
    """A task accepted with its first events; a `context` is one that the client names."""
    accepted = NewTask(context or f"context of {task}", bool(context), b"{}", None, "1")
    state = State(WORKING, b"snapshot", last, LEASE)
    came = arrival(message or f"asks for {task}", owner)
    return Change(task, 1, last, 2.0, new=accepted, arrival=came, state=state, events=events(1, last))


def more(task: str, first: int, last: int, fence: int = 1, message: str = "") -> Change:
    """Events that a run adds, or that a message brings."""
    return Change(task, fence, last, 3.0, arrival=arrival(message) if message else None, events=events(first, last))


def answered(message: str, reply: bytes = b"pong", context: str = "", owner: Owner = ME) -> Change:
    """A message answered without a task."""
    return Change("", 0, 0, 3.0, arrival=arrival(message, owner), context=context or f"of {message}", reply=reply)


async def numbers(store: PostgresStore, task: str) -> list[int]:
    return [event.number for event in await store.events_after(task, 0)]


async def test_a_group_is_written_and_each_change_is_refused_for_its_own_reason(
    store_at: StoreAt, database: str
) -> None:
    store = await store_at(database)
    assert await store.commit([new("a"), new("b", context="mine"), answered("hi")]) == [None] * 3
    outcome = await store.commit(
        [
            more("a", 3, 4),
            new("c", message="asks for a"),
            more("b", 3, 3, fence=2),
            new("d", YOU, context="mine"),
            new("e", YOU, context="context of a"),
            answered("hi", b"again"),
            replace(more("b", 3, 2), journal=(JournalEntry("step/x", b"h", b"1"),)),
            new("f", context="mine"),
        ]
    )
    kinds = [type(each) for each in outcome]
    none = type(None)
    assert kinds == [none, Duplicate, FenceLost, ForeignContext, ForeignContext, Duplicate, none, none]
    known = [each.known for each in outcome if isinstance(each, Duplicate)]
    assert [(one.task_id, one.reply) for one in known] == [("a", None), (None, b"pong")]
    assert await numbers(store, "a") == [1, 2, 3, 4]
    assert await numbers(store, "b") == [1, 2]
    assert [await store.find_task(task, owner) for task in "cde" for owner in (ME, YOU)] == [None] * 6
    assert (await store.replay("b"))[1] == [JournalEntry("step/x", b"h", b"1")]


async def test_one_group_that_asks_twice_accepts_the_first(store_at: StoreAt, database: str) -> None:
    store = await store_at(database)
    outcome = await store.commit(
        [
            *(new("a", message="m"), answered("x"), new("b", message="m"), answered("x", b"2")),
            *(new("c", context="k"), new("d", YOU, context="k"), new("e", context="k")),
        ]
    )
    refused = [type(each) for each in outcome if each is not None]
    assert [each is None for each in outcome] == [True, True, False, False, True, False, True]
    assert refused == [Duplicate, Duplicate, ForeignContext]


async def test_replicas_that_write_the_same_at_once_agree_on_one(store_at: StoreAt, database: str) -> None:
    one, two = await store_at(database), await store_at(database)
    for round_ in range(30):
        groups = [
            [new(f"{name}{round_}", owner, message="m", context=f"k{round_}"), answered(f"x{round_}", name.encode())]
            for name, owner in (("a", ME), ("b", YOU if round_ % 2 else ME))
        ]
        groups[0] = [replace(groups[0][0], arrival=arrival(f"m{round_}")), groups[0][1]]
        owner = YOU if round_ % 2 else ME
        groups[1] = [replace(groups[1][0], arrival=arrival(f"m{round_}", owner)), groups[1][1]]
        (first, said), (second, also) = await asyncio.gather(one.commit(groups[0]), two.commit(groups[1]))
        assert (first is None) != (second is None), "one of the two tasks"
        loser = first or second
        assert isinstance(loser, ForeignContext if round_ % 2 else Duplicate)
        if isinstance(loser, Duplicate):
            assert loser.known.task_id == (f"b{round_}" if second is None else f"a{round_}")
        assert (said is None) != (also is None), "one of the two replies"


async def test_groups_that_wait_for_each_other_come_through(store_at: StoreAt, database: str) -> None:
    """Two replicas write to the same tasks in opposite order, one of them without the right to."""
    one, two = await store_at(database), await store_at(database)
    tasks = [f"t{number}" for number in range(8)]
    await one.commit([new(task) for task in tasks])
    for round_ in range(20):
        last = 3 + round_
        mine = [more(task, last, last) for task in tasks]
        outcome, refused, _ = await asyncio.gather(
            one.commit(mine),
            two.commit([more(task, last, last, fence=9) for task in reversed(tasks)]),
            one.renew(LEASE, tasks),
        )
        assert outcome == [None] * 8
        assert all(isinstance(each, FenceLost) for each in refused)


FIRST = new("t")
SECOND = [
    pytest.param(b"asks for u", [new("u", context="k"), answered("x"), more("t", 3, 5)], id="new, reply and events"),
    pytest.param(b"event 4", [more("t", 3, 4, message="answer")], id="a message that continues"),
    pytest.param(
        b"step/x", [replace(more("t", 3, 2), journal=(JournalEntry("step/x", b"h", b"1"),))], id="journal alone"
    ),
    pytest.param(b"end", [replace(more("t", 3, 3), state=State(COMPLETED, b"end", 3, Lease()))], id="the end"),
]


async def _dump(direct: "asyncpg.Connection") -> list[list[tuple[Any, ...]]]:
    tables = ("tasks", "events", "journal", "messages", "contexts")
    rows = [[tuple(row) for row in await direct.fetch(f"SELECT * FROM {table} ORDER BY 1, 2")] for table in tables]
    return [[tuple(value for value in row if not isinstance(value, float)) for row in table] for table in rows]


@pytest.mark.parametrize(("said", "changes"), SECOND)
async def test_an_answer_that_is_lost_leaves_one_write(
    store_at: StoreAt, wire: "Wire", direct: "asyncpg.Connection", said: bytes, changes: list[Change]
) -> None:
    """The server has committed, but the connection breaks before it says so: the group is sent again by itself."""
    store = await store_at(wire.url)
    await store.commit([FIRST])
    wire.swallow(said)
    assert await store.commit(changes) == [None] * len(changes)
    assert wire.swallowed.is_set()
    before = await _dump(direct)
    assert await store.commit(changes) == [None] * len(changes)
    assert await _dump(direct) == before


async def test_what_a_lost_connection_is_still_writing_is_waited_for(
    store_at: StoreAt, wire: "Wire", direct: "asyncpg.Connection"
) -> None:
    """The server works on for a client that is gone; the second try must see what the first one does after it."""
    store = await store_at(wire.url)
    await store.commit([FIRST])
    lock = direct.transaction()
    await lock.start()
    await direct.execute("SELECT FROM tasks FOR UPDATE")
    writing = store.commit([more("t", 3, 5), new("u")])
    await _waiting(direct, 1)
    wire.cut_links()
    await _waiting(direct, 2)
    await lock.rollback()
    assert await writing == [None, None]
    assert await numbers(store, "t") == [1, 2, 3, 4, 5]
    assert await numbers(store, "u") == [1, 2]


async def _waiting(direct: "asyncpg.Connection", count: int) -> None:
    """Until so many statements wait for a lock."""
    while await direct.fetchval("SELECT count(*) FROM pg_locks WHERE NOT granted") < count:  # noqa: ASYNC110  not ours
        await asyncio.sleep(0.005)


async def test_a_database_that_stays_away_leaves_what_was_sent_in_doubt_and_refuses_what_was_not(
    store_at: StoreAt, wire: "Wire", monkeypatch: pytest.MonkeyPatch
) -> None:
    store = await store_at(wire.url)
    await store.commit([FIRST])
    monkeypatch.setattr(postgres, "PATIENCE", 0.0)
    wire.swallow(b"event 3")
    with pytest.raises(StorageFailed) as doubtful:
        await store.commit([more("t", 3, 3)])
    assert doubtful.value.in_doubt
    await wire.cut()
    with pytest.raises(StorageFailed) as clear:
        await store.commit([more("t", 4, 4)])
    assert not clear.value.in_doubt
    with pytest.raises(StorageFailed):
        await store.find_task("t", ME)
    await wire.mend()
    assert await store.commit([more("t", 3, 3)]) == [None]
    assert await numbers(store, "t") == [1, 2, 3]


async def test_a_task_is_taken_once_though_the_answer_is_lost(store_at: StoreAt, wire: "Wire") -> None:
    store = await store_at(wire.url)
    await store.commit([FIRST])
    assert await store.take("t", 1, Lease("r2", 1e12))
    wire.swallow(b"r2")
    assert await store.take("t", 2, Lease("r2", 1e12), attempts=3)
    assert wire.swallowed.is_set()
    assert not await store.take("t", 2, Lease("r3", 1e12))
    stored = await store.find_task("t", ME)
    assert stored is not None
    assert (stored.fence, stored.attempts, stored.replica) == (3, 3, "r2")


async def test_a_lease_ends_by_the_databases_clock(
    store_at: StoreAt, database: str, direct: "asyncpg.Connection", monkeypatch: pytest.MonkeyPatch
) -> None:
    """A replica whose own clock is an hour ahead takes nothing too early, and keeps nothing too long."""
    import time

    store = await store_at(database)
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 3600.0)
    mine = replace(new("t"), state=State(WORKING, b"", 2, Lease("r1", time.time() + 10)))
    assert await store.commit([mine, new("free")]) == [None, None]
    left = await direct.fetchval("SELECT lease_expires - extract(epoch FROM now())::float8 FROM tasks WHERE id = 't'")
    assert 5 < left <= 10
    await direct.execute("UPDATE tasks SET lease_expires = extract(epoch FROM now())::float8 - 1 WHERE id = 'free'")
    assert await store.unfinished(10, "1") == [("free", ME)]
    assert await store.renew(Lease("r1", time.time() + 10), ["t", "free", "unknown"]) == {"t", "free"}
    assert await store.unfinished(10, "1") == []
    assert await store.renew(Lease("r2", time.time() + 10), ["t"]) == set()
    assert await store.due("r1") is None
    assert 5 < (await store.due("r2") or 0) <= 10


async def test_what_cannot_be_stored_hurts_nobody_else(store_at: StoreAt, database: str) -> None:
    store = await store_at(database)
    outcome = await store.commit([new("a"), new("b", message="\0"), new("c", context="\0"), new("d")])
    assert [type(each) for each in outcome] == [type(None), Unstorable, Unstorable, type(None)]
    assert await numbers(store, "d") == [1, 2]
    assert await store.find_task("\0", ME) is None
    assert await store.find_message(ME, "\0") is None
    assert await store.push.of_task("\0") == []


async def test_events_too_large_to_be_read_at_once_are_read_in_several_goes(store_at: StoreAt, database: str) -> None:
    store = await store_at(database)
    large = tuple(StoredEvent(number, b"x" * 1_500_000) for number in range(1, 8))
    assert await store.commit([replace(new("t", last=7), events=large)]) == [None]
    goes, after = [], 0
    while read := await store.events_after("t", after):
        goes.append([event.number for event in read])
        after = read[-1].number
    assert goes == [[1, 2, 3], [4, 5, 6], [7]]
    assert [event.number for event in await store.events_after("t", 0, 2)] == [1, 2]


async def test_a_closed_store_says_so_at_once(store_at: StoreAt, database: str) -> None:
    store = await store_at(database)
    await store.commit([new("t")])
    await store.close()
    for call in (store.find_task("t", ME), store.commit([more("t", 3, 3)]), store.take("t", 1, LEASE)):
        with pytest.raises(StorageFailed):
            await call


async def test_a_full_disk_is_known_as_such() -> None:
    """A disk cannot be filled here; the server says it by this error."""
    assert isinstance(translated(asyncpg.DiskFullError("could not extend file"), sent=True), DatabaseFull)


async def test_no_statement_reads_a_whole_table(store_at: StoreAt, database: str, direct: "asyncpg.Connection") -> None:
    """Plans are made once, when tables are young: they must be those for old ones."""
    store = await store_at(database)
    tasks = [f"t{number}" for number in range(300)]
    await store.commit([new(task) for task in tasks])
    await direct.execute("SELECT pg_stat_force_next_flush()")
    scans = "SELECT coalesce(sum(seq_tup_read), 0) FROM pg_stat_user_tables WHERE schemaname = 'agentia_test'"
    before = await direct.fetchval(scans)
    outcome: list[Refused | None] = []
    for task in tasks:
        outcome += await store.commit([more(task, 3, 3), new(f"new {task}", context=f"k {task}")])
        await store.find_message(ME, task)
    await store.renew(LEASE, tasks)
    await store.unfinished(10, "1")
    await store.due("r2")
    await store.overdue(0.0, 10)
    await store.stranded("1", 0.0)
    await store.due_cancellations(10)
    await store.close()
    await direct.execute("SELECT pg_stat_force_next_flush()")
    assert await direct.fetchval(scans) == before


async def test_who_leaves_does_not_wait_for_a_database_that_says_nothing(
    store_at: StoreAt, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = await store_at(database)
    monkeypatch.setattr("agentia.tasks.postgres.RELEASE_SECONDS", 0.05)
    monkeypatch.setattr(store._database, "once", lambda *_: asyncio.Event().wait())
    async with asyncio.timeout(5):
        with pytest.raises(StorageFailed, match="does not answer a replica that leaves"):
            await store.release("a replica")
