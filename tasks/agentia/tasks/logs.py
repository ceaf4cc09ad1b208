"""Opening the logs of tasks: new ones, and stored ones that a run goes on with."""

from collections.abc import Callable

from a2a.types.a2a_pb2 import Task

from agentia.tasks.committer import Committer
from agentia.tasks.fold import Fold
from agentia.tasks.follow import caught_up
from agentia.tasks.log import TaskLog
from agentia.tasks.records import Lease, Stored
from agentia.tasks.storage import Store
from agentia.tasks.topics import Topics


class Logs:
    """The logs of one replica. `lease` gives a lease from now on."""

    def __init__(self, store: Store, committer: Committer, topics: Topics, lease: Callable[[], Lease]) -> None:
        self._store, self._committer, self._topics, self._lease = store, committer, topics, lease

    def new(self, task_id: str, context_id: str) -> TaskLog:
        """The empty log of a task that is about to be accepted."""
        return self._open(task_id, context_id, Fold(), 1, self._lease())

    async def taken(self, stored: Stored, lease: Lease) -> TaskLog:
        """The log of a stored task whose fence was raised since by one: by us, under `lease`."""
        fold = await folded(self._store, stored)
        return self._open(stored.id, stored.context_id, fold, stored.fence + 1, lease)

    def _open(self, task_id: str, context_id: str, fold: Fold, fence: int, lease: Lease) -> TaskLog:
        return TaskLog(
            task_id,
            context_id,
            fold,
            fence,
            committer=self._committer,
            topics=self._topics,
            lease=self._lease,
            until=lease.expires or 0.0,
        )


async def folded(store: Store, stored: Stored) -> Fold:
    """A stored task up to its newest event."""
    return await caught_up(store, stored.id, Fold(Task.FromString(stored.snapshot), stored.snapshot_event))
