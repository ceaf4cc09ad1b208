"""The task store on SQLite: one file a service, one thread that writes, one that reads."""

import asyncio
import json
import logging
import sqlite3
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any, Final, Literal

from agentia.core.database import connect, statements
from agentia.core.migrate import migrate
from agentia.tasks import erasing
from agentia.tasks.abandoned import cancellation, dumped
from agentia.tasks.ids import first_id
from agentia.tasks.push_store import PushStore
from agentia.tasks.records import (
    Cancellation,
    Change,
    Child,
    Ended,
    Gone,
    JournalEntry,
    Known,
    Lease,
    Owner,
    Pruned,
    Refused,
    StorageFailed,
    StorageFull,
    Stored,
    StoredEvent,
    Unstorable,
)
from agentia.tasks.states import SETTLED
from agentia.tasks.transactions import CLOSED, AtOnce, WritingThread
from agentia.tasks.writes import UNSTORABLE, take_aloud, write_group

FULL: Final = frozenset({sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_WRITE, sqlite3.SQLITE_IOERR_SHMSIZE})
"""How SQLite tells of a full disk, a quota, or a limit on the size of files."""

log = logging.getLogger("agentia.tasks")

MIGRATIONS = "agentia.tasks.migrations"
ENDS: Final = "PRAGMA user_version"
"""A number in the file that goes up with each task that is taken to be ended."""
WATCH_ENDS: Final = 0.05
"""Seconds between looks at it while there are runs."""
WATCH: Final = 0.008
"""Seconds between looks at the file's version while somebody waits for another process."""
LONGEST_LOG: Final = 16_000_000
"""Bytes of the write-ahead log above which it is emptied between two readers; without any it has a quarter of that."""
SCRUBS: Final = 20
"""Tries to empty the write-ahead log."""
MANY_BYTES: Final = 4_000_000
"""Events that are larger than that together are read in several goes."""
BRIEF: Final = 100_000
"""Bytes that are written at once, without the way to a thread."""


class SqliteStore:
    """Tasks, events, journal, messages, contexts and push configs in one SQLite file (WAL, every commit synced)."""

    def __init__(self, path: Path, *, mode: Literal["auto", "check"] = "auto") -> None:
        """Open `path`, migrating it first. Raises DatabaseUnusable or MigrationMissing."""
        migrate(path, MIGRATIONS, mode)
        self._sql = statements("agentia.tasks")
        with ExitStack() as stack:
            self._write, self._brief, self._read, self._watch = (
                stack.enter_context(closing(connect(path))) for _ in range(4)
            )
            self._connections = stack.pop_all()
        for writes in (self._write, self._brief):
            writes.execute("PRAGMA secure_delete = ON")
        self._log = path.with_name(f"{path.name}-wal")
        self._version, self._ends = -1, self._looked(ENDS)
        self._writing, self._at_once = WritingThread(self._write), AtOnce(self._brief)
        self._reading = ThreadPoolExecutor(1, thread_name_prefix="tasks-read")
        self.push = PushStore(self._read_push, self._write_push)

    async def close(self) -> None:
        """Wait for what is being written, then close the file."""
        for finish in (self._reading.shutdown, self._writing.close):
            await asyncio.to_thread(finish)
        self._connections.close()

    async def changed(self) -> Collection[str] | None:
        """See Store: a look at the file's version, which changes with every commit of this process or another."""
        await asyncio.sleep(WATCH)
        before, (self._version,) = self._version, self._looked("PRAGMA data_version")
        return None if self._version != before else ()

    async def moved(self, known: Mapping[str, int | None]) -> Mapping[str, int | None]:
        """See Store."""
        return dict(await self._rows("moved", (json.dumps(known),)))

    def commit(self, changes: Sequence[Change]) -> asyncio.Future[list[Refused | None]]:
        """Write all changes in one transaction; the result says, change by change, what was refused and why.

        Its exception is StorageFull or StorageFailed when nothing at all could be written.
        """
        if self._writing.idle and _short(changes):
            done = self._at_once.run(lambda connection: write_group(connection, changes))
            if done is not None:
                return done
        return self._writing.submit(lambda connection: _written(connection, changes))

    async def find_task(self, task_id: str, owner: Owner) -> Stored | None:
        """A task, None when there is none or it is somebody else's."""
        row = await self._one("find_task", (task_id, owner.tenant, owner.principal))
        return None if row is None else Stored(*row)

    async def find_message(self, owner: Owner, message_id: str) -> Known | None:
        """What an owner's message id led to before: a read by key, quicker than the way to a thread and back."""
        values = (owner.tenant, owner.principal, message_id)
        try:
            row = self._at_once.look(self._sql["find_message"], values)  # whose pages are at hand
        except sqlite3.Error:
            row = self._looked(self._sql["find_message"], *values)
        return Known(*row) if row else None

    async def events_after(self, task_id: str, number: int, limit: int = 500) -> list[StoredEvent]:
        """See Store."""
        return above(number, await self._rows("events_after", (task_id, number, limit), enough=MANY_BYTES))

    async def replay(self, task_id: str) -> tuple[list[StoredEvent], list[JournalEntry]]:
        """What a rerun must know of earlier attempts: events written by steps, inputs, and results of steps."""
        events = [StoredEvent(*row) for row in await self._rows("replay", (task_id,))]
        return events, [JournalEntry(*row) for row in await self._rows("journal", (task_id,))]

    async def take(
        self,
        task_id: str,
        fence: int,
        lease: Lease,
        attempts: int = 1,
        *,
        state: int | None = None,
        expired: bool = False,
    ) -> bool:
        """See Store."""
        now = time.time() if expired else None
        values = (lease.replica, lease.expires, attempts, task_id, fence, state, state, now, now, now)
        if lease.replica is not None:
            return bool(await self._change("take", values))
        return bool(await _awaited(self._writing.submit(lambda connection: take_aloud(connection, values))))

    async def taken(self) -> None:
        """See Store: the file's own number goes up."""
        while (ends := self._looked(ENDS)) == self._ends:  # noqa: ASYNC110  it is another process that changes it
            await asyncio.sleep(WATCH_ENDS)
        self._ends = ends

    async def renew(self, lease: Lease, tasks: Collection[str]) -> Collection[str]:
        """See Store."""
        values = (lease.expires, json.dumps(list(tasks)), lease.replica)
        return {row[0] for row in await self._returned("renew", values)}

    async def release(self, replica: str) -> None:
        """End all leases of a replica."""
        await self._change("release", (replica,))

    async def unfinished(self, limit: int, major: str, deeper: int = -1) -> list[tuple[str, Owner]]:
        """See Store."""
        rows = await self._rows("unfinished", (time.time(), limit, major, deeper))
        return [(task_id, Owner(tenant, principal)) for task_id, tenant, principal in rows]

    async def overdue(self, before: float, limit: int) -> list[tuple[str, Owner]]:
        """See Store."""
        rows = await self._rows("overdue", (time.time(), limit, before))
        return [(task_id, Owner(tenant, principal)) for task_id, tenant, principal in rows]

    async def stranded(self, major: str, before: float) -> dict[str, int]:
        """See Store."""
        return dict(await self._rows("stranded", (time.time(), major, before)))

    def offer(self) -> None:
        """See Store: nobody is told."""

    async def freed(self, seconds: float) -> None:
        """See Store: nobody tells, so it is looked more often."""
        await asyncio.sleep(seconds / 3)

    async def due(self, replica: str) -> float | None:
        """See Store."""
        expires = (await self._one("due", (replica,)))[0]
        return None if expires is None else float(expires) - time.time()

    async def due_cancellations(self, limit: int) -> list[Cancellation]:
        """See Store."""
        rows = await self._returned("due_cancellations", (time.time(), limit))
        return [cancellation(*row) for row in rows]

    async def cancelled(self, task_id: str, left: Sequence[Child]) -> None:
        """See Store."""
        if left:
            await self._change("leave_cancellation", (dumped(left), task_id))
        else:
            await self._change("end_cancellation", (task_id,))

    async def list_tasks(self, where: dict[str, Any]) -> tuple[list[tuple[str, int, bytes, int, float]], int]:
        """A page of (id, last_event, snapshot, snapshot_event, updated), newest first, and how many there are."""
        page = await self._rows("list_tasks", where)
        return page, (await self._rows("count_tasks", where))[0][0]

    async def earlier(self, task_id: str, context_id: str, owner: Owner, limit: int) -> list[tuple[str, int, bytes]]:
        """See Store."""
        values = (context_id, owner.tenant, owner.principal, task_id)
        if self._looked(self._sql["any_earlier"], *values) is None:
            return []
        return await self._rows("earlier", (*values, limit))

    async def spent(self, before: float, after: str, limit: int) -> list[str]:
        """See Store."""
        return [row[0] for row in await self._rows("spent", (before, first_id(before), after, limit))]

    async def prune(self, tasks: Sequence[str]) -> int:
        """See Store."""
        return int(await self._written(erasing.prune, tasks))

    async def expired(self, before: float, after: str, limit: int) -> list[Ended]:
        """See Store."""
        values = (before, first_id(before), after, limit)
        return erasing.ended(await self._rows("expired", values, enough=MANY_BYTES))

    async def finished(self, owner: Owner, before: float, limit: int) -> list[Ended]:
        """See Store."""
        return erasing.ended(await self._rows("finished", (*owner, before, limit), enough=MANY_BYTES))

    async def open_tasks(self, owner: Owner, before: float, limit: int) -> list[str]:
        """See Store."""
        return [row[0] for row in await self._rows("open_tasks", (*owner, before, limit))]

    async def erase(self, tasks: Sequence[Ended]) -> int:
        """See Store."""
        return int(await self._written(erasing.erase, tasks))

    async def erase_replies(self, before: float, limit: int) -> int:
        """See Store."""
        return int(await self._written(erasing.erase_replies, before, limit))

    async def erase_rest(self, owner: Owner, before: float) -> int:
        """See Store."""
        replies = 0
        while erased := await self._written(erasing.erase_messages, owner, before):
            replies += sum(erased)
        after = ""
        while rows := await self._rows("contexts_of", (*owner, after, erasing.ROWS)):
            contexts = [row[0] for row in rows]
            await self._written(erasing.erase_contexts, contexts)
            after = contexts[-1]
        return replies

    async def tidy(self) -> None:
        """See Store: SQLite empties its log by itself, but not while one reader overlaps the next."""
        if self._log.stat().st_size > LONGEST_LOG:
            await self._written(erasing.empty_log)

    async def scrub(self) -> None:
        """See Store: later writes do it when readers are in the way for long."""
        await self._written(erasing.rewrite)
        for _ in range(SCRUBS):
            if await self._written(erasing.empty_log):
                return
            await asyncio.sleep(WATCH_ENDS)
        log.warning("deleted rows may still be in the write-ahead log, until it is written over")

    def _looked(self, statement: str, *values: Any) -> Any:
        """The row of a statement that takes microseconds, without the way to a thread and back."""
        try:
            return self._watch.execute(statement, values).fetchone()
        except sqlite3.Error as exc:
            raise _translated(exc) from exc

    async def _read_push(self, name: str, *values: Any) -> list[Any]:
        return await self._rows(name, _plain(values))

    async def _write_push(self, name: str, *values: Any) -> list[Any]:
        plain = _plain(values)
        writing = self._writing.submit(lambda connection: connection.execute(self._sql[name], plain).fetchall())
        return list(await _awaited(writing))

    async def _one(self, name: str, values: Any) -> Any:
        rows = await self._rows(name, values)
        return rows[0] if rows else None

    async def _rows(self, name: str, values: Any, enough: int | None = None) -> list[Any]:
        """Rows of a query, up to the one with which they hold `enough` bytes."""

        def fetch() -> list[Any]:
            cursor = self._read.execute(self._sql[name], values)
            return cursor.fetchall() if enough is None else list(_some(cursor, enough))

        try:
            reading = asyncio.get_running_loop().run_in_executor(self._reading, fetch)
        except RuntimeError as exc:
            raise StorageFailed(CLOSED) from exc
        return list(await _awaited(reading))

    async def _written(self, work: Callable[..., Any], *values: Any) -> Any:
        return await _awaited(self._writing.submit(lambda connection: work(connection, *values)))

    async def _returned(self, name: str, values: Any) -> list[Any]:
        """The rows that a change returns."""
        changing = self._writing.submit(lambda connection: connection.execute(self._sql[name], values).fetchall())
        return list(await _awaited(changing))

    async def _change(self, name: str, values: Any) -> int:
        changing = self._writing.submit(lambda connection: connection.execute(self._sql[name], values).rowcount)
        return int(await _awaited(changing))


def _plain(values: Sequence[Any]) -> list[Any]:
    """What SQLite knows, lists as JSON."""
    return [json.dumps(value) if isinstance(value, list) else value for value in values]


def above(number: int, rows: Sequence[Any]) -> list[StoredEvent]:
    """The events above `number` from rows of number, payload, input and the task's last number. Raises as in Store."""
    if not rows:
        raise Gone("There is no such task any more.")
    first, *_, last = rows[0]
    if first is None and last <= number:
        return []
    if first != number + 1:
        raise Pruned(f"The events of this task up to {last if first is None else first - 1} are not kept any more.")
    return [StoredEvent(number, payload, input=answer) for number, payload, answer, _ in rows]


def _some(cursor: sqlite3.Cursor, enough: int) -> Iterator[Any]:
    for row in cursor:
        yield row
        if (enough := enough - len(row[1] or b"")) < 0:
            return


async def _awaited(future: asyncio.Future[Any]) -> Any:
    try:
        return await future
    except sqlite3.Error as exc:
        raise _translated(exc) from exc
    except (UnicodeError, OverflowError) as exc:
        raise Unstorable(UNSTORABLE) from exc


def _short(changes: Sequence[Change]) -> bool:
    """Whether little is written, and of tasks that settle with it: waiting for more of them would save nothing."""
    size = 0
    for change in changes:
        if change.state is not None and change.state.value in SETTLED:
            size += len(change.state.snapshot)
        elif change.reply is None:
            return False
        size += sum([len(event.payload) for event in change.events])
        size += sum([len(entry.result) for entry in change.journal])
    return size <= BRIEF


def _written(connection: sqlite3.Connection, changes: Sequence[Change]) -> list[Refused | None]:
    try:
        return write_group(connection, changes)
    except sqlite3.Error as exc:
        raise _translated(exc) from exc


def _translated(exc: sqlite3.Error) -> Refused:
    if isinstance(exc, sqlite3.IntegrityError | sqlite3.DataError | sqlite3.InterfaceError):
        return Unstorable(UNSTORABLE)
    if getattr(exc, "sqlite_errorcode", None) in FULL:
        return StorageFull("There is no space left to store tasks. Free some space on the disk, then send again.")
    log.error("task database failed", extra={"reason": str(exc)})
    return StorageFailed("The task database cannot be read or written right now. See the service's log.")
