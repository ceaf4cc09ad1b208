"""A child that shouts and a parent that has it do so: the smallest delegation, for tests to vary."""

from collections.abc import Awaitable, Callable
from typing import Any

from agentia.agents import Skill, Specialist, TaskRun

Answer = Callable[[Any], Awaitable[str | None]]


def child(answer: Answer, name: str = "shouter", skill: str = "Say a text louder", **fields: Any) -> Specialist:
    return Specialist(answer, [Skill(skill.split()[-1], skill)], name, f"Does this: {skill}.", **fields)


def parent(answer: Answer, name: str = "boss") -> Specialist:
    return child(answer, name, "Organise the others", input_modes=["*/*"])


def agent(answer: Answer, name: str, *skills: str) -> Specialist:
    """An agent that can do what these sentences say."""
    made = [Skill(skill.split()[0].lower(), skill) for skill in skills]
    return Specialist(answer, made, name, f"Is called {name}.", input_modes=["*/*"])


def boss(answer: Answer) -> Specialist:
    return agent(answer, "boss", "Organise the others")


async def shout(task: TaskRun) -> str:
    await task.status("Breathing in")
    await task.artifact("loud.txt", task.text.upper())
    await task.artifact("size", {"length": len(task.text)})
    return f"{task.text.upper()}!"


async def pass_on(task: TaskRun) -> str:
    """A parent that hands its text to whoever can shout."""
    result = await task.delegate("say a text louder", [task.text])
    for artifact in result.artifacts:
        await task.artifact(artifact.name, artifact.parts[0].text or result.data[0])
    return f"{result.agent} said {result.text}"


def words(task: Any) -> str:
    return str(task["status"]["message"]["parts"][0]["text"])
