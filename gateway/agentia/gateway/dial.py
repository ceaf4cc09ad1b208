"""Reaching an agent: the first instance that takes the call, and some patience with one that restarts."""

import asyncio
import logging
import time

import aiohttp
from multidict import CIMultiDict

from agentia.core.identity import HEADER
from agentia.gateway.answer import lost
from agentia.gateway.call import Call
from agentia.gateway.directory import Directory
from agentia.gateway.door import Principal
from agentia.gateway.endpoints import target
from agentia.gateway.errors import AgentAway
from agentia.gateway.fleet import Fleet
from agentia.gateway.hops import Hops
from agentia.gateway.upstream import Lost, NotSent, Upstream
from agentia.registry.client import Agent

log = logging.getLogger("agentia.gateway")

_PATIENCE = 6.0  # seconds that a request waits for an agent which was alive a moment ago
_PAUSE = 0.1


class Dial:
    """Sends a call to an agent, and to another instance only while nothing of it has been sent."""

    def __init__(self, directory: Directory, upstream: Upstream, hops: Hops) -> None:
        self._directory = directory
        self._upstream = upstream
        self._hops = hops
        self._fleet = Fleet()

    async def reach(
        self, name: str, call: Call, headers: CIMultiDict[str], principal: Principal
    ) -> aiohttp.ClientResponse:
        """The head of the agent's answer. Raises `AgentUnknown`, `RegistryAway`, `AgentAway`, `AgentLost`."""
        give_up = time.monotonic() + _PATIENCE
        while True:
            agent = await self._directory.find(name)
            if response := await self._try(agent, call, headers, principal):
                return response
            if time.monotonic() > give_up or not self._directory.lately_alive(name):
                raise _away(agent)
            await asyncio.sleep(_PAUSE)
            await self._directory.refresh()

    async def _try(
        self, agent: Agent, call: Call, headers: CIMultiDict[str], principal: Principal
    ) -> aiohttp.ClientResponse | None:
        """Each instance once; None when none takes connections."""
        instances = [instance.url for instance in agent.instances]
        for instance in self._fleet.order(agent.id, instances, call.task_id if len(instances) > 1 else None):
            headers[HEADER] = self._hops.token(instance, principal, call.deadline)
            try:
                return await self._upstream.send(call.method, target(agent, instance, call), headers, call.body)
            except NotSent:
                self._fleet.refused(instance)
                log.info("instance takes no connections", extra={"agent": agent.id, "instance": instance})
            except Lost as exc:
                raise lost(agent.id) from exc
        return None


def _away(agent: Agent) -> AgentAway:
    count = len(agent.instances)
    why = f"none of its instances ({count}) takes connections" if count else "no instance of it is running"
    return AgentAway(
        f"The agent '{agent.id}' cannot be reached: {why}.",
        fix="Your request was not sent; send it again in a few seconds.",
        details={"agent": agent.id},
    )
