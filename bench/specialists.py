"""Our side of the benchmarks: the same two answers as in `bench.stock`, as an author would write them."""

import asyncio
import time
from typing import Final

from agentia.agents import Skill, TaskRun, specialist

TICK: Final = 0.02
"""Seconds between the chunks of `tick`."""


@specialist(name="echo", description="Says what it hears.", skills=[Skill("echo", "Say the same again")])
async def echo(task: TaskRun) -> None:
    """Four events: the task, WORKING, one artifact, COMPLETED.

    `stream N` sends an artifact of N chunks instead, `tick N` one of N chunks that say when they were written.
    """
    if task.text.startswith("tick "):
        await _tick(task, int(task.text.removeprefix("tick ")))
    elif task.text.startswith("stream "):
        await _stream(task, int(task.text.removeprefix("stream ")))
    else:
        await task.artifact("echo", task.text)


async def _stream(task: TaskRun, chunks: int) -> None:
    async with task.stream("stream") as out:
        for number in range(chunks):
            await out.write(f"chunk number {number:06d}\n")
            out.flush()  # an event for each chunk, though text is gathered otherwise


async def _tick(task: TaskRun, chunks: int) -> None:
    async with task.stream("ticks") as out:
        for _ in range(chunks):
            await asyncio.sleep(TICK)
            await out.write(f"{time.time()}\n")
            out.flush()
