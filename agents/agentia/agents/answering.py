"""An author's answer as the engine runs it: its result is checked, and nothing goes on without it."""

import asyncio
import time
from typing import Any

from a2a.types.a2a_pb2 import Message

from agentia.agents.errors import AnswerInvalid
from agentia.agents.specialists import Specialist
from agentia.agents.task_run import Request, Surroundings, TaskRun
from agentia.cards.extensions import USAGE
from agentia.core.frames import defined_at
from agentia.core.identity import DeadlinePassed
from agentia.tasks.caller import Caller
from agentia.tasks.run import Run


class Answering:
    """Runs the answer of one specialist."""

    def __init__(self, specialist: Specialist, around: Surroundings) -> None:
        self._specialist, self._around = specialist, around

    async def task(self, run: Run) -> str | None:
        """Do a task. What the answer began and did not wait for is stopped, so that all it has sent is known."""
        task = TaskRun(run, self._around)
        try:
            said = await self._specialist.function(task)
        finally:
            await task.stop_stragglers()
            if task.spending.used:
                run.ending[USAGE] = task.spending.metadata
        task.end()
        return self._words(said)

    async def reply(self, message: Message, caller: Caller) -> str | Message:
        """Answer a message directly. Raises DeadlinePassed."""
        seconds = None if caller.deadline is None else max(0.0, caller.deadline - time.time())
        try:
            async with asyncio.timeout(seconds):
                said: Any = await self._specialist.function(Request(message, self._around, caller))
                return said if isinstance(said, Message) else self._words(said) or ""
        except TimeoutError as exc:
            if not _late(caller):
                raise
            raise DeadlinePassed("The deadline has passed before the answer was ready.") from exc

    def _words(self, said: Any) -> str | None:
        if said is None or isinstance(said, str):
            return said
        wrong = AnswerInvalid(
            f"The answer of {self._specialist.name} returned something of type {type(said).__name__}. It may return a"
            " text, which becomes the last message, or None; other results are published with task.artifact."
        )
        wrong.place = defined_at(self._specialist.answer)
        raise wrong


def _late(caller: Caller) -> bool:
    return caller.deadline is not None and time.time() >= caller.deadline
