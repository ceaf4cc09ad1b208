"""The children of a task: those that it has sent to other agents and not seen the end of, and their cancelling."""

import asyncio
import json
import logging
import re
import time
from collections import defaultdict
from collections.abc import Iterable
from typing import Final

from agentia.agents.errors import AgentSilent, PeerRefused
from agentia.agents.peer import Peer
from agentia.agents.peers import Errand, Peers
from agentia.core.errors import AgentiaError
from agentia.tasks.caller import Caller
from agentia.tasks.records import Cancellation, Child, JournalEntry
from agentia.tasks.run import Run

CANCEL_SECONDS: Final = 3.0
"""Seconds that a child may take to hear that it is cancelled."""

_STEP: Final = re.compile(r"(?P<place>(?:.*/)?step/delegate/\d+)/(?P<record>choose|sent|done)")

log = logging.getLogger("agentia.agents")


class Children:
    """The children of one agent's tasks, to be cancelled when those have ended."""

    def __init__(self, peers: Peers) -> None:
        self._peers = peers

    async def cancel(self, cancellation: Cancellation) -> list[Child]:
        """Tell the agents of all these children, each for a few seconds at most; those that could not be told."""
        errand = Errand(Caller.load(cancellation.caller), cancellation.task_id, cancellation.context_id)
        told = await asyncio.gather(*(self._cancel(errand, child) for child in cancellation.children))
        return [child for child, heard in zip(cancellation.children, told, strict=True) if not heard]

    async def _cancel(self, errand: Errand, child: Child) -> bool:
        try:
            async with asyncio.timeout(CANCEL_SECONDS):
                peer = await self._peers.named(child.agent)
        except (AgentiaError, TimeoutError) as exc:
            _not_told(errand, child.task_id, exc)
            return False
        return await cancel(self._peers, peer, errand, child.task_id)


async def cancel(peers: Peers, peer: Peer, errand: Errand, task_id: str) -> bool:
    """Cancel a task of another agent; whether that has heard it, and says itself that the task is over if it is."""
    try:
        async with asyncio.timeout(CANCEL_SECONDS):
            await peers.wire(peer, errand).cancel(task_id)
    except PeerRefused as exc:  # it has ended already, most likely
        log.info("child not cancelled", extra={"task": errand.task_id, "child": task_id, "reason": exc.message})
    except (AgentiaError, TimeoutError) as exc:
        _not_told(errand, task_id, exc)
        return False
    return True


async def abandon(run: Run, peers: Peers) -> None:
    """Cancel the children of a branch that nobody waits for; those that cannot be told now are when the task ends."""
    children = tuple(open_children(run.within))
    await Children(peers).cancel(
        Cancellation(run.task_id, run.context_id, run.caller.dump(), children, since=time.time())
    )


def open_children(journal: Iterable[JournalEntry]) -> list[Child]:
    """Of each delegation in a journal the child, when it was sent and has come to no end that we know of."""
    records: defaultdict[str, dict[str, bytes]] = defaultdict(dict)
    for entry in journal:
        if found := _STEP.fullmatch(entry.step):
            records[found["place"]][found["record"]] = entry.result
    open_ones = [each for each in records.values() if "sent" in each and _open(each.get("done"))]
    return [Child(json.loads(each["choose"]), json.loads(each["sent"])) for each in open_ones]


def _open(done: bytes | None) -> bool:
    """Whether nobody has heard of the child's end: it was not waited for, or its agent was given up."""
    if done is None:
        return True
    return done.startswith(b'{"error"') and json.loads(done)["error"] == AgentSilent.code  # a result may be large


def _not_told(errand: Errand, task_id: str, exc: Exception) -> None:
    log.warning("child not told of its end", extra={"task": errand.task_id, "child": task_id, "reason": str(exc)})
