"""Deletion on request: finished tasks of an owner, one or all, with everything that the store has of them."""

import time
from typing import Final, NamedTuple

from a2a.types.a2a_pb2 import Role, Task

from agentia.tasks.records import Ended, Owner
from agentia.tasks.retention import removed
from agentia.tasks.storage import Store
from agentia.tasks.topics import Topics

BATCH: Final = 200


class Forgotten(NamedTuple):
    """How many tasks, and direct replies, are gone."""

    tasks: int
    replies: int


class Forgetting:
    """Deletes from one store; the followers of this replica hear of it through `topics`."""

    def __init__(self, store: Store, topics: Topics) -> None:
        self._store, self._topics = store, topics

    async def one(self, task: Task, owner: Owner) -> None:
        """Delete a finished task."""
        sent = tuple(message.message_id for message in task.history if message.role == Role.ROLE_USER)
        await self._erase([Ended(task.id, owner, task.context_id, sent)])

    async def all(self, owner: Owner) -> Forgotten:
        """Delete what an owner has here: finished tasks, direct replies, contexts. What comes meanwhile stays."""
        now, tasks = time.time(), 0
        while found := await self._store.finished(owner, now, BATCH):
            await self._erase(found)
            tasks += len(found)
        replies = await self._store.erase_rest(owner, now)
        if tasks or replies:
            await self._store.scrub()
        return Forgotten(tasks, replies)

    async def _erase(self, tasks: list[Ended]) -> None:
        await removed(tasks, self._store.erase)
        self._topics.wake([task.id for task in tasks])
