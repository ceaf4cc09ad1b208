"""Both stores give the same answers to the same groups of changes, and hold the same rows afterwards."""

import random
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from agentia.tasks.postgres import PostgresStore
from agentia.tasks.records import (
    Arrival,
    Change,
    Child,
    Duplicate,
    JournalEntry,
    Lease,
    NewTask,
    Owner,
    Refused,
    State,
    StoredEvent,
)
from agentia.tasks.storage import Store
from agentia.tasks.store import SqliteStore

OWNERS = (Owner("", "me"), Owner("", "you"), Owner("t", "me"))
CLOCKS = {"lease_expires"}
TABLES = {"tasks": "id", "events": "task_id, number", "journal": "task_id, step", "contexts": "id"}
TABLES |= {"messages": "tenant, owner, message_id", "push_configs": "task_id, id", "cancellations": "task_id"}

StoreAt = Callable[..., Awaitable[PostgresStore]]


class Clients:
    """Makes groups of changes as replicas and clients might, right and wrong ones."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self._tasks: dict[str, int] = {}
        self._count = 0

    def group(self) -> list[Change]:
        """Changes of tasks that differ."""
        known = self._random.sample(sorted(self._tasks), k=min(len(self._tasks), self._random.randrange(5)))
        made = [
            self._accept() if self._random.random() < 0.7 else self._reply() for _ in range(self._random.randrange(4))
        ]
        group = [*(self._continue(task) for task in known), *made]
        self._random.shuffle(group)
        return group

    def settle(self, group: list[Change], outcome: list[Refused | None]) -> None:
        """Remember what was written."""
        for change, refused in zip(group, outcome, strict=True):
            if refused is None and change.task_id:
                self._tasks[change.task_id] = change.last_event

    def _arrival(self) -> Arrival:
        message = f"m{self._random.randrange(40)}"
        return Arrival(self._random.choice(OWNERS), message, message.encode(), self._number() * 1.0)

    def _accept(self) -> Change:
        task, last, named = f"task{self._number()}", self._random.randrange(1, 4), self._random.random() < 0.5
        context = f"c{self._random.randrange(12)}" if named else f"of {task}"
        accepted = NewTask(context, named, b"{}", self._random.choice((None, 5.5)), "1")
        state = self._state(last)
        return Change(task, 1, last, 2.0, accepted, self._arrival(), state=state, events=self._events(1, last))

    def _continue(self, task: str) -> Change:
        before = self._tasks[task]
        last = before + self._random.randrange(3)
        fence = self._random.choice((1, 1, 1, 1, 2))
        comes = self._random.random() < 0.3 and last > before
        journal = (JournalEntry(f"step/{self._number()}", b"h", b"1"),) if self._random.random() < 0.3 else ()
        return Change(
            task,
            fence,
            last,
            self._number() * 1.0,
            arrival=self._arrival() if comes else None,
            state=self._state(last) if last > before and self._random.random() < 0.4 else None,
            events=self._events(before + 1, last),
            journal=journal,
            children=(Child("agent", f"c{self._number()}"),) if self._random.random() < 0.2 else (),
        )

    def _reply(self) -> Change:
        reply = b"reply %d" % self._number()
        return Change("", 0, 0, 1.0, arrival=self._arrival(), context=f"c{self._random.randrange(12)}", reply=reply)

    def _state(self, last: int) -> State:
        lease = self._random.choice((Lease(), Lease("r1", 1e12)))
        return State(self._random.randrange(1, 7), b"snapshot %d" % self._number(), last, lease)

    def _events(self, first: int, last: int) -> tuple[StoredEvent, ...]:
        return tuple(self._event(number) for number in range(first, last + 1))

    def _event(self, number: int) -> StoredEvent:
        step, digest = self._random.choice(((None, None), (f"status/{number}", b"hash")))
        return StoredEvent(number, b"payload", step, digest, self._random.choice((None, b"input")))

    def _number(self) -> int:
        self._count += 1
        return self._count


def _told(outcome: list[Refused | None]) -> list[object]:
    return [(type(each), each.known if isinstance(each, Duplicate) else None) for each in outcome]


def _of_file(path: Path) -> Iterator[list[dict[str, Any]]]:
    with closing(sqlite3.connect(path)) as connection:
        connection.row_factory = sqlite3.Row
        for table, order in TABLES.items():
            yield [dict(row) for row in connection.execute(f"SELECT * FROM {table} ORDER BY {order}")]


async def _of_schema(connection: asyncpg.Connection) -> list[list[dict[str, Any]]]:
    return [
        [dict(row) for row in await connection.fetch(f"SELECT * FROM {table} ORDER BY {order}")]
        for table, order in TABLES.items()
    ]


def _without_clocks(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{name: value for name, value in row.items() if name not in CLOCKS} for row in rows]


@pytest.fixture
async def path(tmp_path: Path) -> Path:
    """Where the file of the store on SQLite is."""
    return tmp_path / "tasks.sqlite"


@pytest.fixture
async def one(path: Path) -> AsyncIterator[SqliteStore]:
    """The store on SQLite."""
    store = SqliteStore(path)
    yield store
    await store.close()


@pytest.mark.parametrize("seed", range(6))
async def test_both_stores_agree(
    store_at: StoreAt, database: str, direct: asyncpg.Connection, one: SqliteStore, path: Path, seed: int
) -> None:
    two = await store_at(database)
    clients = Clients(seed)
    for _ in range(40):
        group = clients.group()
        outcome = await one.commit(group)
        assert _told(await two.commit(group)) == _told(outcome), group
        clients.settle(group, outcome)
    for file, schema in zip(_of_file(path), await _of_schema(direct), strict=True):
        assert _without_clocks(schema) == _without_clocks(file)


async def test_both_stores_read_alike(store_at: StoreAt, database: str, one: SqliteStore) -> None:
    two = await store_at(database)
    clients = Clients(99)
    for _ in range(30):
        group = clients.group()
        clients.settle(group, await one.commit(group))
        await two.commit(group)
    for owner in OWNERS:
        assert await _read(one, owner) == await _read(two, owner)


async def _read(store: Store, owner: Owner) -> list[Any]:
    """All that an owner can be shown of the tasks, page by page."""
    where: dict[str, Any] = dict.fromkeys(("context", "state", "after", "cursor_updated", "cursor_id"))
    where |= {"tenant": owner.tenant, "owner": owner.principal, "limit": 7}
    seen: list[Any] = []
    while (found := await store.list_tasks(where))[0]:
        seen.append(found)
        where |= {"cursor_updated": found[0][-1][4], "cursor_id": found[0][-1][0]}
    for task_id in [row[0] for page, _ in seen for row in page]:
        stored = await store.find_task(task_id, owner)
        assert stored is not None
        seen.append((stored.state, stored.last_event, stored.fence, await store.events_after(task_id, 1, 2)))
        events, journal = await store.replay(task_id)
        seen.append((events, sorted(journal, key=lambda entry: entry.step)))
    seen += [await store.list_tasks(where | {"context": f"c{n}", "state": 2, "after": 3.0}) for n in range(12)]
    seen += [await store.earlier("~", f"c{number}", owner, 2) for number in range(12)]
    return [*seen, *[await store.find_message(owner, f"m{number}") for number in range(40)]]
