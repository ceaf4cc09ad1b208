"""The agents of the mesh as the registry last told them, kept fresh in the background."""

import asyncio
import logging
import time
from collections.abc import Mapping

from agentia.core.errors import AgentiaError
from agentia.gateway.errors import AgentUnknown, RegistryAway
from agentia.registry.client import Agent, RegistryClient

log = logging.getLogger("agentia.gateway")

_FRESH = 1.0  # seconds between two looks at the registry
_SOON = 0.2  # while it does not answer
_WAIT = 5.0  # for an answer
_SHARE = 20  # looking takes at most one part in so many of the time, however many agents there are
GRACE = 10.0  # seconds for which an agent that vanished is taken to be restarting


class Directory:
    """Who is registered. It outlives the registry: while that is away, the last listing stands."""

    def __init__(self, registry: RegistryClient) -> None:
        self._registry = registry
        self._agents: dict[str, Agent] = {}
        self._alive: dict[str, tuple[Agent, float]] = {}
        self._looked: float | None = None
        self._looking: asyncio.Task[None] | None = None
        self._silent = False

    @property
    def answering(self) -> bool:
        """Whether the registry answered when it was last asked."""
        return self._looked is not None and not self._silent

    @property
    def agents(self) -> Mapping[str, Agent]:
        """The registered agents by id."""
        return self._agents

    async def find(self, name: str) -> Agent:
        """The agent of that id, looked up again when it is new. Raises `AgentUnknown`, `RegistryAway`."""
        if name not in self._agents:
            under_way = self._looking is not None and not self._looking.done()
            await self.refresh()
            if under_way and name not in self._agents:  # that look may have begun before the agent registered
                await self.refresh()
        if agent := self._agents.get(name) or self._vanished(name):
            return agent
        if self._looked is None:
            raise RegistryAway(
                "The registry does not answer, so no agent is known yet.", fix="Try again in a few seconds."
            )
        known = ", ".join(sorted(self._agents)) or "none yet"
        raise AgentUnknown(
            f"No agent named '{name}' is registered here.", fix=f"Known agents: {known}.", details={"agent": name}
        )

    def lately_alive(self, name: str) -> bool:
        """Whether the agent was healthy a moment ago, so that waiting for it makes sense."""
        return name in self._alive and time.monotonic() - self._alive[name][1] < GRACE

    async def refresh(self) -> None:
        """Ask the registry now; callers at the same time share one look. Never raises."""
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._look())
        await asyncio.shield(self._looking)

    async def keep_fresh(self) -> None:
        """Look again and again until cancelled."""
        while True:
            began = time.monotonic()
            await self.refresh()
            await asyncio.sleep(max(_FRESH, _SHARE * (time.monotonic() - began)) if self.answering else _SOON)

    async def _look(self) -> None:
        try:
            async with asyncio.timeout(_WAIT):
                listed = await self._registry.list()
        except (AgentiaError, TimeoutError) as exc:
            if not self._silent:
                log.warning("registry does not answer", extra={"error": type(exc).__name__})
            self._silent = True
            return
        self._silent, self._looked = False, time.monotonic()
        self._agents = {agent.id: agent for agent in listed}
        self._alive |= {agent.id: (agent, self._looked) for agent in listed if agent.status == "healthy"}
        self._alive = {name: seen for name, seen in self._alive.items() if self._looked - seen[1] < GRACE}

    def _vanished(self, name: str) -> Agent | None:
        return self._alive[name][0] if self.lately_alive(name) else None
