"""The children of a task: those that it has sent to other agents and not seen the end of, and their cancelling."""

import asyncio
import json
import logging
import re
from collections import defaultdict
from collections.abc import Iterable
from typing import Any, Final

from agentia.agents.errors import PeerRefused
from agentia.agents.peer import Peer
from agentia.agents.peers import Errand, Peers
from agentia.core.errors import AgentiaError
from agentia.tasks.records import JournalEntry
from agentia.tasks.storage import Store

CANCEL_SECONDS: Final = 3.0
"""Seconds that a child may take to hear that it is cancelled."""

_STEP: Final = re.compile(r"(?P<place>(?:.*/)?step/delegate/\d+)/(?P<record>choose|sent|done)")

log = logging.getLogger("agentia.agents")


class Children:
    """The children of the tasks in one store."""

    def __init__(self, store: Store, peers: Peers) -> None:
        self._store, self._peers = store, peers

    async def cancel(self, errand: Errand) -> None:
        """Cancel what the errand's task has sent and not seen the end of, each for a few seconds at most."""
        try:
            _, journal = await self._store.replay(errand.task_id)
        except AgentiaError as exc:
            _left_alone(errand, "", exc)
            return
        await asyncio.gather(*(self._cancel(errand, agent, task) for agent, task in open_children(journal)))

    async def _cancel(self, errand: Errand, agent: str, task_id: str) -> None:
        try:
            async with asyncio.timeout(CANCEL_SECONDS):
                peer = await self._peers.named(agent)
        except (AgentiaError, TimeoutError) as exc:
            _left_alone(errand, task_id, exc)
        else:
            await cancel(self._peers, peer, errand, task_id)


async def cancel(peers: Peers, peer: Peer, errand: Errand, task_id: str) -> None:
    """Cancel a task of another agent; one that cannot be reached now is left alone."""
    try:
        async with asyncio.timeout(CANCEL_SECONDS):
            await peers.wire(peer, errand).cancel(task_id)
    except PeerRefused as exc:  # it has ended already, most likely
        log.info("child not cancelled", extra={"task": errand.task_id, "child": task_id, "reason": exc.message})
    except (AgentiaError, TimeoutError) as exc:
        _left_alone(errand, task_id, exc)


def open_children(journal: Iterable[JournalEntry]) -> list[tuple[str, str]]:
    """The (agent, task) of each delegation in a journal that was sent and has come to no end."""
    records: defaultdict[str, dict[str, Any]] = defaultdict(dict)
    for entry in journal:
        if found := _STEP.fullmatch(entry.step):
            records[found["place"]][found["record"]] = json.loads(entry.result)
    return [(each["choose"], each["sent"]) for each in records.values() if each.keys() == {"choose", "sent"}]


def _left_alone(errand: Errand, task_id: str, exc: Exception) -> None:
    log.warning("child left alone", extra={"task": errand.task_id, "child": task_id, "reason": str(exc)})
