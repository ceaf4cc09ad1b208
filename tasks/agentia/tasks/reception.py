"""Where messages come in: each starts a task, continues one, gets a direct reply, or came before (section 3.1.1)."""

import asyncio
import time
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any

from a2a.types.a2a_pb2 import Message, SendMessageRequest
from a2a.utils.errors import InvalidParamsError, TaskNotFoundError, UnsupportedOperationError
from google.protobuf.json_format import MessageToDict, SerializeToJsonError

from agentia.cards.extensions import DeadlineUnreadable
from agentia.tasks.accepted import Accepted, same
from agentia.tasks.admission import Limits, admit, check_open
from agentia.tasks.arrivals import Arrivals
from agentia.tasks.caller import Caller
from agentia.tasks.direct import DirectReplies
from agentia.tasks.events import dumps, new_task
from agentia.tasks.ids import new_id
from agentia.tasks.jobs import Jobs
from agentia.tasks.logs import Logs
from agentia.tasks.records import Arrival, Known, NewTask, Owner, Stored, requested
from agentia.tasks.replay import Replay, digest
from agentia.tasks.run import Run
from agentia.tasks.states import SUBMITTED
from agentia.tasks.storage import Store
from agentia.tasks.takeover import Takeovers
from agentia.tasks.upgrades import compatible
from agentia.tasks.work import Job


class Reception:
    """Takes messages for one replica. `replies` answers those of an agent without tasks, `version` is the agent's.

    With `keep_requests` what a request says beside its message is kept with the task. `arrived` is told of new ones.
    """

    def __init__(
        self,
        store: Store,
        jobs: Jobs,
        logs: Logs,
        takeovers: Takeovers,
        *,
        replies: DirectReplies | None,
        limits: Limits,
        version: str,
        keep_requests: bool,
        arrived: Callable[[str, Caller], None] | None,
    ) -> None:
        self._store, self._jobs, self._logs, self._takeovers = store, jobs, logs, takeovers
        self._keep_requests, self._arrived = keep_requests, arrived
        self._replies, self._limits, self._version = replies, limits, version
        self._arrivals = Arrivals()
        self._taking: set[asyncio.Task[Accepted]] = set()

    async def take(self, request: SendMessageRequest, caller: Caller) -> Accepted:
        """What became of a message, not stored yet: see `Accepted`. Raises the A2A errors of section 3.1.1."""
        message = request.message
        admit(message, self._limits)
        try:
            caller = caller.until(message)
        except DeadlineUnreadable as exc:
            raise InvalidParamsError(f"message.metadata: {exc.message} {exc.fix}") from exc
        hashed = digest(message.SerializeToString(deterministic=True))
        beside = _beside(request) if self._keep_requests else b""
        taking = self._alone(message, caller, Arrival(caller.owner, message.message_id, hashed, time.time(), beside))
        if message.task_id or self._replies is not None:  # which take a while, and are not left half done
            return await asyncio.shield(self._kept(taking))
        return await taking

    def _kept(self, taking: Coroutine[Any, Any, Accepted]) -> "asyncio.Task[Accepted]":
        task = asyncio.create_task(taking)
        self._taking.add(task)
        task.add_done_callback(self._taken)
        return task

    def _taken(self, task: "asyncio.Task[Accepted]") -> None:
        self._taking.discard(task)
        if not task.cancelled():
            task.exception()  # whoever sent the message has heard of it, or has left

    async def _alone(self, message: Message, caller: Caller, arrival: Arrival) -> Accepted:
        key = (arrival.owner, arrival.message_id)
        await self._arrivals.enter(key)
        try:
            return await self._take(message, caller, arrival)
        finally:
            self._arrivals.leave(key)

    async def _take(self, message: Message, caller: Caller, arrival: Arrival) -> Accepted:
        key = (arrival.owner, arrival.message_id)
        if (earlier := self._arrivals.taken(key)) is not None:
            return same(Known(earlier[0], earlier[1].task_id, None), arrival.hash, earlier[1])
        if (known := await self._store.find_message(*key)) is not None:
            return same(known, arrival.hash)
        if message.task_id:
            return await self._continued(message, arrival)
        if self._replies is not None:
            return await self._replies.reply(message, caller, arrival)
        return self._started(self._new(message, caller, arrival), arrival)

    def _new(self, message: Message, caller: Caller, arrival: Arrival) -> Job:
        task_id = new_id()
        context_id = message.context_id or new_id()
        first = new_task(task_id, context_id, message, SUBMITTED)
        stored = first.task.history[0]
        stored.task_id, stored.context_id = task_id, context_id
        log = self._logs.new(task_id, context_id)
        if self._jobs.full and not self._jobs.deep(caller):
            log.wait()
        log.accept(
            NewTask(context_id, bool(message.context_id), caller.dump(), caller.deadline, self._version), arrival
        )
        log.append(first)
        if self._arrived is not None:
            self._arrived(task_id, caller)
        return Job(Run(log, caller, [stored], Replay(journal=requested(arrival))), arrival.at)

    async def _continued(self, message: Message, arrival: Arrival) -> Accepted:
        try:
            stored = await found(self._store, message.task_id, arrival.owner)
            check_open(stored, message)
            full = self._jobs.full and not self._jobs.deep(Caller.load(stored.caller))
            waits = full or not compatible(stored.agent_version, self._version)
            job = await self._takeovers.continued(stored, message, arrival, waits=waits)
            return self._started(job, arrival)
        except UnsupportedOperationError:
            known = await self._store.find_message(arrival.owner, arrival.message_id)
            if known is None:
                raise
            return same(known, arrival.hash)  # the same message, sent to two replicas at once

    def _started(self, job: Job, arrival: Arrival) -> Accepted:
        key = (arrival.owner, arrival.message_id)
        self._arrivals.take(key, arrival.hash, job.log)
        job.over = partial(self._arrivals.done, key)
        (self._jobs.queue if job.log.waits else self._jobs.start)(job)
        return Accepted(job.log.task_id, arrival.hash, job.log)


def _beside(request: SendMessageRequest) -> bytes:
    """What a request says beside its message and its webhook, as JSON; nothing when that is nothing."""
    kept = SendMessageRequest(metadata=request.metadata, configuration=request.configuration)
    kept.configuration.ClearField("task_push_notification_config")
    try:
        said = MessageToDict(kept)
    except SerializeToJsonError as exc:
        raise InvalidParamsError("metadata holds a number that JSON has no words for: NaN or an infinity.") from exc
    return dumps(said).encode() if any(said.values()) else b""


async def found(store: Store, task_id: str, owner: Owner) -> Stored:
    """The stored task of this owner. Raises TaskNotFoundError, also when it is somebody else's."""
    stored = await store.find_task(task_id, owner)
    if stored is None:
        raise TaskNotFoundError(f"There is no task {task_id!r} here. Check the id, and the agent that you ask.")
    return stored
