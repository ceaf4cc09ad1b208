"""Retention: what is kept of finished tasks, for how long, and the loop that lets go of the rest."""

import asyncio
import logging
import random
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Final, NamedTuple, TypeVar

from agentia.tasks.records import Refused
from agentia.tasks.storage import Store

BATCH: Final = 200
"""Tasks that are looked up at once."""
LONGEST: Final = 300.0
"""Seconds between two looks, at most."""
TIDY: Final = 5.0
"""Seconds between two looks at what the database writes beside its file."""
SHARE: Final = 0.1
"""Of the shorter retention, after which it is looked again: so much longer than it says, something may be kept."""
BREATH: Final = 0.02
"""Seconds between two batches, in which the database is there for others."""

T = TypeVar("T")

log = logging.getLogger("agentia.tasks")


class Retention(NamedTuple):
    """Seconds from a task's end for which its events, and the task itself, are kept."""

    events: float
    tasks: float


class Pruner:
    """Lets go of what a store keeps longer than `retention`; any number of replicas may do so at once."""

    def __init__(self, store: Store, retention: Retention) -> None:
        self._store, self._retention = store, retention
        self._pause = min(LONGEST, SHARE * min(retention))
        self._pruning: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to look now and then."""
        self._pruning = asyncio.create_task(self._often())

    async def close(self) -> None:
        """Look no more."""
        if self._pruning is not None:
            self._pruning.cancel()
            await asyncio.wait([self._pruning])

    async def once(self) -> None:
        """Let go of all that is due now. Raises Refused."""
        now, store = time.time(), self._store
        before = now - self._retention.events
        await _through(lambda after: store.spent(before, after, BATCH), store.prune, str)
        before = now - self._retention.tasks
        await _through(lambda after: store.expired(before, after, BATCH), store.erase, lambda task: task.id)
        while await store.erase_replies(before, BATCH) == BATCH:  # noqa: ASYNC110  others get their turn
            await asyncio.sleep(BREATH)

    async def _often(self) -> None:
        due = self._next()
        while True:
            await asyncio.sleep(min(TIDY, self._pause))
            try:
                await self._store.tidy()
                if time.monotonic() >= due:
                    due = self._next()
                    await self.once()
            except Refused as refused:
                log.warning("nothing pruned", extra={"reason": refused.message})
            except Exception:
                log.exception("nothing pruned")

    def _next(self) -> float:
        return time.monotonic() + self._pause * random.uniform(0.8, 1.0)  # noqa: S311  so that replicas take turns


async def _through(
    find: Callable[[str], Awaitable[Sequence[T]]],
    remove: Callable[[Sequence[T]], Awaitable[int]],
    place: Callable[[T], str],
) -> None:
    """Remove all that `find` finds above one place after the other."""
    after = ""
    while found := await find(after):
        after = place(found[-1])
        await removed(found, remove)


async def removed(found: Sequence[T], remove: Callable[[Sequence[T]], Awaitable[int]]) -> None:
    """Remove all of `found`, in as many goes as it takes."""
    while found:
        found = found[await remove(found) :]
        await asyncio.sleep(BREATH)
