"""What the tasks of the stateful test do: small programs of steps, words, streams, questions and branches."""

import asyncio
import json
from collections.abc import Iterator
from typing import Any, Protocol

from a2a.types.a2a_pb2 import Part
from hypothesis import strategies as st

from agentia.tasks.run import Run

Program = list[Any]
"""Its calls, one after the other, each a list of its kind and what it needs."""

moments = st.sampled_from([0.0, 0.002, 0.1, 1.0, 3.0])
"""Seconds that something takes."""
calls = st.one_of(
    st.tuples(st.just("step"), moments),
    st.tuples(st.just("step"), moments),
    st.tuples(st.just("status")),
    st.tuples(st.just("artifact")),
    st.tuples(st.just("stream"), st.integers(1, 3), moments),
    st.tuples(st.just("nap"), moments),
    st.tuples(st.just("ask")),
)
plain = st.lists(calls, min_size=1, max_size=4)
both = st.tuples(st.just("both"), plain, plain)
programs = st.lists(st.one_of(calls, calls, both), min_size=2, max_size=6).map(lambda ops: json.loads(json.dumps(ops)))


class Witness(Protocol):
    """Who checks, within one replica, what programs do."""

    async def begins(self, run: Run, step: str) -> int:
        """A step's effect is about to happen; its number, unlike that of any other."""

    def kept(self, task_id: str, step: str, effect: int) -> None:
        """A step has given the number of the effect that counts."""

    def attempt(self) -> int:
        """A number for a stream, unlike that of any other."""


async def perform(witness: Witness, run: Run) -> str:
    """The answer: the program that stands in the message; it returns what the user answered to it, as JSON."""
    program = json.loads(run.messages[0].parts[0].text)
    return json.dumps(sorted(await _perform(witness, run, program, "")))


def steps_of(program: Program, path: str = "") -> Iterator[str]:
    """The keys of all its steps in the journal."""
    for number, call in enumerate(program):
        if call[0] == "step":
            yield f"{path}step/{number}"
        elif call[0] == "both":
            for name, part in zip("ab", call[1:], strict=True):
                yield from steps_of(part, f"{path}{number}{name}/")


async def _perform(witness: Witness, run: Run, program: Program, path: str) -> list[str]:
    answers = []
    for number, call in enumerate(program):
        match call:
            case ["step", seconds]:
                await _step(witness, run, f"{path}step/{number}", str(number), seconds)
            case ["status"]:
                await run.status(f"at {path}{number}")
            case ["artifact"]:
                await run.artifact(f"{path}{number}", [Part(text="whole")])
            case ["stream", pieces, seconds]:
                await _stream(witness, run, f"{path}{number}", pieces, seconds)
            case ["nap", seconds]:
                await asyncio.sleep(seconds)
            case ["ask"]:
                answers.append((await run.ask(f"what at {path}{number}?")).parts[0].text)
            case ["both", one, two]:
                parts = [
                    _perform(witness, run.branch(f"{number}{name}"), part, f"{path}{number}{name}/")
                    for name, part in (("a", one), ("b", two))
                ]
                for said in await asyncio.gather(*parts):
                    answers += said
    return answers


async def _step(witness: Witness, run: Run, key: str, name: str, seconds: float) -> None:
    async def effect() -> int:
        done = await witness.begins(run, key)
        await asyncio.sleep(seconds)
        return done

    witness.kept(run.task_id, key, await run.step(name, effect))


async def _stream(witness: Witness, run: Run, name: str, pieces: int, seconds: float) -> None:
    attempt = witness.attempt()
    async with run.stream(name) as out:
        for piece in range(pieces):
            await out.write(f"{attempt}:{piece}/{pieces};")
            await asyncio.sleep(seconds)
