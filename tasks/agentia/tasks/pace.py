"""The pace of a run's branches: a question waits for the steps beside it, and nothing new begins in the meantime."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from agentia.tasks.errors import Suspended

_inside: ContextVar[tuple["InStep", ...]] = ContextVar("steps that the code at hand is part of", default=())


class InStep:
    """A step that is being done: of which branch, and its name."""

    def __init__(self, branch: object, name: str) -> None:
        self.branch, self.name = branch, name


def step_of(branch: object) -> str | None:
    """The name of the step of `branch` that the code at hand is part of."""
    return next((step.name for step in _inside.get() if step.branch is branch), None)


class Pace:
    """What the branches of one run know of each other. `question` is the one with which the run has paused."""

    def __init__(self) -> None:
        self.question: Suspended | None = None
        self._steps: set[InStep] = set()
        self._pausing = False
        self._waiting: list[asyncio.Future[None]] = []

    async def turn(self) -> None:
        """Wait as long as the run is about to pause, unless a step needs this. Raises Suspended once it has paused."""
        while (self._pausing or self.question is not None) and not self._steps.intersection(_inside.get()):
            if self.question is not None:
                raise Suspended(self.question.step, self.question.question, self.question.metadata)
            await self._moved()

    @contextmanager
    def step(self, branch: object, name: str) -> Iterator[None]:
        """A step of that branch is being done inside."""
        step = InStep(branch, name)
        before = _inside.set((*_inside.get(), step))
        self._steps.add(step)
        try:
            yield
        finally:
            _inside.reset(before)
            self._steps.discard(step)
            self._move()

    async def pause(self, question: Suspended) -> None:
        """Wait until all steps are done but those that `question` is asked in; with it the run has paused."""
        await self.turn()
        self._pausing = True
        try:
            while self._steps.difference(_inside.get()):
                await self._moved()
            self.question = question
        finally:
            self._pausing = False
            self._move()

    async def _moved(self) -> None:
        future = asyncio.get_running_loop().create_future()
        self._waiting.append(future)
        await future

    def _move(self) -> None:
        waiting, self._waiting = self._waiting, []
        for future in waiting:
            if not future.done():
                future.set_result(None)
