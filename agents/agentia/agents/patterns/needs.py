"""What patterns hand to other agents: a need in words, and what comes along."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from a2a.types.a2a_pb2 import Part

from agentia.agents.delegated import Delegated
from agentia.agents.delegation import message_parts
from agentia.agents.errors import AnswerInvalid, Failed, PatternFailed, PeerError
from agentia.agents.task_run import Parts, TaskRun

_LONGEST: Final = 100
"""Characters of a need that a sentence about it repeats."""


@dataclass(frozen=True, slots=True)
class Need:
    """Work for another agent: in words, with `parts`, as `delegate` takes them; `agent` names who shall do it."""

    text: str
    parts: Parts = ()
    agent: str | None = None


def need_of(given: object) -> Need:
    """Words alone are a need, too. Raises AnswerInvalid for what is none."""
    if isinstance(given, str):
        return Need(given)
    if isinstance(given, Need):
        return given
    raise AnswerInvalid(f"A need is a text or a Need; {given!r:.60} is none.")


def needs_of(given: Iterable[str | Need]) -> list[Need]:
    """A list of needs. Raises AnswerInvalid when it is a single one, or holds something else."""
    if isinstance(given, str | Need) or not isinstance(given, Iterable):
        raise AnswerInvalid("Needs come in a list.", fix=f"Write [{given!r:.60}].")
    return [need_of(each) for each in given]


def brief(need: Need) -> str:
    """The need in a sentence about it."""
    text = " ".join(need.text.split())
    return repr(text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…")


def with_material(need: Need, material: Iterable[Part]) -> Need:
    """The need with more to hand over: its words and its own parts come first."""
    return replace(need, parts=[*message_parts(need.text, need.parts), *material])


def handed(result: Delegated) -> list[Part]:
    """An agent's result for the next one: its artifacts, or its last words when it has none. Each part has a name."""
    if not result.artifacts:
        return [Part(text=result.text, media_type="text/plain", filename=f"{result.agent}.txt")] if result.text else []
    parts = result.parts
    for number, part in enumerate(parts, start=1):
        part.filename = part.filename or f"{result.agent}-{number}"
    return parts


def scene(task: TaskRun, pattern: str) -> TaskRun:
    """A branch for one use of a pattern, the same at every attempt."""
    return task.branch(task.run.ordinal(pattern).replace("/", "-"))


async def hand_over(task: TaskRun, need: Need, deadline: float | None) -> Delegated:
    """Have another agent do `need`. Raises PeerError."""
    return await task.delegate(need.text, need.parts, agent=need.agent, deadline=deadline)


async def hand_over_as(role: str, task: TaskRun, need: Need, deadline: float | None) -> Delegated:
    """Have another agent do `need` in a `role` of a pattern. Raises PatternFailed, which names the role."""
    try:
        return await hand_over(task, need, deadline)
    except PeerError as exc:
        failed = Failed(need.text, exc.agent, exc.message)
        raise PatternFailed(f"{role} failed: {exc.message}", [failed]) from exc
