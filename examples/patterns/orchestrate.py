"""Orchestrator and workers: each line of a request is a need, and finds its worker."""

from agentia.agents import Delegated, Need, Skill, TaskRun, orchestrate, specialist


@specialist(skills=[Skill("add", "Add numbers", examples=["add 1 2 3"])])
async def adder(task: TaskRun) -> str:
    """Adds all numbers of a text."""
    return str(sum(int(word) for word in task.text.split() if word.isdigit()))


@specialist(skills=[Skill("sort", "Sort words", examples=["sort pear apple"])])
async def sorter(task: TaskRun) -> str:
    """Sorts all words but the first."""
    return " ".join(sorted(task.text.split()[1:]))


@specialist(skills=[Skill("errands", "Run several errands")])
async def foreman(task: TaskRun) -> str:
    """Has each line done by whoever can do it."""

    async def plan(task: TaskRun) -> list[str | Need]:
        return [*task.text.splitlines()]

    async def report(task: TaskRun, results: list[Delegated]) -> str:
        await task.status(f"{len(results)} errands are done.")
        return "\n".join(f"{result.agent}: {result.text}" for result in results)

    return await orchestrate(task, plan, report)
