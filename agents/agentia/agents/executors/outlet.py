"""The queues into which an executor publishes: what comes is checked, put right, and written into the task's log."""

import asyncio
import logging
from typing import Any, Final

from a2a.server.events import EventQueue
from a2a.types.a2a_pb2 import (
    Message,
    Role,
    StreamResponse,
    Task,
    TaskArtifactUpdateEvent,
    TaskState,
    TaskStatus,
    TaskStatusUpdateEvent,
)

from agentia.agents.errors import ExecutorInvalid
from agentia.tasks.events import stamp
from agentia.tasks.run import Run
from agentia.tasks.states import AUTH_REQUIRED, COMPLETED, INPUT_REQUIRED, SUBMITTED, TERMINAL, WORKING

_STATES: Final = frozenset(TaskState.values()) - {TaskState.TASK_STATE_UNSPECIFIED}

log = logging.getLogger("agentia.agents")


def left(number: int) -> str:
    """Where the log keeps how the work on a task's message of that number ended, or paused."""
    return f"executor/{number}/left"


class Outlet(EventQueue):
    """Takes events up to the last one, with which `ended` is done; what comes later is dropped."""

    def __init__(self) -> None:
        self.ended: asyncio.Future[StreamResponse] = asyncio.get_running_loop().create_future()
        self._closed = self._told = False

    def close(self) -> None:
        """Take nothing more."""
        self._closed = True

    async def enqueue_event(self, event: Any) -> None:
        """Take an event. Raises ExecutorInvalid for one that does not belong here."""
        if self._closed or self.ended.done():
            self._drop(event)
        else:
            await self._take(event)

    async def _take(self, event: Any) -> None:
        raise NotImplementedError

    def _drop(self, event: Any) -> None:
        if not self._told:
            log.warning("events after the end are dropped", extra={"event": type(event).__name__})
        self._told = True


class ReplyOutlet(Outlet):
    """For an executor that answers with a Message and has no task."""

    async def _take(self, event: Any) -> None:
        if not isinstance(event, Message):
            raise ExecutorInvalid(
                f"The executor published a {type(event).__name__}; one with direct=True publishes a Message.",
                fix="Leave out direct=True.",
            )
        self.ended.set_result(StreamResponse(message=event))


class TaskOutlet(Outlet):
    """For a task. `waits` says that its user must sign in somewhere, during which `execute` may go on."""

    def __init__(self, run: Run) -> None:
        super().__init__()
        self._run = run
        self._artifacts = {artifact.artifact_id for artifact in run.log.task().artifacts}
        self._begun = len(run.messages) > 1  # the task is there, and what stands for it is not taken again
        self._spoken = False
        self.waits = False

    async def _take(self, event: Any) -> None:
        if isinstance(event, Message):
            self._message(event)
        elif isinstance(event, Task):
            await self._task(event)
        elif isinstance(event, TaskStatusUpdateEvent):
            self._check(event.task_id)
            await self._status(event.status, event)
        elif isinstance(event, TaskArtifactUpdateEvent):
            self._check(event.task_id)
            await self._artifact(event)
        else:
            raise ExecutorInvalid(f"The executor published a {type(event).__name__}, which is no event of A2A.")

    def _check(self, task_id: str) -> None:
        self._spoken = True
        if task_id != self._run.task_id:
            raise ExecutorInvalid(
                "The executor published an event for another task than the one that it works on.",
                fix="Take the ids from the RequestContext: context.task_id and context.context_id.",
            )

    def _message(self, message: Message) -> None:
        if self._spoken:
            raise ExecutorInvalid(
                "The executor published a Message beside a task.",
                fix="Publish what it says as the message of a status: TaskUpdater.update_status.",
            )
        self._end(TaskStatus(state=COMPLETED, message=message), None)

    async def _task(self, task: Task) -> None:
        """The first one says how it begins, or all of it; later ones stand for what is known."""
        self._check(task.id)
        if self._begun:
            return
        self._begun = True
        for artifact in task.artifacts:
            await self._artifact(TaskArtifactUpdateEvent(artifact=artifact, last_chunk=True))
        await self._status(task.status, task)

    async def _status(self, status: TaskStatus, event: Task | TaskStatusUpdateEvent) -> None:
        metadata = event.metadata if event.HasField("metadata") else None
        if status.state not in _STATES:
            raise ExecutorInvalid("The executor published a status without a state.")
        if status.state in TERMINAL or status.state == INPUT_REQUIRED:
            self._end(status, metadata)
        elif status.state == AUTH_REQUIRED:
            self.waits = True
            await self._run.publish(self._update(status, metadata), left(len(self._run.messages)))
        elif self.waits or status.HasField("message") or metadata is not None:
            self.waits = False
            await self._run.publish(self._update(status, metadata))

    def _end(self, status: TaskStatus, metadata: Any) -> None:
        self.ended.set_result(self._update(status, metadata))

    def _update(self, status: TaskStatus, metadata: Any) -> StreamResponse:
        response = StreamResponse()
        update = response.status_update
        update.task_id, update.context_id = self._run.task_id, self._run.context_id
        update.status.CopyFrom(status)
        if update.status.state == SUBMITTED:  # it is worked on, whatever the executor thinks
            update.status.state = WORKING
        if not update.status.HasField("timestamp"):
            stamp(update.status.timestamp)
        if status.HasField("message"):
            said = update.status.message
            said.task_id, said.context_id, said.role = self._run.task_id, self._run.context_id, Role.ROLE_AGENT
            said.message_id = said.message_id or f"{self._run.task_id}:{self._run.log.number + 1}"
        if metadata is not None:
            update.metadata.CopyFrom(metadata)
        return response

    async def _artifact(self, event: TaskArtifactUpdateEvent) -> None:
        response = StreamResponse()
        update = response.artifact_update
        update.CopyFrom(event)
        update.task_id, update.context_id = self._run.task_id, self._run.context_id
        artifact = update.artifact
        artifact.artifact_id = artifact.artifact_id or f"artifact/{len(self._artifacts)}"
        update.append = event.append and artifact.artifact_id in self._artifacts  # there must be one to append to
        self._artifacts.add(artifact.artifact_id)
        await self._run.publish(response)
