"""What of a task's log a webhook is told, and in which words: each status, and artifacts in large pieces."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from a2a.types.a2a_pb2 import StreamResponse, TaskArtifactUpdateEvent

from agentia.tasks.events import Event
from agentia.tasks.fold import Fold

LARGEST: Final = 256 * 1024
"""Bytes of streamed chunks that are held back until their stream ends, or the task's status changes."""
MEDIA_TYPES: Final = {"1.0": "application/a2a+json", "0.3": "application/json"}
"""By protocol: 1.0 takes StreamResponses (section 4.3.3), 0.3 the whole Task each time (its section 9.5)."""


@dataclass(frozen=True, slots=True)
class Notice:
    """The body of one POST, about the event `number`. `done` says that nothing up to it is left to be told."""

    number: int
    body: bytes
    done: bool = True
    ends: bool = False
    state: int | None = None


class Updates:
    """For a webhook of 1.0: the events themselves, those of a stream joined."""

    from_anywhere = True
    """Whether it can begin after any event that was told; else it must be given all from the first."""

    def __init__(self) -> None:
        self._joining = Joining()

    def opening(self, fold: Fold) -> Notice:
        """The task as it stands, for who knows nothing of it yet."""
        return _notice(Event(fold.number, StreamResponse(task=fold.task())), done=True)

    def of(self, event: Event) -> Iterator[Notice]:
        """What is to be told now that this event came; each event above the last one that was told, in order."""
        for made, done in self._joining.take(event):
            yield _notice(made, done=done)


class Snapshots:
    """For a webhook of 0.3: the whole task at the same moments. It is given every event from 1 on, or an opening."""

    from_anywhere = False

    def __init__(self) -> None:
        self._joining, self._fold = Joining(), Fold()

    def opening(self, fold: Fold) -> Notice:
        """See Updates."""
        self._fold = fold
        return self._notice(Event(fold.number, StreamResponse(task=fold.task())))

    def of(self, event: Event) -> Iterator[Notice]:
        """See Updates."""
        made = [joined for joined, done in self._joining.take(event) if done]
        if not made:
            self._fold.apply(event)
            return
        yield from map(self._notice, made[:-1])
        self._fold.apply(event)
        yield self._notice(made[-1])

    def _notice(self, event: Event) -> Notice:
        from agentia.tasks.dialect import task_json  # 0.3 costs a second of imports, paid by who speaks it

        body = task_json(self._fold.task())
        return Notice(event.number, body.encode(), ends=event.ends, state=event.state)


class Joining:
    """Joins the chunks of streamed artifacts. What it makes depends on the events alone, not on when they come.

    So a notice that has to be sent again is the same, and who has had it can pass it over.
    """

    def __init__(self) -> None:
        self._open: dict[str, _Chunks] = {}
        self._bytes = 0

    def take(self, event: Event) -> Iterator[tuple[Event, bool]]:
        """Events to be told now, each with whether nothing before it is held back."""
        if event.response.WhichOneof("payload") == "artifact_update":
            update = event.response.artifact_update
            chunks = self._open.get(update.artifact.artifact_id)
            if chunks is None or not update.append:
                chunks = self._open[update.artifact.artifact_id] = _Chunks(update.append)
            chunks.add(event)
            self._bytes += len(event.payload)
            if update.last_chunk or self._bytes >= LARGEST:
                yield from self._taken()
        else:
            yield from self._taken()
            yield event, True

    def _taken(self) -> Iterator[tuple[Event, bool]]:
        taken = sorted((chunks.joined() for chunks in self._open.values()), key=lambda event: event.number)
        self._open.clear()
        self._bytes = 0
        for event in taken:
            yield event, event is taken[-1]


class _Chunks:
    """Successive updates of one artifact."""

    def __init__(self, append: bool) -> None:
        self._append, self._fold = append, Fold()
        self._events: list[Event] = []

    def add(self, event: Event) -> None:
        self._events.append(event)
        self._fold.apply(event)

    def joined(self) -> Event:
        """One update that does what all of them do."""
        last = self._events[-1]
        if len(self._events) == 1:
            return last
        response = StreamResponse()
        update: TaskArtifactUpdateEvent = response.artifact_update
        update.CopyFrom(last.response.artifact_update)
        for event in self._events:
            if event.response.artifact_update.HasField("metadata"):
                update.metadata.MergeFrom(event.response.artifact_update.metadata)
        update.append = self._append
        update.artifact.CopyFrom(self._fold.task().artifacts[0])
        return Event(last.number, response)


def notices(protocol: str) -> Updates | Snapshots:
    """The words of a protocol."""
    return Snapshots() if protocol == "0.3" else Updates()


def _notice(event: Event, *, done: bool) -> Notice:
    return Notice(event.number, event.json.encode(), done=done, ends=event.ends, state=event.state)
