"""Routing: the registry says who fits a need, by its words."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Final

from a2a.types.a2a_pb2 import Part

from agentia.agents.delegated import Delegated
from agentia.agents.delegation import input_modes, message_parts
from agentia.agents.errors import Failed, NoAgentFits, PatternFailed, PeerError
from agentia.agents.patterns.needs import Need, brief, hand_over, scene
from agentia.agents.peer import peer_of
from agentia.agents.task_run import Parts, TaskRun
from agentia.registry.client import Match

_LOOKED_AT: Final = 50
"""Candidates that the registry is asked for when only some of them count."""


@dataclass(frozen=True, slots=True)
class Routed(Delegated):
    """What the chosen agent did, and why it was chosen."""

    why: str


async def route(
    task: TaskRun,
    need: str,
    parts: Parts = (),
    *,
    among: Collection[str] = (),
    tries: int = 1,
    deadline: float | None = None,
) -> Routed:
    """Hand `need` to the agent that fits it best, and say in a status which one that is and why.

    `among` limits the choice to agents or skills with these ids. Of several `tries` each goes to the next best agent,
    once the one before it has failed. The choice is made once. `deadline` is in unix seconds.
    Raises NoAgentFits, PatternFailed with who failed and why, or RegistryUnavailable.
    """
    here, given = scene(task, "route"), message_parts(need, parts)
    failures: list[Failed] = []
    for agent, why in (await _candidates(here, need, given, frozenset(among)))[:tries]:
        await here.status(f"{failures[-1].reason + ' Instead, asking' if failures else 'Asking'} {agent}: it {why}")
        try:
            result = await hand_over(here, Need(need, given, agent), deadline)
        except PeerError as exc:
            failures.append(Failed(need, agent, exc.message))
        else:
            return Routed(result.agent, result.task_id, result.text, result.artifacts, why)
    if failures:
        raise PatternFailed(" ".join(dict.fromkeys(failed.reason for failed in failures)), failures)
    limits = f" among {', '.join(sorted(among))}" if among else ""
    raise NoAgentFits(f"No agent{limits or ' on this mesh'} can do this: {brief(Need(need))}.")


async def _candidates(task: TaskRun, need: str, given: Sequence[Part], among: frozenset[str]) -> list[tuple[str, str]]:
    """Agents that fit and can be called, each with the reason, the best first; journaled."""

    async def look() -> Any:
        found = await task.peers.discover(
            need,
            input_modes=input_modes(given),
            exclude=task.run.caller.chain,
            limit=_LOOKED_AT if among else 5,
        )
        return [[match.agent.id, match.why] for match in found if _counts(match, among) and _callable(match)]

    return [(agent, why) for agent, why in await task.step("choose", look, [need, sorted(among)])]


def _counts(match: Match, among: frozenset[str]) -> bool:
    return not among or not among.isdisjoint({match.agent.id, *match.skills})


def _callable(match: Match) -> bool:
    try:
        peer_of(match.agent)
    except NoAgentFits:
        return False
    return True
