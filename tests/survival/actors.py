"""The specialists of the survival tests; their work is nothing but steps, streams, questions and delegation."""

import asyncio
import itertools
import os
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Final

from agentia.agents import Skill, Specialist, TaskRun
from agentia.agents.librarian import librarian
from tests.survival.effects import note, point

CHUNK: Final = 5_000
"""Characters of a piece of a stream: more than are gathered, so that each piece is an event."""
STORY: Final = 6
"""Pieces of the assembler's own stream."""

_effects = itertools.count(1)


def unlike() -> str:
    """A word that no other attempt will say again."""
    return f"{os.getpid()}.{next(_effects)}"


async def done(actor: str, task: TaskRun, key: str, place: str = "") -> Any:
    """One step with an effect; its result names the step and the one time that it was done."""
    whole = f"{place}{key}"

    async def effect() -> dict[str, str]:
        by = unlike()
        note(task.id, "did", whole, by)
        await point(actor, task.id, f"{whole}/in")
        return {"step": whole, "by": by}

    result = await task.step(key, effect)
    note(task.id, "kept", whole, result["by"])
    await point(actor, task.id, f"{whole}/kept")
    return result


async def tell(actor: str, task: TaskRun, name: str, pieces: int) -> None:
    """A stream in which each piece names the attempt that wrote it."""
    attempt = unlike()
    async with task.stream(name) as out:
        for number in range(pieces):
            await out.write(f"{attempt}:{number}".ljust(CHUNK - 1, ".") + "\n")
            await point(actor, task.id, f"{name}/{number}")


def assembler(name: str) -> Specialist:
    """Ten steps, three of them alone, six in concurrent branches with a stream each; a story; a delegated child."""

    async def branch(task: TaskRun, letter: str) -> list[Any]:
        part = task.branch(letter)
        first = await done(name, part, "one", f"{letter}/")
        await tell(name, part, f"{letter}.log", 2)
        second = await done(name, part, "two", f"{letter}/")
        await part.artifact(f"{letter}.json", [first, second])
        await point(name, task.id, f"{letter}/published")
        return [first, second]

    async def assemble(task: TaskRun) -> str:
        await point(name, task.id, "begun")
        await task.status("Assembling")
        results = [await done(name, task, f"step-{number}") for number in range(3)]
        await tell(name, task, "story.txt", STORY)
        await point(name, task.id, "told")
        for pair in await asyncio.gather(*(branch(task, letter) for letter in "abc")):
            results += pair
        helped = await task.delegate("lend a hand", [name])
        await point(name, task.id, "helped")
        await task.artifact("help.txt", helped.artifacts[0].parts[0].text)
        results.append(await done(name, task, "last"))
        await task.artifact("results.json", results)
        await point(name, task.id, "published")
        return "Assembled"

    return _specialist(assemble, name, "assemble", "Assemble things from parts")


def helper(name: str) -> Specialist:
    """A child: it reports its points in the name of whoever asked for help."""

    async def help_out(task: TaskRun) -> str:
        note(task.id, "began", "help", task.text)
        for number in range(4):
            await task.status(f"Helping {number}")
            await point(task.text, task.id, f"help-{number}")
        await task.artifact("help.txt", f"help for {task.text}")
        await point(task.text, task.id, "help-given")
        return "Helped"

    return _specialist(help_out, name, "help", "Lend a hand, help out with a part")


def walker(name: str, version: str = "1.0.0", step: str = "step") -> Specialist:
    """Ten steps, one after the other, each with a status before it. Versions name their steps differently."""

    async def walk(task: TaskRun) -> str:
        results = []
        for number in range(10):
            await task.status(f"Walking {number}")
            results.append(await done(name, task, f"{step}-{number}"))
        await task.artifact("results.json", results)
        return f"Walked by {version}"

    return _specialist(walk, name, "walk", "Walk step by step", version)


def asker(name: str) -> Specialist:
    """A question between two steps, asked in one branch while another one works."""

    async def ask(task: TaskRun) -> str:
        answer = await task.ask("Which colour?")
        await point(name, task.id, "answered")
        return answer.text

    async def asking(task: TaskRun) -> str:
        results = [await done(name, task, "before")]
        beside, colour = await asyncio.gather(
            done(name, task.branch("beside"), "beside", "beside/"), ask(task.branch("ask"))
        )
        results += [beside, await done(name, task, "after")]
        await task.artifact("results.json", results)
        return f"Painted {colour}"

    return _specialist(asking, name, "paint", "Paint in a colour that is asked for")


def clerk(name: str) -> Specialist:
    """Small work in great numbers: `text` steps, a stream and an artifact, nothing of which reports to the test."""

    async def work(task: TaskRun) -> str:
        results, attempt = [], unlike()
        for number in range(int(task.text)):
            results.append(await _filed(task, f"step-{number}"))
        async with task.stream("minutes.txt") as out:
            for number in range(3):
                await out.write(f"{attempt}:{number}\n")
                await asyncio.sleep(0.02)
        await task.artifact("results.json", results)
        return "Filed"

    return _specialist(work, name, "file", "File papers")


async def _filed(task: TaskRun, key: str) -> Any:
    async def effect() -> dict[str, str]:
        by = unlike()
        note(task.id, "did", key, by)
        await asyncio.sleep(0.05)  # the work
        return {"step": key, "by": by}

    result = await task.step(key, effect)
    note(task.id, "kept", key, result["by"])
    return result


def _specialist(answer: Any, name: str, skill: str, words: str, version: str = "1.0.0") -> Specialist:
    return Specialist(answer, [Skill(skill, words)], name, f"{words}.", version)


CAST: Final[dict[str, Callable[[str], Specialist]]] = {
    "assembler": assembler,
    "helper": helper,
    "walker": walker,
    "walker-1.1": partial(walker, version="1.1.0"),
    "walker-2": partial(walker, version="2.0.0", step="stride"),
    "asker": asker,
    "clerk": clerk,
    "librarian": lambda _: librarian,
}


def points_of_assembler() -> Sequence[str]:
    """Every point of an assembler's task and of its child, in the order in which a task comes to them."""
    steps = [f"step-{number}/{side}" for number in range(3) for side in ("in", "kept")]
    story = [*(f"story.txt/{number}" for number in range(STORY)), "told"]
    branches = [
        f"{letter}{rest}"
        for rest in ("/one/in", "/one/kept", ".log/0", ".log/1", "/two/in", "/two/kept", "/published")
        for letter in "abc"
    ]
    child = [*(f"help-{number}" for number in range(4)), "help-given"]
    return ["begun", *steps, *story, *branches, *child, "helped", "last/in", "last/kept", "published"]
