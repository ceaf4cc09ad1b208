"""The worker: runs an answer once, and turns however it ends into what the task's log shall say."""

import asyncio
import logging
import secrets
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

from a2a.types.a2a_pb2 import TaskState

from agentia.core.errors import AgentiaError, AuthorError
from agentia.core.frames import line_of
from agentia.tasks.errors import Suspended, TaskRejected
from agentia.tasks.events import agent_message, readable, status_update
from agentia.tasks.log import TaskLog
from agentia.tasks.records import Refused
from agentia.tasks.run import Run
from agentia.tasks.states import (
    CANCELED,
    COMPLETED,
    FAILED,
    INPUT_REQUIRED,
    REJECTED,
    SETTLED,
    TERMINAL,
    WORKING,
)
from agentia.tasks.stop import Stop

Answer = Callable[[Run], Awaitable[str | None]]
"""What an agent does with a task: the text it returns is the message of the COMPLETED status."""

log = logging.getLogger("agentia.tasks")


@dataclass(frozen=True, slots=True)
class Ending:
    """The last event of a run: a terminal state, or a question that pauses the task."""

    state: TaskState
    text: str | None
    pause: Suspended | None = None


STOPPED: Final = {
    Stop.CANCEL: Ending(CANCELED, "Canceled on request."),
    Stop.DEADLINE: Ending(
        FAILED, "The deadline of this task has passed before it was done. Send it again with a later one."
    ),
    Stop.LIMIT: Ending(
        FAILED,
        "The task took longer than this agent gives one. Ask for less at once; who runs the agent can raise its"
        " AGENTIA_TASK_SECONDS.",
    ),
}
"""How a task ends whose answer was interrupted; for other reasons it does not end."""


@dataclass(slots=True, eq=False)
class Job:
    """A run in progress. `give_up` is how it ends at once, `over` who wants to know of its end.

    `since` is when the task was accepted or its user has last answered (unix seconds).
    """

    run: Run
    since: float
    resumed: bool = False
    give_up: Ending | None = None
    over: Callable[[], None] | None = None
    task: "asyncio.Task[None] | None" = field(default=None)

    @property
    def log(self) -> TaskLog:
        """The log that the run writes to."""
        return self.run.log

    @property
    def stopped(self) -> Stop | None:
        """Why the answer was interrupted."""
        return self.run.stopped


async def work(job: Job, answer: Answer) -> Ending | None:
    """Run `answer`; how the task ends for it, None when it shall stay as it is."""
    try:
        if not job.resumed:
            job.log.append(status_update(job.log.task_id, job.log.context_id, WORKING))
        if job.give_up is not None:
            return job.give_up
        if job.run.caller.deadline is not None and job.run.caller.deadline <= time.time():
            return STOPPED[Stop.DEADLINE]
        said = await answer(job.run)
        if job.log.state in SETTLED:  # by an event of the answer's own
            return None
        return Ending(COMPLETED, said) if job.run.question is None else _asking(job.run.question)
    except Suspended as pause:
        return _asking(pause)
    except asyncio.CancelledError:
        return _interrupted(job)
    except (BaseExceptionGroup, Exception, SystemExit) as exc:  # noqa: BLE001  the one edge that meets an author's code
        return _interrupted(job) if job.stopped else _failed(job, exc)


def write(task: TaskLog, ending: Ending, metadata: Mapping[str, Any] | None = None) -> None:
    """Make `ending` the last event of a run; what cannot be written fails the task in neutral words.

    A terminal one carries `metadata`, a question its own.
    """
    if not task.open or task.state in TERMINAL:
        return
    try:
        _append(task, ending, metadata)
    except Refused as refused:
        log.warning("ending not written", extra={"task": task.task_id, "reason": refused.message})
    except Exception as exc:  # noqa: BLE001  a question's metadata, or a text, that no message can hold
        _append(task, _neutral(task, exc))


def _append(task: TaskLog, ending: Ending, last: Mapping[str, Any] | None = None) -> None:
    pause, text = ending.pause, ending.text
    step = None if pause is None else pause.step
    message = agent_message(f"{task.task_id}:{step or 'end'}", task.task_id, task.context_id, text) if text else None
    metadata = last if pause is None else pause.metadata
    make = partial(status_update, task.task_id, task.context_id, ending.state, message, metadata)
    task.append(readable(make) if pause is not None and metadata else make(), step=step)


def _asking(pause: Suspended) -> Ending:
    return Ending(INPUT_REQUIRED, pause.question, pause)


def _interrupted(job: Job) -> Ending | None:
    if job.stopped is not None:
        return STOPPED.get(job.stopped)
    task = asyncio.current_task()
    if task is not None and task.cancelling():  # with everything else, as the event loop ends
        return None
    return _neutral(job.log, asyncio.CancelledError("Something that the answer waited for was cancelled."))


def _failed(job: Job, exc: BaseException) -> Ending | None:
    """Concurrent branches fail in groups: a question among them is asked, else the first of our own errors counts."""
    if isinstance(exc, BaseExceptionGroup):
        leaves = list(_leaves(exc))
        if pause := next((leaf for leaf in leaves if isinstance(leaf, Suspended)), None):
            return _asking(pause)
        exc = next((leaf for leaf in leaves if isinstance(leaf, AgentiaError)), exc)
    if isinstance(exc, Refused) and not job.log.open:
        return None
    if isinstance(exc, TaskRejected):
        return Ending(REJECTED, exc.message)
    if isinstance(exc, AuthorError):
        log.error("author's code at fault", extra=_where(job.log, exc.place or line_of(exc)) | {"reason": exc.message})
    if isinstance(exc, AgentiaError):
        return Ending(FAILED, f"{exc.message} {exc.fix}".strip())
    return _neutral(job.log, exc)


def _leaves(group: BaseExceptionGroup[BaseException]) -> Iterator[BaseException]:
    for exc in group.exceptions:
        if isinstance(exc, BaseExceptionGroup):
            yield from _leaves(exc)
        else:
            yield exc


def _neutral(task: TaskLog, exc: BaseException) -> Ending:
    incident = secrets.token_hex(4)
    log.error("answer failed", extra=_where(task, line_of(exc)) | {"incident": incident}, exc_info=exc)
    return Ending(
        FAILED, f"The agent failed while it worked on this task. Its log has the reason under incident {incident}."
    )


def _where(task: TaskLog, place: str) -> dict[str, str]:
    return {"task": task.task_id, "place": place}
