"""Delegating to another agent in journaled records: choose, send, done. A child is found again, and not sent again."""

import asyncio
import time
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any, Final

from a2a.types.a2a_pb2 import Artifact, Message, Part, Role

from agentia.agents.child import Child
from agentia.agents.children import cancel
from agentia.agents.delegated import Delegated, dump, load
from agentia.agents.errors import PeerError, PeerFailed
from agentia.agents.files import File
from agentia.agents.following import follow
from agentia.agents.parts import part_of, text_of
from agentia.agents.peer import Peer
from agentia.agents.peers import Errand, Peers
from agentia.agents.spending import DELEGATE, Spending
from agentia.core.telemetry import Span
from agentia.tasks.replay import digest
from agentia.tasks.run import Run
from agentia.tasks.states import COMPLETED, name

if TYPE_CHECKING:
    from agentia.agents.task_run import Surroundings

GRACE: Final = 1.0
"""Seconds after its deadline that a child has to say itself that it is over."""
LONGEST: Final = 2000
"""Characters of another agent's words that an error or a status repeats."""


async def delegate(
    run: Run,
    around: "Surroundings",
    spending: Spending,
    need: str,
    parts: Any,
    *,
    agent: str | None,
    deadline: float | None,
) -> Delegated:
    """Choose an agent for `need`, send it the message, relay its progress, and return what it made of it.

    What it has used of language models is counted in `spending`.
    Raises NoAgentFits, PeerRefused, PeerUnreadable, AgentSilent, or PeerFailed when its task does not complete.
    """
    given = message_parts(need, parts)
    place = run.ordinal(DELEGATE)
    key = digest(need.encode(), *(part.SerializeToString(deterministic=True) for part in given))
    if (done := run.recall(f"{place}/done", key)) is not None:
        return load(done[0])
    child: Child | None = None
    peers = around.peers
    try:
        peer = await _choose(run, peers, f"{place}/choose", key, need, given, agent)
        child = Child(peer, place, key, lent=await _lent(run, f"{place}/budget", key, spending))
        with spending.lending(run.derived(place), child.lent), _traced(run, around, child) as span:
            await _follow(run, peers, child, deadline, given, span.traceparent or run.caller.trace)
            result = _result(child)
    except PeerError as exc:
        chosen = run.recall(f"{place}/choose", key)
        exc.agent = chosen[0] if chosen else ""
        await _done(run, child, exc, spending, f"{place}/done", key)
        raise
    await _done(run, child, result, spending, f"{place}/done", key)
    return result


def _traced(run: Run, around: "Surroundings", child: Child) -> AbstractContextManager[Span]:
    told = {"gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": child.peer.id}
    return around.telemetry.span(f"invoke_agent {child.peer.id}", told, kind="client", place=run.derived(child.place))


async def _done(
    run: Run, child: Child | None, outcome: Delegated | PeerError, spending: Spending, step: str, key: bytes
) -> None:
    used = {} if child is None else child.used
    await run.record(step, key, dump(outcome, used))
    spending.add(used)


async def _lent(run: Run, step: str, key: bytes, spending: Spending) -> float | None:
    """What the child may spend, the same at each attempt as it may have been told already."""
    if (known := run.recall(step, key)) is not None:
        return float(known[0])
    share = spending.share
    if share is not None:
        await run.record(step, key, share)
    return share


async def _follow(
    run: Run, peers: Peers, child: Child, deadline: float | None, given: Sequence[Part], trace: str | None
) -> None:
    """Send what was not sent by an earlier attempt, and follow the child as long as its deadline allows."""
    errand = Errand(run.caller, run.task_id, run.context_id, deadline, child.lent, trace)
    if (sent := run.recall(f"{child.place}/sent", child.key)) is not None:
        child.task_id = sent[0]
    else:
        child.message = Message(message_id=run.derived(child.place), role=Role.ROLE_USER, parts=given)
    seconds = None if deadline is None else max(0.0, deadline - time.time()) + GRACE
    try:
        async with asyncio.timeout(seconds):
            await follow(run, peers, child, errand)
    except TimeoutError as exc:
        if child.task_id:
            await cancel(peers, child.peer, Errand(run.caller, run.task_id, run.context_id), child.task_id)
        raise PeerFailed(f"The agent {child.peer.id} was not done by the deadline that it was given.") from exc


async def _choose(
    run: Run, peers: Peers, step: str, key: bytes, need: str, given: Iterable[Part], agent: str | None
) -> Peer:
    if (known := run.recall(step, key)) is not None:
        return await peers.known(known[0])
    if agent is not None:
        peer = await peers.named(agent)
    else:
        peer = await peers.choose(need, run.caller, input_modes=input_modes(given))
    await run.record(step, key, peer.id)
    return peer


def message_parts(need: str, parts: Any) -> list[Part]:
    """The parts to send: the need goes before them when no text among them says what is wanted."""
    several = parts if isinstance(parts, Sequence) and not isinstance(parts, str | bytes) else [parts]
    given = [_part(part) for part in several]
    says = any(part.WhichOneof("content") == "text" and not part.filename for part in given)
    return given if says else [part_of(need), *given]


def input_modes(given: Iterable[Part]) -> list[str]:
    """The media types beside plain text that an agent must take for these parts."""
    return sorted({part.media_type for part in given if part.media_type not in ("", "text/plain")})


def _part(given: Any) -> Part:
    if isinstance(given, File):
        return given.part
    return given if isinstance(given, Part) else part_of(given)


def _result(child: Child) -> Delegated:
    if child.reply is not None:
        return Delegated(child.peer.id, "", text_of(child.reply), (Artifact(name="reply", parts=child.reply.parts),))
    task = child.fold.task()
    text = text_of(task.status.message)
    if task.status.state != COMPLETED:
        said = f"The agent {child.peer.id} has {name(task.status.state)} its task. {text[:LONGEST]}"
        raise PeerFailed(said.strip())
    return Delegated(child.peer.id, child.task_id, text, tuple(task.artifacts))
