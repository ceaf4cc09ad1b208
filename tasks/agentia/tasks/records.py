"""What the store keeps of a task, and what one commit writes of it.

Most are made several times a task: as named tuples they cost a third of what frozen dataclasses do.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from agentia.core.errors import AgentiaError


class Owner(NamedTuple):
    """Whose task it is: a principal of a tenant."""

    tenant: str
    principal: str


class Arrival(NamedTuple):
    """A message as it came in, for idempotency: the same id with another hash is an error. `at` is in unix seconds.

    `request` is what was sent beside the message (JSON bytes), for an agent that asks for it.
    """

    owner: Owner
    message_id: str
    hash: bytes
    at: float
    request: bytes = b""


class NewTask(NamedTuple):
    """What is written of a task once, when it is accepted: `caller` is JSON bytes, `deadline` unix seconds.

    `context_named` says that the client named the context, which may then be somebody else's.
    """

    context_id: str
    context_named: bool
    caller: bytes
    deadline: float | None
    agent_version: str


class Lease(NamedTuple):
    """Who works on a task, and until when (unix seconds) nobody else may; both None when nobody does."""

    replica: str | None = None
    expires: float | None = None


@dataclass(frozen=True, slots=True)
class Stored:
    """A task as the store holds it: the snapshot folds the events up to `snapshot_event`. Times are unix seconds.

    `replica` works on it, or did until its lease ran out.
    """

    id: str
    context_id: str
    state: int
    last_event: int
    snapshot: bytes
    snapshot_event: int
    caller: bytes
    deadline: float | None
    fence: int
    attempts: int
    created: float
    agent_version: str
    replica: str | None


class StoredEvent(NamedTuple):
    """An event as the store holds it; `payload` and `input` are protobuf bytes."""

    number: int
    payload: bytes
    step: str | None = None
    hash: bytes | None = None
    input: bytes | None = None


class JournalEntry(NamedTuple):
    """The result of a finished step, as JSON bytes, with the hash of its input."""

    step: str
    hash: bytes
    result: bytes


def requested(arrival: Arrival) -> list[JournalEntry]:
    """What keeps the request of a message, if there is something to keep."""
    return [JournalEntry(f"request/{arrival.message_id}", b"", arrival.request)] if arrival.request else []


class Child(NamedTuple):
    """A task of another agent."""

    agent: str
    task_id: str


class Cancellation(NamedTuple):
    """Children of a task that ended at `since` (unix seconds), to be cancelled; `caller` is JSON bytes."""

    task_id: str
    context_id: str
    caller: bytes
    children: tuple[Child, ...]
    since: float


class Known(NamedTuple):
    """What a message id led to before: a task, or a direct reply (the bytes of a Message)."""

    hash: bytes
    task_id: str | None
    reply: bytes | None


class State(NamedTuple):
    """A new state of a task, with the snapshot that folds its events up to `event`."""

    value: int
    snapshot: bytes
    event: int
    lease: Lease


class Ended(NamedTuple):
    """A finished task, with the ids of its user's messages: what must be known of it to erase it."""

    id: str
    owner: Owner
    context_id: str
    messages: tuple[str, ...]


@dataclass(slots=True)
class Change:
    """Everything that one commit writes of one task; it is written whole or not at all.

    `new` accepts a task, with the `arrival` that asked for it; `arrival` alone is a message that continues one, and
    with `reply` it is one that was answered without a task, in `context`. `fence` is the one that the writer holds.
    `children` are to be cancelled, as the task ends.
    """

    task_id: str
    fence: int
    last_event: int
    updated: float
    new: NewTask | None = None
    arrival: Arrival | None = None
    context: str = ""
    reply: bytes | None = None
    state: State | None = None
    events: tuple[StoredEvent, ...] = ()
    journal: tuple[JournalEntry, ...] = ()
    children: Sequence[Child] = ()

    @property
    def refusable(self) -> bool:
        """Whether nothing of it was accepted before, so that it may be refused when the disk is full."""
        return self.arrival is not None


class Refused(AgentiaError):
    """A change that the store did not write."""


class Duplicate(Refused):
    """The owner has used this message id before."""

    def __init__(self, known: Known) -> None:
        super().__init__("This messageId was used before.")
        self.known = known


class ForeignContext(Refused):
    """The context belongs to somebody else."""


class FenceLost(Refused):
    """Another run has taken the task over."""


class RunEnded(Refused):
    """The run writes nothing more, and its task has not come to an end in it."""

    status = 503

    def __init__(self) -> None:
        super().__init__("The agent stopped working on this task. Get the task later, or send the message again.")


class Gone(Refused):
    """The task was deleted, or was never there."""


class Pruned(Refused):
    """The next event of a finished task is not kept any more."""


class StorageFull(Refused):
    """There is no space left for the database."""

    status = 507


class Unstorable(Refused):
    """A change holds what the database does not take."""


class StorageFailed(Refused):
    """The database could not be read or written; `in_doubt` says that it may have been, unnoticed."""

    status = 503

    def __init__(self, message: str, *, in_doubt: bool = False) -> None:
        super().__init__(message)
        self.in_doubt = in_doubt
