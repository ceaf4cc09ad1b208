"""The task engine: accepts messages, runs answers, and keeps every task in a log that outlives the process."""

import asyncio
import time
import uuid
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing, suppress
from functools import partial

from a2a.types.a2a_pb2 import SendMessageRequest, Task
from a2a.utils.errors import TaskNotCancelableError, TaskNotFoundError, UnsupportedOperationError

from agentia.core.settings import DAY
from agentia.tasks.accepted import Accepted
from agentia.tasks.admission import Limits
from agentia.tasks.caller import Caller
from agentia.tasks.cancelling import NONE, Cancelling, Delegations
from agentia.tasks.committer import Committer
from agentia.tasks.direct import Direct, DirectReplies
from agentia.tasks.errors import EngineClosed
from agentia.tasks.events import Event
from agentia.tasks.fold import Fold
from agentia.tasks.follow import follow
from agentia.tasks.forgetting import Forgetting, Forgotten
from agentia.tasks.jobs import Jobs
from agentia.tasks.leases import Leases
from agentia.tasks.logs import Logs, folded
from agentia.tasks.overdue import Overdue
from agentia.tasks.reception import Reception, found
from agentia.tasks.records import Owner, Refused, RunEnded
from agentia.tasks.retention import Pruner, Retention
from agentia.tasks.states import FAILED, SETTLED, TERMINAL, name
from agentia.tasks.stop import Stop
from agentia.tasks.storage import Store
from agentia.tasks.takeover import Takeovers
from agentia.tasks.topic import Topic
from agentia.tasks.topics import Topics
from agentia.tasks.upgrades import major
from agentia.tasks.work import STOPPED, Answer, Ending, Job


class Engine:
    """The tasks of one agent on one store. `close` drains it."""

    def __init__(
        self,
        store: Store,
        answer: Answer,
        *,
        direct: Direct | None = None,
        version: str,
        limits: Limits | None = None,
        lease_seconds: float = 10.0,
        task_seconds: float = DAY,
        max_runs: int = 1000,
        retention: Retention | None = None,
        delegations: Delegations = NONE,
        keep_requests: bool = False,
        arrived: Callable[[str, Caller], None] | None = None,
    ) -> None:
        """A task fails that takes longer than `task_seconds`, not counting the time that it waits for its user.

        Tasks of another major version than `version` are left to other replicas.
        `max_runs` tasks are worked on at once; more are stored and wait their turn, for any replica that has room.
        Without `retention` all are kept for ever.
        `delegations` tells what a task has sent to other agents, which ends with it.
        With `keep_requests` an answer can read what came beside its messages. `arrived` is called with the id of each
        new task.
        """
        self.store = store
        self._committer = Committer(store)
        self._cancelling = Cancelling(store, delegations, lease_seconds)
        self._jobs = Jobs(answer, self._give_up, self._cancelling, max_runs)
        self._leases = Leases(
            *(store, uuid.uuid4().hex, lease_seconds, self._jobs, self._resume),
            longest=task_seconds,
            major=major(version),
        )
        self.topics = Topics(store, self._jobs.stored)
        logs = Logs(store, self._committer, self.topics, self._leases.new)
        self._takeovers = Takeovers(store, logs, self._leases.new, self._cancelling, longest=task_seconds)
        self._overdue = Overdue(store, self._takeovers, version, longest=task_seconds, seconds=lease_seconds)
        replies = None if direct is None else DirectReplies(self._committer, direct)
        self._reception = Reception(
            *(store, self._jobs, logs, self._takeovers),
            replies=replies,
            limits=limits or Limits(),
            version=version,
            keep_requests=keep_requests,
            arrived=arrived,
        )
        self._pruner = None if retention is None else Pruner(store, retention)
        self._forgetting = Forgetting(store, self.topics)
        self._giving_up: set[asyncio.Task[None]] = set()
        self._closing, self._drained = False, 0.0

    async def start(self) -> None:
        """Begin to keep leases, to take over tasks that a replica left unfinished, and to let go of old ones."""
        self._leases.start()
        if self._pruner is not None:
            self._pruner.start()
        self._cancelling.start()
        self._overdue.start()

    async def send(self, request: SendMessageRequest, caller: Caller) -> Accepted:
        """Take a message: a new task, the answer that continues one, or one that came before (section 3.1.1).

        Raises the A2A errors of that section. The result is not stored yet: see `Accepted`.
        """
        if self._closing:
            raise EngineClosed
        return await self._reception.take(request, caller)

    async def current(self, task_id: str, caller: Caller) -> Fold:
        """The task folded up to its newest event. Raises TaskNotFoundError, also when it is somebody else's."""
        if (job := self._own(task_id, caller)) is not None:
            fold = Fold(job.log.task(), job.log.number)
            with suppress(Refused):  # then it is not this run that the store knows
                await job.log.committed()
                return fold
        return await folded(self.store, await found(self.store, task_id, caller.owner))

    async def get(self, task_id: str, caller: Caller) -> Task:
        """The task as it stands. Raises as `current`."""
        return (await self.current(task_id, caller)).task()

    def follow(self, task_id: str, caller: Caller, after: int) -> AsyncGenerator[Event]:
        """The events above number `after`, up to the terminal one; finished tasks too. Raises TaskNotFoundError.

        From this call on events are kept at hand for it, though none is given before it is stored.
        """
        return self._follow(self.topics.of(task_id), task_id, caller, after)

    async def settled(self, task_id: str, caller: Caller) -> Task:
        """The task once it is terminal or interrupted. Raises as `current`, and RunEnded when the service stops."""
        fold = await self.current(task_id, caller)
        if fold.state not in SETTLED:
            async with aclosing(self.follow(task_id, caller, fold.number)) as events:
                async for event in events:
                    if event.state in SETTLED:
                        break
                else:
                    raise RunEnded
        return await self.get(task_id, caller)

    async def cancel(self, task_id: str, caller: Caller) -> Task:
        """Cancel a task, unless it ends by itself meanwhile. Raises TaskNotFoundError or TaskNotCancelableError."""
        fold = await self.current(task_id, caller)
        if fold.state in TERMINAL:
            raise TaskNotCancelableError(f"The task is {name(fold.state)} already and cannot be canceled.")
        if (job := self._jobs.get(task_id)) is not None:
            self._jobs.stop(job, Stop.CANCEL)
            with suppress(Refused):
                await job.log.settled()
        await self._end(task_id, caller.owner, STOPPED[Stop.CANCEL])
        await self._cancelling.tried(task_id)
        return (await folded(self.store, await found(self.store, task_id, caller.owner))).task()

    async def delete(self, task_id: str, caller: Caller) -> bool:
        """Delete a finished task; False when there is none. Raises UnsupportedOperationError for one that goes on."""
        try:
            task = await self.get(task_id, caller)
        except TaskNotFoundError:
            return False
        if task.status.state not in TERMINAL:
            raise UnsupportedOperationError(
                f"The task is {name(task.status.state)}: only what has ended can be deleted. Cancel it first."
            )
        await self._forgetting.one(task, caller.owner)
        return True

    async def forget(self, caller: Caller) -> Forgotten:
        """Delete all finished tasks of a caller, their direct replies and contexts."""
        return await self._forgetting.all(caller.owner)

    def drain(self) -> None:
        """Take over no more tasks, and end the followers' streams, each where it can go on elsewhere."""
        self._drained = time.monotonic()
        self._leases.claim_no_more()
        self.topics.close()

    async def close(self, grace: float = 5.0) -> None:
        """Give the runs `grace` seconds since `drain`, interrupt the rest, and store what they wrote."""
        self._closing = True
        if self._pruner is not None:
            await self._pruner.close()
        self._leases.claim_no_more()
        await self._overdue.close()
        await self._jobs.close(max(0.0, grace - (time.monotonic() - self._drained)) if self._drained else grace)
        with suppress(TimeoutError):
            async with asyncio.timeout(max(grace, 1.0)):
                await self._committer.drained()
        self._committer.close()
        await self._cancelling.close()
        await self._leases.release()
        self.topics.close()

    async def _resume(self, task_id: str, owner: Owner) -> None:
        if task_id not in self._jobs and (job := await self._takeovers.resumed(task_id, owner)) is not None:
            self._jobs.start(job)

    def _give_up(self, job: Job) -> None:
        """Fail a task of which a change cannot be stored, since it would meet the same again at each attempt."""
        giving_up = asyncio.create_task(self._fail(job))
        self._giving_up.add(giving_up)
        giving_up.add_done_callback(self._giving_up.discard)

    async def _fail(self, job: Job) -> None:
        with suppress(Refused, TaskNotFoundError):  # then the lease runs out, and the next attempt fails it
            reason = job.log.refused.message if job.log.refused else None
            await self._end(job.log.task_id, job.run.caller.owner, Ending(FAILED, reason))

    async def _end(self, task_id: str, owner: Owner, ending: Ending) -> None:
        await self._takeovers.ended(await found(self.store, task_id, owner), owner, ending)

    async def _follow(self, topic: Topic, task_id: str, caller: Caller, after: int) -> AsyncGenerator[Event]:
        if self._own(task_id, caller) is None:
            stored = await found(self.store, task_id, caller.owner)
            if stored.state in TERMINAL and after >= stored.last_event:
                return
        whole = partial(self.current, task_id, caller)
        async with aclosing(follow(self.store, self.topics, topic, task_id, after, whole)) as events:
            async for event in events:
                yield event

    def _own(self, task_id: str, caller: Caller) -> Job | None:
        """The run of a task of this caller, if it is here."""
        job = self._jobs.get(task_id)
        return job if job is not None and job.run.caller.owner == caller.owner else None
