"""A delegated task as far as it is known: what it was sent, what came back, and what it waits for."""

from dataclasses import dataclass, field
from typing import Any

from a2a.types.a2a_pb2 import Message, StreamResponse, TaskStatus
from google.protobuf.json_format import MessageToDict

from agentia.agents.peer import Peer
from agentia.agents.spending import COST, told
from agentia.cards.extensions import USAGE
from agentia.tasks.events import Event
from agentia.tasks.fold import Fold
from agentia.tasks.replay import digest
from agentia.tasks.states import INTERRUPTED, TERMINAL


@dataclass(slots=True)
class Child:
    """A task of `peer`, sent from `place` in the parent's code; its journal entries stand below that, under `key`.

    `message` is what the agent has not taken yet, `answers` the place of the question that this message answers.
    `position` is the last event number of an agent of ours. Of others `whole` says whether nothing was missed.
    `lent` is the money that it may spend on language models, None for no end.
    """

    peer: Peer
    place: str
    key: bytes
    message: Message | None = None
    answers: str = ""
    sends: int = 0
    task_id: str = ""
    position: int = 0
    whole: bool = False
    deaf: bool = False
    reply: Message | None = None
    status: TaskStatus = field(default_factory=TaskStatus)
    fold: Fold = field(default_factory=Fold)
    answered: set[str] = field(default_factory=set)
    relayed: set[str] = field(default_factory=set)
    lent: float | None = None
    _usage: dict[str, Any] | None = None

    @property
    def ended(self) -> bool:
        """Whether nothing more will come."""
        return self.reply is not None or self.status.state in TERMINAL

    @property
    def done(self) -> bool:
        """Whether it has ended, and all of it is known."""
        return self.ended and (self.reply is not None or self.peer.ours or self.whole)

    @property
    def question(self) -> str | None:
        """The place of a question that it waits with and that was not answered, None when there is none."""
        if self.status.state not in INTERRUPTED:
            return None
        place = f"{self.place}/ask/{self.mark()}"
        return None if place in self.answered else place

    @property
    def settled(self) -> bool:
        """Whether listening on is of no use for now."""
        return self.ended or self.question is not None

    def mark(self) -> str:
        """What tells its status from its other ones, the same however often it is looked at."""
        said = self.status.message
        moment = b"" if said.message_id else self.status.timestamp.SerializeToString()
        parts = (part.SerializeToString(deterministic=True) for part in said.parts)
        return digest(said.message_id.encode(), moment, *parts).hex()

    def take(self, number: int | None, response: StreamResponse) -> bool:
        """Take an event in. Whether it said anything new."""
        if number is not None:
            if number <= self.position:
                return False
            self.position = number
        kind = response.WhichOneof("payload")
        if kind == "message":
            self.reply = response.message
            return True
        if kind == "task":
            return self._replace(response)
        update = response.status_update if kind == "status_update" else response.artifact_update
        self.task_id = self.task_id or update.task_id
        self.fold.apply(Event(self.fold.number + 1, response))
        if kind == "status_update":
            self.status.CopyFrom(response.status_update.status)
            if USAGE in response.status_update.metadata:
                self._usage = MessageToDict(response.status_update.metadata)[USAGE]
        return True

    @property
    def used(self) -> dict[str, float]:
        """What it says that language models have used for it; all that was lent when its end is not known."""
        if not self.ended:
            return {} if self.lent is None or not self.task_id else {COST: self.lent}
        return told(self._usage, self.lent)

    def _replace(self, response: StreamResponse) -> bool:
        new = response.task != self.fold.task()
        self.fold = Fold(response.task)
        self.status.CopyFrom(response.task.status)
        for artifact in response.task.artifacts:  # its last status, which says more, may be gone
            if USAGE in artifact.metadata:
                self._usage = MessageToDict(artifact.metadata)[USAGE]
        return new
