"""Hand one need to an agent, to the next best one when it fails, and publish what comes back."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Final

from a2a.types.a2a_pb2 import Part

from agentia.agents import Delegated, TaskRun
from agentia.agents.concierge.doing.finding import Candidate, RegistrySilent
from agentia.agents.concierge.doing.outcome import Outcome, Try, answer_of
from agentia.agents.concierge.doing.placing import Placed, Unplaced, place
from agentia.agents.concierge.doing.texts import brief
from agentia.agents.concierge.doing.wording import NothingToBuildOn, name_of, request_for
from agentia.agents.concierge.planning.plan import Need
from agentia.agents.errors import PeerError

_TRIES: Final = 2
"""Agents that are asked for one need: the best, and the next best when that fails."""


async def hand_over(task: TaskRun, need: Need, done: Mapping[int, Outcome]) -> Outcome:
    """Have a need done in the branch `task`; whatever goes wrong is in the outcome."""
    outcome = Outcome(need, name_of(need, done), name_of(need, done))
    try:
        request = request_for(need, done)
        outcome = replace(outcome, question=request.question, label=request.label)
        placed = await place(task, need.kind, request)
    except (NothingToBuildOn, Unplaced, RegistrySilent) as exc:
        return replace(outcome, problem=exc.message)
    return await _tried(task, replace(outcome, question=placed.request.question), placed)


async def _tried(task: TaskRun, outcome: Outcome, placed: Placed) -> Outcome:
    for nth, candidate in enumerate(placed.candidates[:_TRIES], start=1):
        await task.status(_asking(candidate, outcome))
        result = await _delegated(task.branch(f"try-{nth}"), candidate, placed.parts_for(candidate))
        if isinstance(result, Delegated):
            last = Try(candidate.agent, candidate.why, result.task_id)
            names = await _published(task, outcome.need.number, result)
            return replace(outcome, tries=(*outcome.tries, last), answer=answer_of(result), artifacts=tuple(names))
        outcome = replace(outcome, tries=(*outcome.tries, Try(candidate.agent, candidate.why, problem=result)))
    return replace(outcome, problem=outcome.tries[-1].problem)


def _asking(candidate: Candidate, outcome: Outcome) -> str:
    instead = f"{outcome.tries[-1].problem} Instead, " if outcome.tries else ""
    return f"{instead}asking {candidate.agent}: {brief(outcome.question)} ({candidate.why})"


async def _delegated(task: TaskRun, candidate: Candidate, parts: Sequence[Part]) -> Delegated | str:
    """What the agent did, or why it did not, which `delegate` remembers too."""
    try:
        return await task.delegate(parts[0].text, parts, agent=candidate.agent)
    except PeerError as exc:
        return f"{exc.message} {exc.fix}".strip()


async def _published(task: TaskRun, number: int, result: Delegated) -> list[str]:
    """Publish the agent's artifacts as ours: "1-analyst-result.csv". A direct reply is an answer and no artifact."""
    names: list[str] = []
    for artifact in result.artifacts if result.task_id else ():
        name = _unique(f"{number}-{result.agent}-{_file_name(artifact.name)}", names)
        await task.run.artifact(name, artifact.parts, description=artifact.description)
        names.append(name)
    return names


def _file_name(name: str) -> str:
    """An agent's name for an artifact without folders."""
    return name.replace("\\", "/").rpartition("/")[2][-100:] or "artifact"


def _unique(name: str, taken: Sequence[str]) -> str:
    path, nth = PurePosixPath(name), 1
    while name in taken:
        nth += 1
        name = f"{path.stem}-{nth}{path.suffix}"
    return name
