"""Deletion on request: finished tasks of an owner, one or all, with everything that the store has of them."""

import asyncio
import time
from typing import Final, NamedTuple

from a2a.types.a2a_pb2 import Role, Task

from agentia.tasks.records import Ended, Owner
from agentia.tasks.retention import removed
from agentia.tasks.storage import Store
from agentia.tasks.topics import Topics

BATCH: Final = 200
REST: Final = 5
"""How much longer than the files were cleaned they are left alone, however often somebody asks for it."""


class Forgotten(NamedTuple):
    """How many tasks, and direct replies, are gone."""

    tasks: int
    replies: int


class Forgetting:
    """Deletes from one store; the followers of this replica hear of it through `topics`."""

    def __init__(self, store: Store, topics: Topics) -> None:
        self._store, self._topics = store, topics
        self._scrubbing, self._scrubs, self._rested = asyncio.Lock(), 0, 0.0

    async def one(self, task: Task, owner: Owner) -> None:
        """Delete a finished task, though another replica is at it, such as to prune its events."""
        sent = tuple(message.message_id for message in task.history if message.role == Role.ROLE_USER)
        while await self._store.find_task(task.id, owner) is not None:
            await self._erase([Ended(task.id, owner, task.context_id, sent)])

    async def all(self, owner: Owner) -> Forgotten:
        """Delete what an owner has here: finished tasks, direct replies, contexts. What comes meanwhile stays."""
        now, tasks = time.time(), 0
        while found := await self._store.finished(owner, now, BATCH):
            await self._erase(found)
            tasks += len(found)
        replies = await self._store.erase_rest(owner, now)
        await self._scrub()
        return Forgotten(tasks, replies)

    async def _scrub(self) -> None:
        """Leave no trace in files, also of tasks deleted one by one; the database has most of its time for others."""
        before = self._scrubs
        async with self._scrubbing:
            if self._scrubs > before:  # begun after all of ours was deleted
                return
            await asyncio.sleep(self._rested - time.monotonic())
            self._scrubs, began = self._scrubs + 1, time.monotonic()
            try:
                await self._store.scrub()
            except BaseException:
                self._scrubs -= 1
                raise
            self._rested = time.monotonic() + REST * (time.monotonic() - began)

    async def _erase(self, tasks: list[Ended]) -> None:
        await removed(tasks, self._store.erase)
        self._topics.wake([task.id for task in tasks])
