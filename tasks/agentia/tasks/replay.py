"""What earlier attempts of a task have finished, so that a rerun repeats none of it."""

import hashlib
import json
from collections.abc import Collection
from typing import Any

from a2a.types.a2a_pb2 import Message, StreamResponse

from agentia.tasks.errors import StepChanged
from agentia.tasks.records import JournalEntry, StoredEvent


def digest(*parts: bytes) -> bytes:
    """A short hash of a step's input."""
    state = hashlib.blake2b(digest_size=16)
    for part in parts:
        state.update(len(part).to_bytes(8, "big"))
        state.update(part)
    return state.digest()


class Replay:
    """The finished steps of a task: events by the step that wrote them, answers by question, results by step."""

    def __init__(self, events: list[StoredEvent] | None = None, journal: list[JournalEntry] | None = None) -> None:
        self._events: dict[str, StoredEvent] = {}
        self._answers: dict[str, Message] = {}
        self._unread: set[str] = set()
        self._results = {entry.step: entry for entry in journal or ()}
        self._asked: str | None = None
        for event in events or ():
            if event.input is not None:
                self.take(Message.FromString(event.input))
            if event.step is not None:
                self._events[event.step] = event
                self._asked = event.step if _asks(event.step) else self._asked

    @property
    def journal(self) -> Collection[JournalEntry]:
        """The results of all finished steps."""
        return self._results.values()

    def take(self, answer: Message) -> None:
        """The user's answer to the newest question."""
        if self._asked is not None:
            self._answers[self._asked] = answer
            self._unread.add(self._asked)
            self._asked = None

    def keep(self, entry: JournalEntry) -> None:
        """A step has finished in this attempt."""
        self._results[entry.step] = entry

    def wrote(self, step: str, expected: bytes | None = None) -> StreamResponse | None:
        """The event that `step` has written before. Raises StepChanged when it was made from something else."""
        event = self._events.get(step)
        if event is None:
            return None
        if expected is not None and event.hash != expected:
            raise StepChanged(step)
        return StreamResponse.FromString(event.payload)

    def answer(self, step: str) -> Message | None:
        """The user's answer to the question of `step`."""
        self._unread.discard(step)
        return self._answers.get(step)

    def unread(self, branch: str) -> str | None:
        """A question of that branch, answered, that this attempt has not come to; None when there is none."""
        return min((step for step in self._unread if step.startswith(branch)), default=None)

    def result(self, step: str, expected: bytes) -> tuple[Any] | None:
        """The result of a finished step, in a tuple since it may be None. Raises StepChanged as `wrote` does."""
        entry = self._results.get(step)
        if entry is None:
            return None
        if entry.hash != expected:
            raise StepChanged(step)
        return (json.loads(entry.result),)


def _asks(step: str) -> bool:
    return step.rpartition("/")[0].rpartition("/")[2] == "ask"
