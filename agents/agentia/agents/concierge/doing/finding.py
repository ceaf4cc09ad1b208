"""Find agents through the registry, once: what it answered is journaled, and so is that it did not."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from agentia.agents import TaskRun
from agentia.agents.concierge.doing.attachments import attachments, media_types, modes_of
from agentia.agents.concierge.doing.mesh import Profile, profile
from agentia.agents.concierge.planning.plan import Kind
from agentia.core.errors import AgentiaError
from agentia.registry.client import Match, RegistryError

UNSAID: Final = "What is in this file?"
"""What a message asks that is but a file."""

_HINTS: Final[dict[Kind, str]] = {"calculate": "Calculate", "look up": "Answer from a table", "ask": ""}
_MOST_TYPES: Final = 5


class RegistrySilent(AgentiaError):
    """The registry could not be asked."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """An agent that can do what is needed: how well, why, and the media types that it takes."""

    agent: str
    score: float
    why: str
    modes: Sequence[str]


@dataclass(frozen=True, slots=True)
class Found:
    """The candidates, best first, and how many of the user's messages had come by then."""

    candidates: Sequence[Candidate]
    messages: int


async def find(task: TaskRun, step: str, kind: Kind, question: str) -> Found:
    """The agents for `question`, given what is attached. Raises RegistrySilent."""

    async def search() -> list[Candidate]:
        return await _search(task, kind, question)

    return await _found(task, step, [kind, question], search)


async def named(task: TaskRun, step: str, agent: str) -> Found:
    """The agent that the user named. Raises RegistrySilent."""

    async def look() -> list[Candidate]:
        every = await task.peers.agents()
        return [Candidate(each.id, 1.0, "you named it", modes_of(each.card)) for each in every if each.id == agent]

    return await _found(task, step, agent, look)


async def profiles(task: TaskRun, step: str) -> list[Profile]:
    """The other agents of the mesh. Raises RegistrySilent."""

    async def look() -> list[Any]:
        return [asdict(profile(agent)) for agent in await task.peers.agents()]

    return [Profile(**each) for each in await _once(task, step, None, look)]


async def _found(task: TaskRun, step: str, given: Any, call: Callable[[], Awaitable[list[Candidate]]]) -> Found:
    async def look() -> Any:
        messages = len(task.history)
        return {"messages": messages, "candidates": [asdict(candidate) for candidate in await call()]}

    known = await _once(task, step, given, look)
    return Found([Candidate(**each) for each in known["candidates"]], known["messages"])


async def _once(task: TaskRun, step: str, given: Any, call: Callable[[], Awaitable[Any]]) -> Any:
    """A step whose failure counts too, so that a rerun meets the same. Raises RegistrySilent."""

    async def tried() -> Any:
        try:
            return {"is": await call()}
        except RegistryError as exc:
            return {"problem": exc.message}

    known = await task.step(step, tried, given)
    if "problem" in known:
        raise RegistrySilent(known["problem"])
    return known["is"]


async def _search(task: TaskRun, kind: Kind, question: str) -> list[Candidate]:
    """A calculation carries all it needs, and a look-up needs whoever takes the data."""
    types = media_types(attachments(task.history))[:_MOST_TYPES] if kind != "calculate" else []
    found = await _discovered(task, question, types, required=kind == "look up")
    if not found and (hint := _HINTS[kind]):
        found = await _discovered(task, f"{hint}: {question}", types, required=False)
    if not found and question == UNSAID:
        found = await _discovered(task, "", types, required=True)
    return found


async def _discovered(task: TaskRun, need: str, types: Sequence[str], *, required: bool) -> list[Candidate]:
    """Agents for the words with each media type, and unless one is required, for the words alone."""
    asked = [[each] for each in types]
    if not required or not types:
        asked.append([])
    peers, chain = task.peers, task.run.caller.chain
    found = await asyncio.gather(*(peers.discover(need, input_modes=modes, exclude=chain) for modes in asked))
    return _best(match for matches in found for match in matches)


def _best(matches: Iterable[Match]) -> list[Candidate]:
    """Each agent once, by its best score."""
    ranked = sorted(matches, key=lambda match: (-match.score, match.agent.id))
    best = {match.agent.id: match for match in reversed(ranked)}
    return [
        Candidate(match.agent.id, match.score, match.why, modes_of(match.agent.card))
        for match in sorted(best.values(), key=ranked.index)
    ]
