"""Group commit: what a replica's tasks write while the last transaction is synced to disk becomes the next one."""

import asyncio
import logging
from typing import Final, Protocol

from agentia.tasks.records import Change, Refused, StorageFailed, StorageFull, Unstorable
from agentia.tasks.storage import Store

RETRY: Final = 0.5
"""Seconds between tries while the database takes nothing."""
BACKLOG: Final = 4_000_000
"""Bytes that may wait for a commit before their writers are made to wait."""
EACH: Final = 8_000
"""Bytes that an event counts for whatever is in it, so that no more than 500 wait."""
BROKE: Final = "The task database cannot be written right now. See the service's log."
STOPPED: Final = "The service stopped before this could be stored."

log = logging.getLogger("agentia.tasks")


class Pending(Protocol):
    """Something with a change to commit."""

    def freeze(self) -> Change:
        """The change as it stands; what is written afterwards belongs to the next one."""

    def settle(self, refused: Refused | None) -> None:
        """The frozen change is durable, or was refused, and then nothing more will be written."""


Group = list[tuple[Pending, Change]]


class Committer:
    """Collects changes and commits them in groups, in the order in which they were added."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._dirty: dict[Pending, None] = {}
        self._kept: Group = []
        self._busy = self._committing = self._stuck = self._in_doubt = self._closed = False
        self._idle, self._flowing = asyncio.Event(), asyncio.Event()
        self._idle.set()
        self._flowing.set()
        self._backlog = 0

    def add(self, pending: Pending, size: int) -> None:
        """Have `pending`, which grew by `size` bytes, frozen and committed with the next group."""
        if self._closed:
            raise StorageFailed(STOPPED)
        self._dirty[pending] = None
        self._backlog += size + EACH
        if self._backlog > BACKLOG:
            self._flowing.clear()
        if not self._busy:
            self._busy = True
            self._idle.clear()
            loop = asyncio.get_running_loop()
            loop.call_soon(loop.call_soon, self._flush)  # two turns: what starts now may finish in the same group

    @property
    def behind(self) -> bool:
        """Whether too much waits for the disk."""
        return self._backlog > BACKLOG

    async def room(self) -> None:
        """Wait while that is so, by which a fast writer is slowed to the disk's pace."""
        await self._flowing.wait()

    async def drained(self) -> None:
        """Wait until everything added so far, and since, is settled."""
        await self._idle.wait()

    def close(self) -> None:
        """Give up what the database has not taken until now; it is as if it had not happened."""
        self._closed = True
        if not self._committing:
            self._flush()

    def _flush(self) -> None:
        """Freeze and commit what is there: what an earlier try could not write, and what is new."""
        group = self._gathered()
        self._backlog = 0
        self._flowing.set()
        if self._closed:
            self._refuse(group, StorageFailed(STOPPED))
        elif group:
            self._commit(group)
            return
        self._next()

    def _gathered(self) -> Group:
        group, self._kept = self._kept, []
        frozen = {id(pending) for pending, _ in group}
        for pending in [pending for pending in self._dirty if id(pending) not in frozen]:
            del self._dirty[pending]
            if (change := _frozen(pending)) is not None:
                group.append((pending, change))
        return group

    def _commit(self, group: Group) -> None:
        self._committing = True
        try:
            done = self._store.commit([change for _, change in group])
        except Refused as exc:
            self._stalled(exc, group)
        else:
            if done.done():
                self._committed(done, group)
            else:
                done.add_done_callback(lambda done: self._committed(done, group))

    def _committed(self, done: "asyncio.Future[list[Refused | None]]", group: Group) -> None:
        self._committing = False
        try:
            outcome = done.result()
        except (StorageFull, StorageFailed) as exc:
            self._stalled(exc, group)
            return
        except BaseException:  # no store should raise anything else, but nobody may wait for ever if one does
            log.exception("commit broke")
            self._stalled(StorageFailed(BROKE), group)
            return
        for (pending, _), refused in zip(group, outcome, strict=True):
            self._settle(pending, refused)
        self._in_doubt = self._stuck = False
        self._next()

    def _stalled(self, exc: Refused, group: Group) -> None:
        """Refuse what nobody was promised and was not written; keep the rest and try again until it is."""
        self._committing = False
        if not self._stuck:
            log.error("the task database cannot be written", extra={"reason": exc.message, "changes": len(group)})
        self._in_doubt |= isinstance(exc, StorageFailed) and exc.in_doubt
        promised = [each for each in group if self._in_doubt or not each[1].refusable]
        self._refuse([each for each in group if not self._in_doubt and each[1].refusable], exc)
        self._kept, self._stuck = promised, bool(promised)
        if promised and not self._closed:
            asyncio.get_running_loop().call_later(RETRY, self._flush)
        else:
            self._next()

    def _next(self) -> None:
        if self._dirty or self._kept:
            self._flush()
        else:
            self._busy = False
            self._idle.set()

    def _refuse(self, group: Group, exc: Refused) -> None:
        for pending, _ in group:
            self._settle(pending, exc)

    def _settle(self, pending: Pending, refused: Refused | None) -> None:
        if refused is not None:
            self._dirty.pop(pending, None)
        pending.settle(refused)


def _frozen(pending: Pending) -> Change | None:
    try:
        return pending.freeze()
    except Exception:  # a snapshot beyond the 2 GB of protobuf, most likely: it shall hurt this task alone
        log.exception("change cannot be frozen")
        pending.settle(Unstorable("The task has grown too large to be stored."))
        return None
