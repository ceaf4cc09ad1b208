"""Our side of the benchmarks: the same two answers as in `bench.stock`, as an author would write them."""

import asyncio
import time
from typing import Final

from agentia.agents import Skill, TaskRun, specialist

TICK: Final = 0.02
"""Seconds between the chunks of `tick`."""

_released = asyncio.Event()


@specialist(name="echo", description="Says what it hears.", skills=[Skill("echo", "Say the same again")])
async def echo(task: TaskRun) -> None:
    """Four events: the task, WORKING, one artifact, COMPLETED.

    Other words ask for something else: `stream N` for an artifact of N chunks, `tick N` for one of chunks that say when
    they were written, `steps N` for N steps and how long each took, `ask` for a question. `hold` is silent until a task
    is sent `release`, then says a word, and ends at the next `release`.
    """
    if task.text == "hold":
        await _released.wait()
        await task.artifact("hold", "released")
        await _released.wait()
    elif task.text.startswith("ask"):
        await task.artifact("answer", (await task.ask("Well?")).text)
    elif task.text.startswith("steps "):
        await _steps(task, int(task.text.removeprefix("steps ")))
    elif task.text == "release":
        _released.set()
        _released.clear()
    elif task.text.startswith("tick "):
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


async def _steps(task: TaskRun, count: int) -> None:
    taken = []
    for number in range(count):
        begun = time.perf_counter()
        await task.step(f"{number}", _nothing)
        taken.append(time.perf_counter() - begun)
    await task.artifact("seconds", taken)


async def _nothing() -> None:
    """What a step costs whatever is done in it."""
