"""What the engine asks of a store: one Protocol, at home on SQLite and on Postgres."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Protocol

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
    Stored,
    StoredEvent,
)


class Store(Protocol):
    """Tasks, events, journal, messages, contexts and push configs of one service, shared by its replicas.

    Every method raises StorageFailed when the database does not answer, and StorageFull when it takes no more.
    """

    @property
    def push(self) -> PushStore:
        """Its push configs."""

    async def close(self) -> None:
        """Wait for what is being written, then let go of the database."""

    async def changed(self) -> Collection[str] | None:
        """Wait, as long as the store sees fit, for tasks that anybody has written to since the last call.

        None when it may be any of them; nothing when nothing was seen, so that who waits can think again.
        """

    async def moved(self, known: Mapping[str, int | None]) -> Mapping[str, int | None]:
        """Of these tasks, with the numbers that were their last events, those that have another one now, and that one.

        None stands for the number of a task that is gone.
        """

    def commit(self, changes: Sequence[Change]) -> "asyncio.Future[list[Refused | None]]":
        """Write all changes in one transaction; the result says, change by change, what was refused and why.

        Its exception is StorageFull or StorageFailed when nothing at all could be written. A change that comes again
        after that is written once.
        """

    async def find_task(self, task_id: str, owner: Owner) -> Stored | None:
        """A task, None when there is none or it is somebody else's."""

    async def find_message(self, owner: Owner, message_id: str) -> Known | None:
        """What an owner's message id led to before."""

    async def events_after(self, task_id: str, number: int, limit: int = 500) -> list[StoredEvent]:
        """At most `limit` events above `number`, oldest first. Raises Gone, or Pruned when the first is not kept."""

    async def replay(self, task_id: str) -> tuple[list[StoredEvent], list[JournalEntry]]:
        """What a rerun must know of earlier attempts: events written by steps, inputs, and results of steps."""

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
        """Take a task for a new run: its fence becomes `fence` + 1, and its older runs can write nothing more.

        False when somebody else was quicker, when it is no longer in `state`, or with `expired` when its lease runs.
        """

    async def taken(self) -> None:
        """Wait until somebody may have taken a task to end it since the last call, whoever works on it."""

    async def renew(self, lease: Lease, tasks: Collection[str]) -> Collection[str]:
        """Make the lease of these tasks last as long as this one; the ids of those that its replica holds."""

    async def release(self, replica: str) -> None:
        """End all leases of a replica."""

    async def unfinished(self, limit: int, major: str, deeper: int = -1) -> list[tuple[str, Owner]]:
        """Tasks of a `major` version that should be running and that nobody holds a lease on now.

        By the database's clock. Those that were lost come first, then those that wait for their turn, the oldest first.
        Only such that came through more than `deeper` agents, from 0 on.
        """

    async def overdue(self, before: float, limit: int) -> list[tuple[str, Owner]]:
        """Such tasks of any version that nobody has written to since `before`, or whose deadline has passed."""

    async def stranded(self, major: str, before: float) -> dict[str, int]:
        """Such tasks that are of another major version, and not written to since `before`: how many, by version."""

    def offer(self) -> None:
        """Let other replicas know that there are such tasks."""

    async def freed(self, seconds: float) -> None:
        """Wait until a replica may have let go of tasks, or offered some, `seconds` at most."""

    async def due(self, replica: str) -> float | None:
        """Seconds until the next lease of another replica runs out, None when there is none."""

    async def due_cancellations(self, limit: int) -> list[Cancellation]:
        """Children that are to be cancelled by now; each comes again later, and ever later, until it is `cancelled`."""

    async def cancelled(self, task_id: str, left: Sequence[Child]) -> None:
        """Of the children of a task only those that are `left` are still to be cancelled."""

    async def list_tasks(self, where: dict[str, Any]) -> tuple[list[tuple[str, int, bytes, int, float]], int]:
        """A page of (id, last_event, snapshot, snapshot_event, updated), newest first, and how many there are."""

    async def earlier(self, task_id: str, context_id: str, owner: Owner, limit: int) -> list[tuple[str, int, bytes]]:
        """Of an owner's tasks in a context those that came before a task, newest first: (id, state, snapshot)."""

    async def spent(self, before: float, after: str, limit: int) -> list[str]:
        """At most so many finished tasks that ended before a time and have events left, by id from above `after`."""

    async def prune(self, tasks: Sequence[str]) -> int:
        """Forget events and journal of some finished tasks; with how many of them, from the first on, that is done."""

    async def expired(self, before: float, after: str, limit: int) -> list[Ended]:
        """Some of the finished tasks that ended before a time, by id from above `after`."""

    async def finished(self, owner: Owner, before: float, limit: int) -> list[Ended]:
        """Some of the finished tasks of an owner, of those that were sent up to a time."""

    async def open_tasks(self, owner: Owner, before: float, limit: int) -> list[str]:
        """Some of an owner's tasks that have not ended, of those that were sent up to a time."""

    async def erase(self, tasks: Sequence[Ended]) -> int:
        """Forget finished tasks, and contexts that nothing is in then; with how many, from the first, that is done."""

    async def erase_replies(self, before: float, limit: int) -> int:
        """Forget some of the direct replies from before a time, and contexts likewise; how many."""

    async def erase_rest(self, owner: Owner, before: float) -> int:
        """Forget what an owner has left without a task, of what was sent up to a time; how many direct replies."""

    async def tidy(self) -> None:
        """Keep what the database writes beside its file small; for every few seconds."""

    async def scrub(self) -> None:
        """Leave no trace of what was erased in the database's files, as far as that can be done now."""
