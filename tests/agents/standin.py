"""An agent in a process of its own: `python standin.py ROLE PORT`, settings and the side file from the environment."""

import asyncio
import os
import sys
from pathlib import Path

from agentia.agents import Skill, TaskRun, specialist
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


if __name__ == "__main__":
    role, port = sys.argv[1:]
    serve_specialist({"shouter": shouter, "boss": boss}[role], Settings(), bind("127.0.0.1", int(port)))
