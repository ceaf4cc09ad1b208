"""The children of tasks that have ended are cancelled: at once, and again until their agents have heard it."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from agentia.core.settings import DAY
from agentia.tasks.caller import Caller
from agentia.tasks.log import TaskLog
from agentia.tasks.records import Cancellation, Child, JournalEntry, Refused
from agentia.tasks.storage import Store

PATIENCE: Final = DAY
"""Seconds after which agents that were never reached are given up."""
AT_ONCE: Final = 20
"""Tasks whose children are cancelled at the same time."""

log = logging.getLogger("agentia.tasks")


@dataclass(frozen=True, slots=True)
class Delegations:
    """What an agent's tasks have sent to other agents.

    `open` finds the children in a task's journal that have not come to an end, `cancel` tries to cancel some and gives
    back those whose agents could not be reached.
    """

    open: Callable[[Iterable[JournalEntry]], Sequence[Child]]
    cancel: Callable[[Cancellation], Awaitable[Sequence[Child]]]


NONE: Final = Delegations(lambda _journal: (), lambda _cancellation: asyncio.sleep(0, ()))
"""An agent that delegates nothing."""


class Cancelling:
    """Cancels children for one replica. What other replicas have left undone is looked for every `seconds`."""

    def __init__(self, store: Store, delegations: Delegations, seconds: float) -> None:
        self._store, self._delegations, self._seconds = store, delegations, seconds
        self._trying: dict[str, asyncio.Task[None]] = {}
        self._looking: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to look."""
        if self._delegations is not NONE:
            self._looking = asyncio.create_task(self._look())

    async def close(self) -> None:
        """Leave what is undone to others, or to this replica after a restart."""
        tasks = [task for task in (self._looking, *self._trying.values()) if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def open(self, journal: Iterable[JournalEntry]) -> Sequence[Child]:
        """The children in a task's journal that have not come to an end."""
        return self._delegations.open(journal)

    def begin(self, ended: TaskLog, caller: Caller) -> None:
        """Cancel what a task has left open, now that its end is stored."""
        if ended.children and ended.refused is None:
            now = time.time()
            self._start(Cancellation(ended.task_id, ended.context_id, caller.dump(), tuple(ended.children), now))

    async def tried(self, task_id: str) -> None:
        """Wait until the children of a task have been told once, or could not be."""
        if (trying := self._trying.get(task_id)) is not None:
            await asyncio.wait([trying])

    def _start(self, cancellation: Cancellation) -> "asyncio.Task[None]":
        task_id = cancellation.task_id
        self._trying[task_id] = task = asyncio.create_task(self._try(cancellation))
        task.add_done_callback(lambda _: self._trying.pop(task_id, None))
        return task

    async def _look(self) -> None:
        while True:
            try:
                while due := await self._store.due_cancellations(AT_ONCE):
                    await asyncio.wait([self._start(cancellation) for cancellation in due])
            except Refused as refused:
                log.warning("children not looked for", extra={"reason": refused.message})
            except Exception:
                log.exception("children not looked for")
            await asyncio.sleep(self._seconds)

    async def _try(self, cancellation: Cancellation) -> None:
        try:
            left = tuple(await self._delegations.cancel(cancellation))
            if left and time.time() - cancellation.since > PATIENCE:
                log.warning("children left alone", extra={"task": cancellation.task_id, "children": left})
                left = ()
            await self._store.cancelled(cancellation.task_id, left)
        except Refused as refused:  # then they are told again
            log.warning("children not settled", extra={"task": cancellation.task_id, "reason": refused.message})
        except Exception:
            log.exception("children not cancelled", extra={"task": cancellation.task_id})
