"""An author's answer as the engine runs it: its result is checked, and what it delegated ends with it."""

import asyncio
import time
from typing import Any

from a2a.types.a2a_pb2 import Message

from agentia.agents.children import Children
from agentia.agents.errors import SpecialistInvalid
from agentia.agents.peers import Errand
from agentia.agents.specialists import Specialist
from agentia.agents.task_run import Request, Surroundings, TaskRun
from agentia.core.identity import DeadlinePassed
from agentia.tasks.caller import Caller
from agentia.tasks.run import Run


class Answering:
    """Runs the answer of one specialist."""

    def __init__(self, specialist: Specialist, around: Surroundings, children: Children) -> None:
        self._specialist, self._around, self._children = specialist, around, children

    async def task(self, run: Run) -> str | None:
        """Do a task. When it ends here, however it does, so do its children; one that only pauses keeps them."""
        task = TaskRun(run, self._around)
        try:
            said = self._words(await self._specialist.answer(task))
        except BaseException as exc:
            late = isinstance(exc, asyncio.CancelledError) and _late(run.caller)
            await self._leave(task, ends=late or isinstance(exc, Exception))
            raise
        await self._leave(task, ends=run.question is None)
        return said

    async def reply(self, message: Message, caller: Caller) -> str:
        """Answer a message directly. Raises DeadlinePassed."""
        seconds = None if caller.deadline is None else max(0.0, caller.deadline - time.time())
        try:
            async with asyncio.timeout(seconds):
                return self._words(await self._specialist.answer(Request(message, self._around))) or ""
        except TimeoutError as exc:
            if not _late(caller):
                raise
            raise DeadlinePassed("The deadline has passed before the answer was ready.") from exc

    async def _leave(self, task: TaskRun, *, ends: bool) -> None:
        """Let nothing that the answer began go on without it; when the task `ends`, its children do too."""
        await task.stop_stragglers()
        if ends and task.has_delegated:
            await self._children.cancel(Errand(task.run.caller, task.id, task.context_id))

    def _words(self, said: Any) -> str | None:
        if said is None or isinstance(said, str):
            return said
        raise SpecialistInvalid(
            f"The answer of {self._specialist.name} returned something of type {type(said).__name__}. It may return a"
            " text, which becomes the last message, or None; other results are published with task.artifact."
        )


def _late(caller: Caller) -> bool:
    return caller.deadline is not None and time.time() >= caller.deadline
