"""The log of one task while it is worked on: appended in memory, committed in groups, then shown to followers."""

import asyncio
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from a2a.types.a2a_pb2 import Message, StreamResponse, Task

from agentia.tasks.committer import Committer
from agentia.tasks.events import Event
from agentia.tasks.fold import Fold
from agentia.tasks.records import (
    Arrival,
    Change,
    Child,
    FenceLost,
    JournalEntry,
    Lease,
    NewTask,
    Refused,
    RunEnded,
    State,
    StorageFailed,
    StoredEvent,
    requested,
)
from agentia.tasks.states import SETTLED
from agentia.tasks.topics import Topics


def nothing() -> None:
    """Nobody minds."""


@dataclass(slots=True, eq=False)
class _Draft:
    """What was written since the last commit began, and who waits for it. With `held` no commit was asked for yet."""

    events: list[Event] = field(default_factory=list)
    journal: list[JournalEntry] = field(default_factory=list)
    arrival: Arrival | None = None
    new: NewTask | None = None
    state: bool = False
    settles: bool = False
    held: bool = False
    waiting: list[asyncio.Future[None]] = field(default_factory=list)

    @property
    def empty(self) -> bool:
        return not self.events and not self.journal


class TaskLog:
    """The events of one task by the run that holds its `fence`. Nothing is seen before it is stored.

    `stored` is the number of the last event that is, `taken` says whether the message that started the run is,
    `waits` whether the task waits for its turn, `children` what is to be cancelled when it ends, and `refused` why the
    run may write nothing more.
    """

    waits = False
    children: Sequence[Child] = ()

    def __init__(
        self,
        task_id: str,
        context_id: str,
        fold: Fold,
        fence: int,
        *,
        committer: Committer,
        topics: Topics,
        lease: Callable[[], Lease],
        until: float,
    ) -> None:
        """`lease` gives a new lease; the one that the run has ends at `until` (unix seconds)."""
        self.task_id, self.context_id, self.fence, self.stored = task_id, context_id, fence, fold.number
        self.refused: Refused | None = None
        self.on_refused: Callable[[], None] = nothing
        self._fold, self._committer, self._topics, self._lease = fold, committer, topics, lease
        self._draft = _Draft()
        self._frozen: _Draft | None = None
        self._settled: list[asyncio.Future[None]] = []
        self._until, self._unsure = until, list[asyncio.Future[None]]()
        self.taken = True
        self._ended = False
        self._over: Callable[[], None] | None = None
        topics.join(task_id, fold.number)

    @property
    def state(self) -> int:
        """The state after the last event appended, committed or not."""
        return self._fold.state

    @property
    def number(self) -> int:
        """The number of the last event appended."""
        return self._fold.number

    @property
    def open(self) -> bool:
        """Whether the run may still write."""
        return self.refused is None and not self._ended

    @property
    def holds(self) -> bool:
        """Whether there must be a lease of this run in the store."""
        return self.taken and self.open and self._fold.state not in SETTLED

    def renewed(self, lease: Lease) -> None:
        """The store has made the run's lease last as long as this one."""
        self._until = lease.expires or 0.0
        unsure, self._unsure = self._unsure, []
        _resolve(unsure, None)

    def lose(self) -> None:
        """The lease is somebody else's. What is on its way will be refused; when nothing is, the run hears it here."""
        self._write_held()
        if self._frozen is None and self._draft.empty:
            self._refuse(FenceLost("Another run has taken this task over."), [])
            self._leave()

    def accept(self, new: NewTask | None, arrival: Arrival) -> None:
        """Have the next commit accept the task, or the message that continues it."""
        self._draft.new, self._draft.arrival, self.taken = new, arrival, False
        self._draft.journal += requested(arrival)

    def wait(self) -> None:
        """Have nobody hold the task, as no run works on it yet."""
        self.waits, self._lease = True, Lease

    def append(
        self,
        response: StreamResponse,
        *,
        step: str | None = None,
        digest: bytes | None = None,
        answer: Message | None = None,
    ) -> Event:
        """Add the next event. Raises RunEnded when the run may write nothing more."""
        self._check_open()
        event = Event(self._fold.number + 1, response, step, digest, answer)
        size = len(event.payload)  # what cannot be written fails here, in the answer that made it
        before = self._fold.state
        self._fold.apply(event)
        draft, state = self._draft, self._fold.state
        draft.events.append(event)
        if state != before:
            draft.state, draft.settles = True, state in SETTLED
        self._committer.add(self, size)
        draft.held = False
        return event

    def record(self, entry: JournalEntry) -> None:
        """Add the result of a finished step. Raises RunEnded when the run may write nothing more."""
        self._check_open()
        self._draft.journal.append(entry)
        self._committer.add(self, len(entry.result))
        self._draft.held = False

    def hold(self, entry: JournalEntry) -> None:
        """Add the result of a finished step to whatever is written next. Raises RunEnded as `record` does."""
        self._check_open()
        self._draft.journal.append(entry)
        self._draft.held = True

    async def room(self) -> None:
        """Wait while the store is behind."""
        if self._committer.behind:
            await self._committer.room()

    async def accepted(self) -> None:
        """Wait until the task, or the message that continues it, is durable. Raises Refused when it was not taken."""
        if not self.taken:
            await self.committed()

    async def ready(self) -> None:
        """Wait until something may be done for the task: its message is durable, and nobody else may have it by now.

        Raises Refused when it was not taken, or was taken over.
        """
        await self.accepted()
        while time.time() >= self._until:
            await _waiting(self._unsure)

    async def committed(self) -> None:
        """Wait until all that was written so far is durable. Raises Refused when it was not accepted."""
        if self.refused is not None:
            raise self.refused
        self._write_held()
        draft = self._frozen if self._draft.empty else self._draft
        if draft is not None:
            await _waiting(draft.waiting)

    async def settled(self) -> None:
        """Wait until the task is terminal or interrupted, durably.

        Raises Refused when it was not accepted, RunEnded when the run stops before.
        """
        if self.refused is not None:
            raise self.refused
        if self._fold.state in SETTLED:
            await self.committed()
        elif self._ended:
            raise RunEnded
        else:
            await _waiting(self._settled)

    def task(self) -> Task:
        """The task as of the last event appended: await `committed` before showing it to anyone."""
        return self._fold.task()

    def end(self, over: Callable[[], None] = nothing) -> None:
        """The run writes nothing more; `over` is called once all that it wrote is durable or refused."""
        if not self._ended:
            self._write_held()
            self._ended, self._over = True, over
            self._leave()

    def freeze(self) -> Change:
        """See Pending."""
        draft, self._draft = self._draft, _Draft()
        self._frozen = draft
        return Change(
            self.task_id,
            self.fence,
            self._fold.number,
            time.time(),
            new=draft.new,
            arrival=draft.arrival,
            state=self._state() if draft.state else None,
            events=tuple([_stored(event) for event in draft.events]),
            journal=tuple(draft.journal),
            children=self.children,
        )

    def settle(self, refused: Refused | None) -> None:
        """See Pending."""
        draft, self._frozen = self._frozen, None
        assert draft is not None
        if refused is not None:
            self._refuse(refused, draft.waiting)
        else:
            self._written(draft)
        self._leave()

    def _written(self, draft: _Draft) -> None:
        self.taken, waiting = True, draft.waiting
        if draft.events:
            self.stored = draft.events[-1].number
            self._topics.publish(self.task_id, draft.events)
        if draft.settles:
            waiting, self._settled = waiting + self._settled, []
        _resolve(waiting, None)

    def _refuse(self, refused: Refused, waiting: list[asyncio.Future[None]]) -> None:
        waiting = [*waiting, *self._settled, *self._draft.waiting, *self._unsure]
        self.refused = refused
        self._draft, self._settled, self._unsure = _Draft(), [], []
        self._topics.leave(self.task_id)
        self.on_refused()
        _resolve(waiting, refused)

    def _write_held(self) -> None:
        """Have what is held written without waiting for more; what comes when the service has stopped is let go of."""
        if self._draft.held:
            self._draft.held = False
            with suppress(StorageFailed):
                self._committer.add(self, 0)
                return
            self._draft = _Draft()

    def _leave(self) -> None:
        """Let others take over what is shown of the task, once nothing of this run is on its way any more."""
        if self._over is None or self._frozen is not None or not self._draft.empty:
            return
        over, self._over = self._over, None
        if self._settled:
            _resolve(self._settled, RunEnded())
        self.on_refused = nothing
        self._topics.leave(self.task_id)
        over()

    def _check_open(self) -> None:
        if not self.open:
            raise RunEnded from self.refused

    def _state(self) -> State:
        lease = Lease() if self._fold.state in SETTLED else self._lease()
        self._until = lease.expires or 0.0
        return State(self._fold.state, self._fold.snapshot(), self._fold.number, lease)


async def _waiting(among: list[asyncio.Future[None]]) -> None:
    future = asyncio.get_running_loop().create_future()
    among.append(future)
    await future


def _stored(event: Event) -> StoredEvent:
    answer = None if event.input is None else event.input.SerializeToString()
    return StoredEvent(event.number, event.payload, event.step, event.hash, answer)


def _resolve(waiting: list[asyncio.Future[None]], refused: Refused | None) -> None:
    for future in waiting:
        if future.done():
            continue
        if refused is None:
            future.set_result(None)
        else:
            future.set_exception(refused)
