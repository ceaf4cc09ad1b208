"""Following a task: its events from any position, in order, without gaps, whoever works on it."""

from collections.abc import AsyncGenerator, Sequence

from a2a.types.a2a_pb2 import Message, StreamResponse

from agentia.tasks.events import Event
from agentia.tasks.fold import Fold
from agentia.tasks.records import StoredEvent
from agentia.tasks.storage import Store
from agentia.tasks.topic import Topic
from agentia.tasks.topics import Topics


async def follow(store: Store, topics: Topics, topic: Topic, task_id: str, after: int) -> AsyncGenerator[Event]:
    """The events of a task above number `after`, up to the terminal one; a slow reader is simply read to slowly.

    The caller has checked that the task is there, is allowed to be seen, and may still have such events.
    """
    while True:
        seen = topics.news
        batch: Sequence[Event] | None = topic.since(after)
        if batch is None:
            batch = [loaded(row) for row in await store.events_after(task_id, after)]
        for event in batch:
            yield event
            after = event.number
            if event.ends:
                return
        if topics.closed:
            return
        if not batch and topic.since(after) in (None, ()):
            await topics.changed(topic, seen)


async def caught_up(store: Store, task_id: str, fold: Fold) -> Fold:
    """`fold` with all that is stored above it."""
    while rows := await store.events_after(task_id, fold.number):
        for row in rows:
            fold.apply(loaded(row))
    return fold


def loaded(row: StoredEvent) -> Event:
    """An event from the store."""
    answer = None if row.input is None else Message.FromString(row.input)
    return Event(row.number, StreamResponse.FromString(row.payload), row.step, row.hash, answer)
