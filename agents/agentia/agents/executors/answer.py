"""The answer of a specialist that is an AgentExecutor of the a2a-sdk: run once for each message, without a journal."""

import asyncio
import logging
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, Final

from a2a.server.agent_execution import AgentExecutor, RequestContext
from a2a.types.a2a_pb2 import Message
from a2a.utils.errors import (
    A2AError,
    ContentTypeNotSupportedError,
    InvalidParamsError,
    InvalidRequestError,
    UnsupportedOperationError,
)

from agentia.agents.definition import opened
from agentia.agents.errors import ExecutorInvalid, TaskFailed, TaskRejected
from agentia.agents.executors.context import canceling, context_of, replying
from agentia.agents.executors.outlet import Outlet, ReplyOutlet, TaskOutlet, left
from agentia.agents.task_run import Request, TaskRun
from agentia.core.frames import defined_at
from agentia.core.settings import Settings
from agentia.tasks.replay import digest
from agentia.tasks.run import Run
from agentia.tasks.stop import Stop

if TYPE_CHECKING:
    from agentia.agents.specialists import Lifespan

LEAVING: Final = 60.0
"""Seconds that `execute` may go on after the end of its task, to clean up."""
COMING: Final = 5.0
"""Seconds that it may go on when the next message for its task is there, and that `cancel` may take."""
LOST: Final = (
    "The process of this agent ended while it worked on this message. It is not done again by itself, since a part of"
    " it may have been done already. Send it again as a new task if that does no harm."
)

_REFUSALS: Final = (
    ContentTypeNotSupportedError,
    InvalidParamsError,
    InvalidRequestError,
    UnsupportedOperationError,
)
_ENDS: Final = (Stop.CANCEL, Stop.DEADLINE, Stop.LIMIT)
_KEY: Final = digest()

log = logging.getLogger("agentia.agents")


class ExecutorAnswer:
    """Runs `executor` for each message. What it publishes is stored like any event, but its work is not journaled."""

    keeps_requests: Final = True

    def __init__(self, executor: AgentExecutor) -> None:
        self.executor = executor
        kind = type(executor)
        self.__name__ = _words(kind.__name__)
        self.__doc__ = kind.__dict__.get("__doc__") or ""
        self._executions: dict[str, asyncio.Task[None]] = {}

    async def __call__(self, given: Request) -> Message | None:
        """Do a task, or answer a message directly."""
        try:
            return await (self._task(given) if isinstance(given, TaskRun) else self._reply(given))
        except A2AError as exc:  # whose message is written for clients
            raise (TaskRejected if isinstance(exc, _REFUSALS) else TaskFailed)(exc.message) from exc

    def lifespan(self, authors: "Lifespan") -> "Lifespan":
        """What the service is entered with: the author's own; executions that go on are stopped before it is left."""

        @asynccontextmanager
        async def lifetime(settings: Settings) -> AsyncIterator[Any]:
            async with opened(authors, settings) as services:
                try:
                    yield services
                finally:
                    await _stopped(self._executions.values())

        return lifetime

    async def _reply(self, request: Request) -> Message:
        outlet = ReplyOutlet()
        await self.executor.execute(replying(request), outlet)
        if not outlet.ended.done():
            raise self._silent("having published a Message", "one")
        return outlet.ended.result().message

    async def _task(self, task: TaskRun) -> None:
        run = task.run
        await _begin(run)
        if (earlier := self._executions.get(run.task_id)) is not None:  # it has asked, and goes on nevertheless
            await _stopped([earlier], COMING)
        outlet, context = TaskOutlet(run), context_of(run)
        execution = self._start(context, outlet)
        ends: set[asyncio.Future[Any]] = {execution, outlet.ended}
        try:
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        except asyncio.CancelledError:
            await self._interrupted(run, execution, outlet)
            if run.stopped is not Stop.CANCEL or not outlet.ended.done():
                raise
        finally:
            outlet.close()
        self._end(run, execution, outlet)

    def _start(self, context: RequestContext, outlet: Outlet) -> "asyncio.Task[None]":
        task_id = context.task_id or ""
        execution = asyncio.create_task(self.executor.execute(context, outlet))
        self._executions[task_id] = execution

        def over(_: "asyncio.Task[None]") -> None:
            if self._executions.get(task_id) is execution:
                del self._executions[task_id]
            if not execution.cancelled() and (failure := execution.exception()) and outlet.ended.done():
                log.warning("executor failed after the end", extra={"task": task_id}, exc_info=failure)

        execution.add_done_callback(over)
        return execution

    def _end(self, run: Run, execution: "asyncio.Task[None]", outlet: TaskOutlet) -> None:
        """Write the last event, in the same turn in which the run ends; `execute` may go on for a while."""
        if outlet.ended.done():
            _stop_later(execution)
            run.finish(outlet.ended.result(), left(len(run.messages)))
        else:
            execution.result()  # raises what it raised
            if not outlet.waits:
                raise self._silent("saying how the task ended", "a Message, or a status that ends it or asks")

    def _silent(self, what: str, instead: str) -> ExecutorInvalid:
        wrong = ExecutorInvalid(f"The executor returned without {what}.", fix=f"Let it publish {instead}.")
        wrong.place = defined_at(self.executor.execute)
        return wrong

    async def _interrupted(self, run: Run, execution: "asyncio.Task[None]", outlet: Outlet) -> None:
        """Stop the executor. It is told when its task is to end, and may publish until then."""
        try:
            if run.stopped in _ENDS:
                await self._cancel(run, outlet)
        finally:
            await _stopped([execution])

    async def _cancel(self, run: Run, outlet: Outlet) -> None:
        try:
            async with asyncio.timeout(COMING):
                await self.executor.cancel(canceling(run), outlet)
        except (NotImplementedError, A2AError):
            log.debug("executor knows no cancel", extra={"task": run.task_id})
        except Exception:  # an author's code raises what it likes, and its task ends all the same
            log.warning("executor could not cancel", extra={"task": run.task_id}, exc_info=True)


async def _begin(run: Run) -> None:
    """Note durably that the message is worked on now. Raises TaskFailed when an earlier attempt had come this far."""
    place = f"executor/{len(run.messages)}"
    if run.recall(place, _KEY) is not None:
        raise TaskFailed(LOST)
    await run.record(place, _KEY, result=True)


async def _stopped(executions: Any, patience: float = 0.0) -> None:
    """Wait for executions, and stop those that take longer."""
    going = set(executions)
    if going and patience:
        _, going = await asyncio.wait(going, timeout=patience)
    for execution in going:
        execution.cancel()
    if going:
        await asyncio.wait(going, timeout=COMING)


def _stop_later(execution: "asyncio.Task[None]") -> None:
    if not execution.done():
        timer = asyncio.get_running_loop().call_later(LEAVING, execution.cancel)
        execution.add_done_callback(lambda _: timer.cancel())


def _words(name: str) -> str:
    """What an executor's class is about: `HelloWorldAgentExecutor` is `Hello World`."""
    short = re.sub(r"(Agent)?Executor$", "", name) or name
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|_", " ", short).strip()
