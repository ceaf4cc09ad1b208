"""The task store on Postgres: one schema a service, shared by its replicas wherever they run."""

import asyncio
import time
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final, Literal

from agentia.core.database import DatabaseUnusable, statements
from agentia.core.migrate_postgres import migrate_database
from agentia.core.postgres import DatabaseFull, DatabaseLost, Postgres, ValueRefused
from agentia.tasks import erasing
from agentia.tasks.abandoned import cancellation, dumped
from agentia.tasks.ids import first_id
from agentia.tasks.news import FREED, TAKEN, News
from agentia.tasks.postgres_group import columns, lasts, refusal, rounds
from agentia.tasks.push_store import PushStore
from agentia.tasks.records import (
    Cancellation,
    Change,
    Child,
    Ended,
    JournalEntry,
    Known,
    Lease,
    Owner,
    Refused,
    StorageFailed,
    StorageFull,
    Stored,
    StoredEvent,
    Unstorable,
)
from agentia.tasks.store import MANY_BYTES, MIGRATIONS, above

EVENTS: Final = 10_000
"""Events that one statement deletes, which takes some 70 ms."""
RELEASE_SECONDS: Final = 2.0
"""For letting go of leases, which end by themselves: a database that is away is no reason to stay."""
_WHERE: Final = ("tenant", "owner", "context", "state", "after", "cursor_updated", "cursor_id", "limit")


class PostgresStore:
    """See Store: a group of changes is one statement, which is its own transaction, and may be sent again."""

    def __init__(
        self, url: str, schema: str, *, lease_seconds: float = 10.0, mode: Literal["auto", "check"] = "auto"
    ) -> None:
        """Migrate `schema`; connections are made when they are needed. Raises DatabaseUnusable or MigrationMissing."""
        migrate_database(url, schema, MIGRATIONS, mode)
        self._sql = statements("agentia.tasks", "postgres.sql")
        self._database = Postgres(url, schema)
        self._news = News(url, schema, lease_seconds)
        self.push = PushStore(self._rows, self._tried)

    async def close(self) -> None:
        """See Store."""
        await self._news.close()
        await self._database.close()

    async def changed(self) -> Collection[str] | None:
        """See Store: what other replicas say that they have written."""
        return await self._news.changed()

    async def moved(self, known: Mapping[str, int | None]) -> Mapping[str, int | None]:
        """See Store."""
        return {row[0]: row[1] for row in await self._tried("moved", list(known), list(known.values()))}

    def commit(self, changes: Sequence[Change]) -> asyncio.Future[list[Refused | None]]:
        """See Store."""
        return asyncio.ensure_future(self._commit(changes))

    async def _commit(self, changes: Sequence[Change]) -> list[Refused | None]:
        outcome: list[Refused | None] = [None] * len(changes)
        for part in rounds(changes):
            await self._write(changes, part, outcome)
        self._news.tell({change.task_id for change in changes if change.task_id})
        return outcome

    async def _write(self, changes: Sequence[Change], places: list[int], outcome: list[Refused | None]) -> None:
        """Write the changes at `places`, those again that met somebody who was just writing the same."""
        while places:
            try:
                rows = await self._tried("commit", *columns([changes[place] for place in places]))
            except Unstorable as unstorable:
                await self._apart(changes, places, outcome, unstorable)
                return
            again = []
            for row in rows:
                place = places[row["place"] - 1]
                if row["outcome"] == "again":
                    again.append(place)
                else:
                    outcome[place] = refusal(row["outcome"], Known(row["hash"], row["task_id"], row["reply"]))
            places = again

    async def _apart(
        self, changes: Sequence[Change], places: list[int], outcome: list[Refused | None], refused: Refused
    ) -> None:
        """One of these cannot be stored, which shall not hurt the others."""
        if len(places) == 1:
            outcome[places[0]] = refused
            return
        for place in places:
            await self._write(changes, [place], outcome)

    async def find_task(self, task_id: str, owner: Owner) -> Stored | None:
        """See Store."""
        row = await self._one("find_task", task_id, owner.tenant, owner.principal)
        return None if row is None else Stored(*row)

    async def find_message(self, owner: Owner, message_id: str) -> Known | None:
        """See Store."""
        row = await self._one("find_message", owner.tenant, owner.principal, message_id)
        return Known(*row) if row else None

    async def events_after(self, task_id: str, number: int, limit: int = 500) -> list[StoredEvent]:
        """See Store."""
        return above(number, await self._rows("events_after", task_id, number, limit, MANY_BYTES))

    async def replay(self, task_id: str) -> tuple[list[StoredEvent], list[JournalEntry]]:
        """See Store."""
        events = [StoredEvent(*row) for row in await self._rows("replay", task_id)]
        return events, [JournalEntry(*row) for row in await self._rows("journal", task_id)]

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
        values = (lease.replica, lasts(lease.expires), attempts, task_id, fence)
        only = (state, expired, self._database.schema, TAKEN)
        try:
            return bool(await self._database.once(self._sql["take"], *values, False, *only))
        except DatabaseLost:
            return bool(await self._tried("take", *values, True, *only))
        except DatabaseUnusable as exc:
            raise _translated(exc) from exc

    async def taken(self) -> None:
        """See Store: who takes says so."""
        await self._news.taken()

    async def renew(self, lease: Lease, tasks: Collection[str]) -> Collection[str]:
        """See Store."""
        return {row[0] for row in await self._rows("renew", lease.replica, lasts(lease.expires), list(tasks))}

    async def release(self, replica: str) -> None:
        """See Store: tried once, as who leaves is in a hurry, and leases end by themselves."""
        try:
            async with asyncio.timeout(RELEASE_SECONDS):
                await self._database.once(self._sql["release"], replica, self._database.schema, FREED)
        except TimeoutError as exc:
            raise StorageFailed("The task database does not answer a replica that leaves.", in_doubt=True) from exc
        except DatabaseUnusable as exc:
            raise _translated(exc) from exc

    async def unfinished(self, limit: int, major: str, deeper: int = -1) -> list[tuple[str, Owner]]:
        """See Store."""
        rows = await self._rows("unfinished", limit, major, deeper)
        return [(task_id, Owner(tenant, principal)) for task_id, tenant, principal in rows]

    async def overdue(self, before: float, limit: int) -> list[tuple[str, Owner]]:
        """See Store."""
        rows = await self._rows("overdue", limit, before)
        return [(task_id, Owner(tenant, principal)) for task_id, tenant, principal in rows]

    async def stranded(self, major: str, before: float) -> dict[str, int]:
        """See Store."""
        return {row[0]: row[1] for row in await self._rows("stranded", major, before)}

    def offer(self) -> None:
        """See Store."""
        self._news.offer()

    async def freed(self, seconds: float) -> None:
        """See Store: who lets go says so."""
        await self._news.freed(seconds)

    async def due(self, replica: str) -> float | None:
        """See Store."""
        row = await self._one("due", replica)
        return None if row is None else row[0]

    async def due_cancellations(self, limit: int) -> list[Cancellation]:
        """See Store."""
        return [cancellation(*row) for row in await self._rows("due_cancellations", time.time(), limit)]

    async def cancelled(self, task_id: str, left: Sequence[Child]) -> None:
        """See Store."""
        if left:
            await self._rows("leave_cancellation", dumped(left), task_id)
        else:
            await self._rows("end_cancellation", task_id)

    async def list_tasks(self, where: dict[str, Any]) -> tuple[list[tuple[str, int, bytes, int, float]], int]:
        """See Store."""
        values = [where[name] for name in _WHERE]
        page = [tuple(row) for row in await self._rows("list_tasks", *values)]
        counted = await self._rows("count_tasks", *values[:5])
        return page, counted[0][0] if counted else 0

    async def earlier(self, task_id: str, context_id: str, owner: Owner, limit: int) -> list[tuple[str, int, bytes]]:
        """See Store."""
        rows = await self._rows("earlier", context_id, owner.tenant, owner.principal, task_id, limit)
        return [tuple(row) for row in rows]

    async def spent(self, before: float, after: str, limit: int) -> list[str]:
        """See Store."""
        return [row[0] for row in await self._rows("spent", before, first_id(before), after, limit)]

    async def prune(self, tasks: Sequence[str]) -> int:
        """See Store."""
        while len(await self._tried("prune", list(tasks), EVENTS)) == EVENTS:
            pass
        return len(tasks)

    async def expired(self, before: float, after: str, limit: int) -> list[Ended]:
        """See Store."""
        return erasing.ended(await self._rows("expired", before, first_id(before), after, limit, MANY_BYTES))

    async def finished(self, owner: Owner, before: float, limit: int) -> list[Ended]:
        """See Store."""
        return erasing.ended(await self._rows("finished", *owner, before, limit, MANY_BYTES))

    async def open_tasks(self, owner: Owner, before: float, limit: int) -> list[str]:
        """See Store."""
        return [row[0] for row in await self._rows("open_tasks", *owner, before, limit)]

    async def erase(self, tasks: Sequence[Ended]) -> int:
        """See Store."""
        keys = [(task.id, *task.owner, message) for task in tasks for message in task.messages]
        columns = [list(column) for column in zip(*keys, strict=True)] or [[], [], [], []]
        ids = [task.id for task in tasks]
        await self.prune(ids)
        await self._tried("erase", ids, *columns)
        self._news.tell(ids)
        return len(tasks)

    async def erase_replies(self, before: float, limit: int) -> int:
        """See Store."""
        return len(await self._tried("erase_old_replies", before, limit))

    async def erase_rest(self, owner: Owner, before: float) -> int:
        """See Store."""
        replies = 0
        while rows := await self._tried("erase_messages", *owner, before, erasing.ROWS):
            replies += sum(row[0] for row in rows)
        after = ""
        while rows := await self._rows("contexts_of", *owner, after, erasing.ROWS):
            contexts = [row[0] for row in rows]
            await self._tried("erase_contexts", contexts)
            after = contexts[-1]
        return replies

    async def tidy(self) -> None:
        """See Store: the server does."""

    async def scrub(self) -> None:
        """See Store: the server's own vacuum does that."""

    async def _one(self, name: str, *values: Any) -> Any:
        rows = await self._rows(name, *values)
        return rows[0] if rows else None

    async def _rows(self, name: str, *values: Any) -> list[Any]:
        """Rows found or changed; none for a value that cannot be in the database."""
        try:
            return await self._tried(name, *values)
        except Unstorable:
            return []

    async def _tried(self, name: str, *values: Any) -> list[Any]:
        try:
            return await self._database.rows(self._sql[name], *values)
        except DatabaseUnusable as exc:
            raise _translated(exc) from exc


def _translated(exc: DatabaseUnusable) -> Refused:
    if isinstance(exc, DatabaseFull):
        return StorageFull("There is no space left to store tasks. Free some space for the database, then send again.")
    if isinstance(exc, ValueRefused):
        return Unstorable("Something here cannot be stored, such as an id with a NUL character in it.")
    return StorageFailed(
        "The task database cannot be read or written right now. See the service's log.",
        in_doubt=isinstance(exc, DatabaseLost) and exc.in_doubt,
    )
