"""Following a task: its events from any position, in order, without gaps, whoever works on it."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence

from a2a.types.a2a_pb2 import Message, StreamResponse
from a2a.utils.errors import TaskNotFoundError

from agentia.tasks.events import Event
from agentia.tasks.fold import Fold
from agentia.tasks.records import Gone, Pruned, StoredEvent
from agentia.tasks.storage import Store
from agentia.tasks.topic import Topic
from agentia.tasks.topics import Topics


async def follow(
    store: Store, topics: Topics, topic: Topic, task_id: str, after: int, whole: Callable[[], Awaitable[Fold]]
) -> AsyncGenerator[Event]:
    """The events of a task above number `after`, up to the terminal one; a slow reader is simply read to slowly.

    For events that are not kept any more stands the task as `whole` gives it. The caller has checked that the task is
    there, is allowed to be seen, and may still have such events. Raises TaskNotFoundError once it is deleted.
    """
    while True:
        seen = topics.news
        batch: Sequence[Event] | None = topic.since(after)
        if batch is None:
            batch = await _read(store, task_id, after, whole)
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
    """`fold` with all that is stored above it. Raises TaskNotFoundError once the task is deleted."""
    while rows := await _above(store, task_id, fold.number):
        for row in rows:
            fold.apply(loaded(row))
    return fold


async def _read(store: Store, task_id: str, after: int, whole: Callable[[], Awaitable[Fold]]) -> Sequence[Event]:
    try:
        return [loaded(row) for row in await _above(store, task_id, after)]
    except Pruned:
        fold = await whole()
        return [Event(fold.number, StreamResponse(task=fold.task()))]


async def _above(store: Store, task_id: str, number: int) -> Sequence[StoredEvent]:
    try:
        return await store.events_after(task_id, number)
    except Gone as exc:
        raise TaskNotFoundError(f"The task {task_id!r} was deleted: nothing is left of it to follow.") from exc


def loaded(row: StoredEvent) -> Event:
    """An event from the store."""
    answer = None if row.input is None else Message.FromString(row.input)
    return Event(row.number, StreamResponse.FromString(row.payload), row.step, row.hash, answer)
