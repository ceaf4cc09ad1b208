"""Agents without room for more tasks, which wait for each other."""

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from agentia.agents import Skill, Specialist, TaskRun

if TYPE_CHECKING:
    from tests.agents.conftest import Mesh


class Pair:
    """Two agents each of which begins a task of its own before both ask the other one for something."""

    def __init__(self) -> None:
        self.begun: list[str] = []
        self.both = asyncio.Event()

    def agent(self, name: str, other: str) -> Specialist:
        async def answer(task: TaskRun) -> str:
            if task.text == "child":
                return f"{name} helps"
            self.begun.append(name)
            if len(self.begun) == 2:
                self.both.set()
            await self.both.wait()
            return (await task.delegate("help", "child", agent=other)).text

        return Specialist(answer, [Skill("help", f"Help as {name}")], name, f"Helps as {name}.")


async def test_agents_full_of_tasks_that_wait_for_each_other_go_on(mesh: "Mesh", text_of: Callable[[Any], str]) -> None:
    pair = Pair()
    alpha = await mesh.join(pair.agent("alpha", "beta"), max_runs=1)
    beta = await mesh.join(pair.agent("beta", "alpha"), max_runs=1)
    tasks = [await alpha.begin("parent"), await beta.begin("parent")]
    async with asyncio.timeout(30):
        ended = [await alpha.settled(tasks[0]), await beta.settled(tasks[1])]
    assert [text_of(task) for task in ended] == ["beta helps", "alpha helps"]
