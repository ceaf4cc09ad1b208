"""An author's answer as the engine runs it: its result is checked, and nothing goes on without it."""

import asyncio
import time
from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Any

from a2a.types.a2a_pb2 import Message

from agentia.agents.errors import AnswerInvalid
from agentia.agents.specialists import Specialist
from agentia.agents.task_run import Request, Surroundings, TaskRun
from agentia.cards.extensions import USAGE
from agentia.core.frames import defined_at
from agentia.core.identity import DeadlinePassed
from agentia.core.telemetry import NOTHING, OFF, Span
from agentia.tasks.caller import Caller
from agentia.tasks.run import Run
from agentia.tasks.stop import Stop


class Answering:
    """Runs the answer of one specialist."""

    def __init__(self, specialist: Specialist, around: Surroundings) -> None:
        self._specialist, self._around = specialist, around

    async def task(self, run: Run) -> str | None:
        """Do a task. What the answer began and did not wait for is stopped, so that all it has sent is known."""
        task = TaskRun(run, self._around)
        with self._traced(run) as span:
            try:
                said = await self._specialist.function(task)
            finally:
                await task.stop_stragglers()
                if task.spending.used:
                    run.ending[USAGE] = task.spending.metadata
                    span.set(_cost(task.spending.metadata))
                if run.stopped in (Stop.DRAIN, Stop.REFUSED):
                    span.drop()
            task.end()
            return self._words(said)

    def _traced(self, run: Run) -> AbstractContextManager[Span]:
        """The span of what is done up to the end or the next question, however many processes it takes."""
        telemetry, id = self._around.telemetry, self._specialist.id
        if telemetry is OFF:
            return NOTHING
        place, parent = f"run {run.task_id} {len(run.messages)}", telemetry.task(run.task_id, run.caller.trace)
        told = {"gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": id, **ids(run.task_id, run.context_id)}
        return telemetry.span(f"invoke_agent {id}", told, place=place, parent=parent, ends=True)

    def arrived(self, task_id: str, caller: Caller) -> None:
        """A new task has come, which will be run."""
        if self._around.telemetry is OFF:
            return
        id = self._specialist.id
        told = {"gen_ai.agent.name": id, **ids(task_id)}
        self._around.telemetry.arrived(f"task {id}", told, task_id, caller.trace)

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


def ids(task_id: str, context_id: str = "") -> dict[str, str]:
    """What is told of a task in its spans."""
    conversation = {"gen_ai.conversation.id": context_id} if context_id else {}
    return {"agentia.task.id": task_id, **conversation}


def _cost(used: Mapping[str, float]) -> dict[str, float]:
    told = {"gen_ai.usage.input_tokens": used["input_tokens"], "gen_ai.usage.output_tokens": used["output_tokens"]}
    return {**told, "agentia.cost": used["cost"]} if "cost" in used else told


def _late(caller: Caller) -> bool:
    return caller.deadline is not None and time.time() >= caller.deadline
