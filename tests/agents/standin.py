"""An agent in a process of its own: `python standin.py ROLE PORT`, settings and the side file from the environment."""

import asyncio
import os
import sys
from functools import partial
from pathlib import Path

from agentia.agents import (
    Draft,
    Skill,
    TaskRun,
    Verdict,
    chain,
    orchestrate,
    parallel,
    refine,
    route,
    specialist,
)
from agentia.agents.service import serve_specialist
from agentia.core.service import bind
from agentia.core.settings import Settings

SIDE_FILE = Path(os.environ["SIDE_FILE"])


def note(what: str) -> int:
    """Write down that something was done; how often it was by now."""
    with SIDE_FILE.open("a") as file:
        file.write(f"{what}\n")
    return SIDE_FILE.read_text().splitlines().count(what)


async def effect() -> int:
    """What must happen once."""
    return note("effect")


@specialist(name="shouter", description="Shouts.", skills=[Skill("shout", "Say a text louder")])
async def shouter(task: TaskRun) -> str:
    """Hangs in the middle of its stream at the first attempt."""
    await task.status("Breathing in")
    await task.step("effect", effect)
    first = note("run") == 1
    async with task.stream("loud.txt") as out:
        await out.write("ONE ")
        out.flush()
        if first:
            await asyncio.Event().wait()
        await out.write("TWO")
    return "Done."


@specialist(name="boss", description="Organises.", skills=[Skill("organise", "Organise the others")])
async def boss(task: TaskRun) -> str:
    """Hands its text on."""
    note("boss")
    result = await task.delegate("say a text louder", task.text)
    for artifact in result.artifacts:
        await task.artifact(artifact.name, "".join(part.text for part in artifact.parts))
    return result.text


@specialist(name="hand", description="Folds and binds.", skills=[Skill("fold", "Fold or bind a sheet")])
async def hand(task: TaskRun) -> str:
    """Hangs at the first attempt at what shall be done slowly; what it says holds all that it was given."""
    need, *material = [part.text for part in task.message.parts]
    first = note(f"begin {need}") == 1
    await task.step("effect", partial(noted, f"do {need}"))
    if first and "slowly" in need:
        note("hang")
        await asyncio.Event().wait()
    return f"{need}({' '.join(material)})"


async def noted(what: str) -> int:
    """What must happen once."""
    return note(what)


async def plan(task: TaskRun) -> list[str]:
    """A plan that nobody makes twice."""
    return [f"fold o{note('plan')}", "bind o slowly"]


async def draft(task: TaskRun, before: Draft | None) -> str:
    """A draft that takes two rounds."""
    return (await task.delegate("fold a draft", "fold d" if before is None else "fold d slowly")).text


async def judge(task: TaskRun, draft: Draft) -> Verdict:
    """Judge by what the draft says."""
    return Verdict("slowly" in draft.text)


@specialist(name="director", description="Has five ways.", skills=[Skill("direct", "Direct the others")])
async def director(task: TaskRun) -> str:
    """Goes all five ways at once."""
    chained, routed, side, made, drafted = await asyncio.gather(
        chain(task.branch("a"), ["fold c", "bind c slowly", "fold c again"]),
        route(task.branch("b"), "fold r slowly"),
        parallel(task.branch("c"), ["fold p", "bind p slowly", "fold p again"]),
        orchestrate(task.branch("d"), plan, "bind all"),
        refine(task.branch("e"), draft, judge),
    )
    return "\n".join([chained[-1].text, routed.text, *(each.text for each in side), made.text, drafted.text])


if __name__ == "__main__":
    role, port = sys.argv[1:]
    specialists = {each.id: each for each in (shouter, boss, hand, director)}
    serve_specialist(specialists[role], Settings(), bind("127.0.0.1", int(port)))
