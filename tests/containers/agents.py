"""Agents for containers under test: the tasks of one take a while, in steps that tell where they were done."""

import asyncio
import json
import os
import re
import socket
from functools import partial
from pathlib import Path

from agentia.agents import Skill, TaskRun, specialist


@specialist(skills=[Skill("drip", "Let water drip from a tap, drop after drop", examples=["drip 10 drops"])])
async def dripper(task: TaskRun) -> str:
    """The text names how many drops, a fifth of a second each; the answer says in which containers they fell."""
    count = int((re.search(r"\d+", task.text) or ["5"])[0])
    fallen = []
    async with task.stream("drops.txt") as out:
        for number in range(count):
            fallen.append(await task.step(f"drop-{number}", partial(fall, number)))
            await out.write(f"{fallen[-1]}\n")
    if "eat" in task.text:
        await task.step("eat", eat)
    return json.dumps(fallen)


@specialist(skills=[Skill("sip", "Sip a little water")])
async def sipper(task: TaskRun) -> str:
    """One that no service of the mesh is."""
    return "sipped"


async def fall(number: int) -> str:
    """One drop; where it fell."""
    await asyncio.sleep(0.2)
    return f"{number}@{socket.gethostname()}"


async def eat() -> int:
    """More memory than the container may have, but only the first time."""
    return len(b"".join(os.urandom(50_000_000) for _ in range(40))) if is_first() else 0


def is_first() -> bool:
    """Whether nothing has ever been eaten in this mesh."""
    marker = Path(os.environ["AGENTIA_DATA"], "eaten")
    known = marker.exists()
    marker.touch()
    return not known
