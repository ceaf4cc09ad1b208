"""Going on with a stored task: for its user who answers, for a replica that fell silent, or only to end it."""

import asyncio
import logging
import random
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import partial
from typing import Final

from a2a.types.a2a_pb2 import Message, Role, StreamResponse
from a2a.utils.errors import UnsupportedOperationError

from agentia.tasks.accepted import TAKEN
from agentia.tasks.caller import Caller
from agentia.tasks.cancelling import Cancelling
from agentia.tasks.events import status_update
from agentia.tasks.log import TaskLog
from agentia.tasks.logs import Logs
from agentia.tasks.records import Arrival, FenceLost, Lease, Owner, Stored, StoredEvent, requested
from agentia.tasks.replay import Replay
from agentia.tasks.run import Run
from agentia.tasks.states import FAILED, SUBMITTED, TERMINAL, WORKING
from agentia.tasks.stop import Stop
from agentia.tasks.storage import Store
from agentia.tasks.work import STOPPED, Ending, Job, write

ATTEMPTS: Final = 5
"""Runs of a task that may be lost with their replica, none of which has finished a step, before it is given up."""

INTERRUPTED: Final = Ending(
    FAILED, f"The agent was interrupted {ATTEMPTS} times while it worked on this task, and gives up."
)
PAUSE: Final = 0.02
"""Seconds, at most, before a task is taken once more to be ended; twice as many each time."""
LONGEST_PAUSE: Final = 1.0

log = logging.getLogger("agentia.tasks")


class Takeovers:
    """Makes runs of stored tasks. A task is taken first and read then: until that moment who had it may write on.

    `longest` is how many seconds a task may take; what one has delegated is ended by `cancelling`.
    """

    def __init__(
        self, store: Store, logs: Logs, lease: Callable[[], Lease], cancelling: Cancelling, *, longest: float
    ) -> None:
        self._store, self._logs, self._lease = store, logs, lease
        self._cancelling, self._longest = cancelling, longest

    async def continued(self, stored: Stored, message: Message, arrival: Arrival, *, waits: bool) -> Job:
        """A run that goes on with a paused task, given its user's answer, or with `waits` what stores that answer.

        Raises UnsupportedOperationError.
        """
        lease = Lease() if waits else self._lease()
        if not await self._store.take(stored.id, stored.fence, lease, state=stored.state):
            raise UnsupportedOperationError(TAKEN)
        answer = Message()
        answer.CopyFrom(message)
        answer.context_id = stored.context_id
        replay = Replay(*await self._store.replay(stored.id))
        replay.take(answer)
        for entry in requested(arrival):
            replay.keep(entry)
        task = await self._logs.taken(stored, lease)
        if waits:
            task.wait()
        task.accept(None, arrival)
        task.append(status_update(stored.id, stored.context_id, WORKING), answer=answer)
        return Job(_run(task, stored, replay), arrival.at, resumed=True)

    async def resumed(self, task_id: str, owner: Owner) -> Job | None:
        """A run that goes on with a task whose replica fell silent, None when it needs none any more."""
        stored = await self._store.find_task(task_id, owner)
        if stored is None or stored.state not in (SUBMITTED, WORKING):
            return None
        lost = stored.replica is not None  # one that was let go of in order was not lost
        attempts, lease = stored.attempts + lost, self._lease()
        if not await self._store.take(task_id, stored.fence, lease, attempts, state=stored.state, expired=True):
            return None
        log.info("task taken over", extra={"task": task_id, "attempt": attempts})
        events, journal = await self._store.replay(task_id)
        run = _run(await self._logs.taken(stored, lease), stored, Replay(events, journal))
        job = Job(run, _since(stored, events), resumed=stored.state == WORKING)
        if job.since < time.time() - self._longest:
            job.give_up = STOPPED[Stop.LIMIT]
        if attempts > ATTEMPTS:
            job.give_up = INTERRUPTED
        return job

    async def ended(self, stored: Stored | None, owner: Owner, ending: Ending) -> None:
        """End a task, whoever works on it; one that has ended stays as it is. Raises Refused."""
        pause = PAUSE
        while stored is not None and stored.state not in TERMINAL:
            if await self._store.take(stored.id, stored.fence, Lease(), state=stored.state):
                task = await self._logs.taken(stored, Lease())
                _, journal = await self._store.replay(stored.id)
                task.children = self._cancelling.open(journal)
                write(task, ending)
                task.end(partial(self._cancelling.begin, task, Caller.load(stored.caller)))
                with suppress(FenceLost):  # somebody else was about to go on with it, or to end it, at the same time
                    await task.committed()
                    return
                await asyncio.sleep(random.uniform(0.0, pause))  # noqa: S311  as two would take it from each other for ever
                pause = min(2 * pause, LONGEST_PAUSE)
            stored = await self._store.find_task(stored.id, owner)


def _since(stored: Stored, events: Iterable[StoredEvent]) -> float:
    """When a task was accepted, or its user's last answer came (unix seconds)."""
    answers = [event.payload for event in events if event.input is not None]
    if not answers:
        return stored.created
    taken = StreamResponse.FromString(answers[-1]).status_update.status.timestamp
    return taken.seconds + taken.nanos / 1e9


def _run(task: TaskLog, stored: Stored, replay: Replay) -> Run:
    messages = [past for past in task.task().history if past.role == Role.ROLE_USER]
    caller = Caller.load(stored.caller)
    for message in messages:
        caller = caller.until(message)
    return Run(task, caller, messages, replay)
