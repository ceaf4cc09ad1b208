"""Following a delegated task to its end, through lost connections, restarts of its agent, and questions."""

import asyncio
import time
from contextlib import aclosing, suppress
from typing import Any, Final
from zlib import crc32

from a2a.types.a2a_pb2 import Message, Role, StreamResponse

from agentia.agents.child import Child
from agentia.agents.errors import AgentSilent, AgentUnreached, PeerRefused, PeerUnreadable
from agentia.agents.parts import text_of
from agentia.agents.patience import STEADY, Patience
from agentia.agents.peers import Errand, Peers
from agentia.agents.wire import Events, Wire
from agentia.cards.extensions import PEER
from agentia.core.errors import AgentiaError
from agentia.tasks.run import Run
from agentia.tasks.states import SUBMITTED, WORKING, name

SENDS: Final = 3
"""Times that a message is sent to a stranger who broke off before it was known whether it was taken."""
LAST_WORD: Final = 3.0
"""Seconds that a message on its way has to arrive when its task is cancelled, so that its child can be cancelled."""


async def follow(run: Run, peers: Peers, child: Child, errand: Errand) -> None:
    """Deliver the child's message and take everything in that comes back, up to the end.

    Raises PeerRefused, PeerUnreadable, and AgentSilent when the agent stays away.
    """
    patience, agent = Patience(peers.patience), child.peer.id
    first = crc32(run.derived(child.place).encode())  # the instance to begin with: always the same one for a task
    while not child.done:
        if child.message is None and (question := child.question) is not None:
            child.message, child.answers = await _answer(run, child, question), question
        patience.begin()
        wire = peers.wire(child.peer, errand, nth=first + patience.tries)
        try:
            await _listen(run, child, wire, patience)
        except AgentSilent as exc:
            child.sends += child.message is not None and not isinstance(exc, AgentUnreached)
            if (child.sends >= SENDS and not child.peer.ours) or not await patience.rest():
                raise AgentSilent(f"The agent {agent} does not answer any more. {exc.message}") from exc
            child.peer = await peers.again(child.peer)
        except PeerRefused as exc:
            raise PeerRefused(f"The agent {agent} refused: {exc.message}") from exc
        except PeerUnreadable as exc:
            raise PeerUnreadable(f"The agent {agent} cannot be understood. {exc.message}") from exc


async def _listen(run: Run, child: Child, wire: Wire, patience: Patience) -> None:
    """One try, up to the child's end, its question, or where the connection broke."""
    message = child.message
    if child.peer.ours:
        if message is not None:
            await _post(run, child, wire, message)
        if child.reply is None:
            await _take(run, child, wire, wire.follow(child.task_id, child.position), patience)
    elif message is None:
        await _catch_up(run, child, wire, patience)
    elif child.peer.streams:
        begins = not child.task_id
        await _take(run, child, wire, wire.send(message), patience)
        child.whole = begins
    else:
        await _took(run, child, None, await wire.post(message), patience)
        child.whole = child.ended


async def _post(run: Run, child: Child, wire: Wire, message: Message) -> None:
    """Send a message to an agent of ours; a cancellation waits until it is known what became of it."""
    sending = asyncio.ensure_future(wire.post(message))
    try:
        await _delivered(run, child, await asyncio.shield(sending))
    except asyncio.CancelledError:
        with suppress(AgentiaError, TimeoutError):
            async with asyncio.timeout(LAST_WORD):
                await _delivered(run, child, await sending)
        raise


async def _take(run: Run, child: Child, wire: Wire, events: Events, patience: Patience) -> None:
    """Take a stream in, up to where the child settles. Raises AgentSilent when it ends before."""
    try:
        async with aclosing(events) as stream:
            async for number, response in stream:
                await _took(run, child, number, response, patience)
                if child.settled:
                    return
    finally:
        if wire.opened is not None and time.monotonic() - wire.opened > STEADY:
            patience.sign()
    raise AgentSilent("It ends its stream before its task has ended.")


async def _catch_up(run: Run, child: Child, wire: Wire, patience: Patience) -> None:
    """Follow on an agent that numbers nothing: what was missed is in the task as it stands."""
    broken: AgentSilent | None = None
    if child.peer.streams and not child.deaf and not child.ended:
        try:
            await _take(run, child, wire, wire.follow(child.task_id, None), patience)
        except AgentSilent as exc:
            broken = exc
        except PeerRefused:  # it has ended, or cannot be followed
            child.deaf = True
    await _took(run, child, None, StreamResponse(task=await wire.get(child.task_id)), patience)
    child.whole = True
    if broken is not None and not child.settled:
        raise broken
    if not child.settled:
        patience.sign(news=False)
        await patience.pause()


async def _took(run: Run, child: Child, number: int | None, response: StreamResponse, patience: Patience) -> None:
    if child.take(number, response):
        patience.sign()
    await _delivered(run, child, response)
    if (question := child.question) is not None and run.recall(f"{question}/sent", child.key) is not None:
        child.answered.add(question)
    if not response.HasField("artifact_update"):
        await _relay(run, child)


async def _delivered(run: Run, child: Child, response: StreamResponse) -> None:
    """The agent has taken the message: remember that, so that it is not sent again."""
    if child.message is None:
        return
    child.message, child.sends = None, 0
    if response.HasField("message"):
        child.reply = response.message
    elif child.answers:
        child.answered.add(child.answers)
        await run.record(f"{child.answers}/sent", child.key, result=True)
    else:
        child.task_id = child.task_id or response.task.id
        if not child.task_id:
            raise PeerUnreadable("It names no task.")
        await run.record(f"{child.place}/sent", child.key, child.task_id)


async def _relay(run: Run, child: Child) -> None:
    """Pass on what the child says it is doing, each of its statuses once."""
    text, mark = text_of(child.status.message), child.mark()
    if not text or child.status.state not in (SUBMITTED, WORKING) or mark in child.relayed:
        return
    child.relayed.add(mark)
    await run.relay(f"{child.place}/relay/{mark}", f"{child.peer.id}: {text}", _about(child))


async def _answer(run: Run, child: Child, question: str) -> Message:
    """The child's question becomes ours; the user's answer becomes the message that continues the child."""
    text = text_of(child.status.message) or f"The agent {child.peer.id} needs more to go on."
    answer = await run.ask(text, _about(child), question)
    return Message(message_id=run.derived(question), task_id=child.task_id, role=Role.ROLE_USER, parts=answer.parts)


def _about(child: Child) -> dict[str, Any]:
    return {PEER: {"agent": child.peer.id, "task": child.task_id, "state": name(child.status.state)}}
