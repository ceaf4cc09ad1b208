"""Parallelization: three readers look at one text at the same time."""

from agentia.agents import Delegated, Need, Skill, TaskFailed, TaskRun, parallel, specialist


@specialist(skills=[Skill("length", "Count the words of a text")])
async def counter(task: TaskRun) -> str:
    """Counts words."""
    return f"It has {len(task.text.split())} words."


@specialist(skills=[Skill("sentences", "Find the longest sentence of a text")])
async def surveyor(task: TaskRun) -> str:
    """Measures sentences."""
    longest = max(task.text.split("."), key=len).strip()
    return f"Its longest sentence is: {longest}."


@specialist(skills=[Skill("sums", "Check the sums in a text")])
async def auditor(task: TaskRun) -> str:
    """Checks sums, if there are any."""
    if "=" not in task.text:
        raise TaskFailed("There is no sum in it.")
    return "Its sums look right."


@specialist(skills=[Skill("review", "Review a manuscript")])
async def reviewer(task: TaskRun) -> str:
    """Has a manuscript read from three sides; one reader who cannot does not hinder the others."""
    wanted = ["count the words of a text", "find the longest sentence of a text", "check the sums in a text"]
    read = await parallel(task, [Need(each, task.text) for each in wanted], partial=True)
    return "\n".join(each.text if isinstance(each, Delegated) else f"Not done: {each.reason}" for each in read)
