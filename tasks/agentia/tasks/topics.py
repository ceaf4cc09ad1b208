"""The topics of a replica, and the one watch that wakes followers of tasks which another process works on."""

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable, Collection, Sequence
from typing import Final
from weakref import WeakValueDictionary

from agentia.tasks.events import Event
from agentia.tasks.records import Refused
from agentia.tasks.storage import Store
from agentia.tasks.topic import Topic

SHARE: Final = 2
"""How much longer than a look at all followed tasks it takes until the next one."""
RETRY: Final = 0.5
"""Seconds before a store that did not answer is asked again for news."""

log = logging.getLogger("agentia.tasks")


class Topics:
    """The topics of followed tasks, by task id; a topic lives as long as a follower holds it.

    `durable` gives the number of the last event that a run of this process has stored, None when there is no such run.
    """

    def __init__(self, store: Store, durable: Callable[[str], int | None]) -> None:
        self._store, self._durable = store, durable
        self._topics: WeakValueDictionary[str, Topic] = WeakValueDictionary()
        self._watching: asyncio.Task[None] | None = None
        self.news = 0
        self.closed = False
        self.on_taken: Callable[[str], None] | None = None
        """Called when a stored task is gone on with here, before anything is written."""

    def of(self, task_id: str) -> Topic:
        """The topic of a task, for a follower."""
        topic = self._topics.get(task_id)
        if topic is None:
            topic = self._topics[task_id] = Topic(self._durable(task_id))
        return topic

    def join(self, task_id: str, number: int) -> None:
        """A run of this process writes to the task from event `number` on."""
        if number and self.on_taken is not None:
            self.on_taken(task_id)
        if (topic := self._topics.get(task_id)) is not None:
            topic.last = number
            topic.wake()

    def publish(self, task_id: str, events: Sequence[Event]) -> None:
        """Show committed events to the followers of a task, if there are any."""
        if (topic := self._topics.get(task_id)) is not None:
            topic.publish(events)

    def leave(self, task_id: str) -> None:
        """The run of this process writes nothing more."""
        if (topic := self._topics.get(task_id)) is not None:
            topic.leave()

    def wake(self, tasks: Collection[str]) -> None:
        """Let the followers of these tasks look again."""
        for task_id in tasks:
            if (topic := self._topics.get(task_id)) is not None:
                topic.wake()

    async def changed(self, topic: Topic, seen: int) -> None:
        """Wait until `topic` may have something new, whoever wrote it, or all are closed.

        `seen` is what `news` was before the store was read: news that came since then may be missing in what was read.
        """
        if self.closed or (topic.last is None and self.news != seen):
            return
        if topic.last is None and (self._watching is None or self._watching.done()):
            self._watching = asyncio.create_task(self._watch())
        await topic.changed()

    def close(self) -> None:
        """Let every follower end where it is; it can go on from its position elsewhere, or here after a restart."""
        self.closed = True
        if self._watching is not None:
            self._watching.cancel()
        for topic in list(self._topics.values()):
            topic.wake()

    async def _watch(self) -> None:
        anything = False
        with contextlib.suppress(asyncio.CancelledError):
            while any(topic.followed_elsewhere for topic in self._topics.values()):
                try:
                    changed = await self._store.changed()
                    if anything := anything or changed is None:
                        await self._look_at_all()
                        anything = False
                except Refused as refused:
                    log.warning("no news from the task database", extra={"reason": refused.message})
                    await asyncio.sleep(RETRY)
                    continue
                self._tell(changed or ())

    async def _look_at_all(self) -> None:
        """Any task may have changed: one look at those that are followed, and not one for each of them."""
        began = time.monotonic()
        followed = {task_id: topic.known for task_id, topic in self._topics.items() if topic.followed_elsewhere}
        moved = await self._store.moved(followed)
        pause = SHARE * (time.monotonic() - began)
        for task_id, number in moved.items():
            if (topic := self._topics.get(task_id)) is not None:
                topic.known = number
        self.news += 1  # whoever has read before this look, and does not wait yet, reads again
        self._tell(moved)
        await asyncio.sleep(pause)

    def _tell(self, changed: Collection[str]) -> None:
        """Wake those who follow these tasks while others write."""
        self.news += bool(changed)
        for task_id in changed:
            topic = self._topics.get(task_id)
            if topic is not None and topic.followed_elsewhere:
                topic.wake()
