"""Questions beside other branches: steps in flight are finished, none begins meanwhile, and all go on afterwards."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from a2a.types.a2a_pb2 import SendMessageRequest

from agentia.tasks.caller import LOCAL
from agentia.tasks.engine import Engine
from agentia.tasks.run import Run
from agentia.tasks.states import COMPLETED, FAILED, INPUT_REQUIRED, WORKING

pytestmark = pytest.mark.parametrize("store_kind", ["sqlite"])

Engines = Callable[..., Engine]
RequestOf = Callable[..., SendMessageRequest]


class Beside:
    """An answer that asks in one branch while others work; `gather` is how it brings its branches together."""

    def __init__(self, gather: Callable[..., Any] = asyncio.gather) -> None:
        self.done: list[str] = []
        self.begun, self.go_on = asyncio.Event(), asyncio.Event()
        self._gather = gather

    async def answer(self, run: Run) -> str:
        await self._gather(self.ask(run.branch("a")), self.work(run.branch("b")), self.talk(run.branch("c")))
        return "over"

    async def ask(self, run: Run) -> None:
        await self.begun.wait()
        await run.ask("well?")

    async def work(self, run: Run) -> None:
        await run.step("one", lambda: self.one(run))
        await run.step("two", lambda: self.effect("two"))

    async def one(self, run: Run) -> str:
        self.begun.set()
        await self.go_on.wait()
        await run.status("within a step")
        return await self.effect("one")

    async def talk(self, run: Run) -> None:
        await self.begun.wait()
        await asyncio.sleep(0)
        await run.status("beside")

    async def effect(self, name: str) -> str:
        self.done.append(name)
        return name


async def in_a_group(*branches: Any) -> None:
    async with asyncio.TaskGroup() as group:
        for branch in branches:
            group.create_task(branch)


async def swallowing(*branches: Any) -> None:
    await asyncio.gather(*branches, return_exceptions=True)


def said(task: Any) -> str:
    return str(task.status.message.parts[0].text)


@pytest.mark.parametrize("gather", [asyncio.gather, in_a_group, swallowing])
async def test_a_question_waits_for_the_steps_beside_it_and_no_other_begins(
    engines: Engines, request_of: RequestOf, gather: Callable[..., Any]
) -> None:
    beside = Beside(gather)
    engine = engines(beside.answer)
    accepted = await (await engine.send(request_of(), LOCAL)).stored()
    await beside.begun.wait()
    assert (await engine.get(accepted.task_id, LOCAL)).status.state == WORKING
    beside.go_on.set()
    task = await engine.settled(accepted.task_id, LOCAL)
    assert (task.status.state, said(task)) == (INPUT_REQUIRED, "well?")
    assert beside.done == ["one"]
    await (await engine.send(request_of("fine", task_id=task.id), LOCAL)).stored(settled=True)
    task = await engine.get(task.id, LOCAL)
    assert (task.status.state, said(task)) == (COMPLETED, "over")
    assert beside.done == ["one", "two"]
    numbers = [event.number async for event in engine.follow(task.id, LOCAL, 0)]
    assert numbers == list(range(1, len(numbers) + 1))


async def test_two_questions_are_asked_one_after_the_other(engines: Engines, request_of: RequestOf) -> None:
    async def answer(run: Run) -> str:
        answers = await asyncio.gather(*(run.branch(name).ask(f"{name}?") for name in "ab"))
        return " ".join(answer.parts[0].text for answer in answers)

    engine = engines(answer)
    accepted = await (await engine.send(request_of(), LOCAL)).stored(settled=True)
    asked = []
    for reply in ("first", "second"):
        asked.append(said(await engine.get(accepted.task_id, LOCAL)))
        await (await engine.send(request_of(reply, task_id=accepted.task_id), LOCAL)).stored(settled=True)
    assert asked == ["a?", "b?"]
    assert said(await engine.get(accepted.task_id, LOCAL)) == "first second"


async def test_a_question_inside_a_step_does_not_wait_for_that_step(engines: Engines, request_of: RequestOf) -> None:
    async def answer(run: Run) -> None:
        async def both() -> None:
            await asyncio.gather(run.branch("a").ask("well?"))

        await run.step("outer", both)

    engine = engines(answer)
    accepted = await (await engine.send(request_of(), LOCAL)).stored(settled=True)
    assert (await engine.get(accepted.task_id, LOCAL)).status.state == INPUT_REQUIRED


async def test_a_question_that_is_given_up_holds_nobody(engines: Engines, request_of: RequestOf) -> None:
    """The branch that asks is cancelled while it waits for a step, which then goes on, as does what comes after."""
    beside = Beside()

    async def answer(run: Run) -> str:
        asking = asyncio.create_task(beside.ask(run.branch("a")))
        working = asyncio.create_task(beside.work(run.branch("b")))
        await beside.begun.wait()
        await asyncio.sleep(0)
        asking.cancel()
        beside.go_on.set()
        await working
        await run.status("after")
        return "over"

    engine = engines(answer)
    accepted = await (await engine.send(request_of(), LOCAL)).stored(settled=True)
    assert (await engine.get(accepted.task_id, LOCAL)).status.state == COMPLETED
    assert beside.done == ["one", "two"]


async def test_a_failure_beside_a_question_fails_the_task(engines: Engines, request_of: RequestOf) -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def answer(run: Run) -> None:
        await asyncio.gather(ask(run.branch("a")), run.branch("b").step("broken", broken))

    async def ask(run: Run) -> None:
        await begun.wait()
        go_on.set()
        await run.ask("well?")

    async def broken() -> None:
        begun.set()
        await go_on.wait()
        await asyncio.sleep(0)
        raise ValueError

    engine = engines(answer)
    accepted = await (await engine.send(request_of(), LOCAL)).stored(settled=True)
    assert (await engine.get(accepted.task_id, LOCAL)).status.state == FAILED
