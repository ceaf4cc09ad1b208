"""The other agents of the mesh: found at run time by what they can do, and called for the principal of a task."""

import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeVar

import httpx

from agentia.agents.errors import AgentSilent, NoAgentFits
from agentia.agents.patience import SECONDS, Patience
from agentia.agents.peer import Peer, peer_of
from agentia.agents.wire import Wire
from agentia.cards import CardInvalid, slug
from agentia.core.errors import AgentiaError
from agentia.core.identity import ServiceKey, mint
from agentia.registry.client import Agent, AgentNotFound, Match, RegistryClient, RegistryUnavailable
from agentia.tasks.caller import Caller

CACHE_SECONDS: Final = 3.0
"""How long an answer of the registry is used again."""
REGISTRY_PATIENCE: Final = 10.0
"""Seconds to wait for a registry that restarts."""
LONGEST_NEED, MOST_MODES = 2000, 50
"""What the registry reads of a need, and how many media types it takes."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Errand:
    """For which task of whom another agent is called, until when (unix seconds) that counts, and what it may cost.

    `trace` is the traceparent to go along.
    """

    caller: Caller
    task_id: str
    context_id: str | None = None
    deadline: float | None = None
    budget: float | None = None
    trace: str | None = None


class Peers:
    """Discovery and calls on behalf of one agent, which signs its calls with `key`.

    `patience` is how many seconds an agent may give no sign of life before its task is given up.
    """

    def __init__(
        self, registry: RegistryClient, key: ServiceKey, http: httpx.AsyncClient, *, patience: float = SECONDS
    ) -> None:
        self._registry, self._key, self._http, self.patience = registry, key, http, patience
        self._cache: dict[tuple[Any, ...], tuple[float, list[Match]]] = {}

    async def discover(
        self, need: str, *, input_modes: Sequence[str] = (), exclude: Sequence[str] = (), limit: int = 5
    ) -> list[Match]:
        """Healthy agents that can do `need`, the best first, without this one. Raises RegistryUnavailable."""
        excluded, need = tuple(sorted({*exclude, self._key.name})), need[:LONGEST_NEED]
        modes = tuple(sorted(set(input_modes)))[:MOST_MODES]
        key, now = (need, modes, excluded, limit), time.monotonic()
        self._cache = {k: known for k, known in self._cache.items() if now - known[0] < CACHE_SECONDS}
        if key not in self._cache:
            found = await self._patiently(
                lambda: self._registry.discover(need, input_modes=modes, exclude=excluded, limit=limit)
            )
            self._cache[key] = (now, found)
        return list(self._cache[key][1])

    async def choose(self, need: str, caller: Caller, *, input_modes: Sequence[str] = ()) -> Peer:
        """The best agent for `need`, none of those that led here. Raises NoAgentFits or RegistryUnavailable."""
        for match in await self.discover(need, input_modes=input_modes, exclude=caller.chain):
            try:
                return peer_of(match.agent)
            except NoAgentFits:
                continue  # it fits, but cannot be called from here
        files = f" with {', '.join(sorted(set(input_modes)))}" if input_modes else ""
        raise NoAgentFits(f"No agent on this mesh can do this{files}: {need[:200]!r}.")

    async def agents(self) -> list[Agent]:
        """All other healthy agents. Raises RegistryUnavailable."""
        found = await self._patiently(lambda: self._registry.list(status="healthy"))
        return [agent for agent in found if agent.id != self._key.name]

    async def named(self, name: str) -> Peer:
        """An agent by its name. Raises NoAgentFits or RegistryUnavailable."""
        try:
            return peer_of(await self._patiently(lambda: self._registry.get(slug(name))))
        except (AgentNotFound, CardInvalid) as exc:
            raise NoAgentFits(f"There is no agent {name[:100]!r} on this mesh.") from exc

    async def known(self, id: str) -> Peer:
        """An agent that was chosen before, and that may be restarting just now. Raises AgentSilent."""
        patience = Patience(self.patience)
        while True:
            patience.begin()
            try:
                return peer_of(await self._registry.get(id))
            except (AgentNotFound, RegistryUnavailable) as exc:
                if not await patience.rest():
                    raise AgentSilent(f"The agent {id} cannot be found any more. {exc.message}") from exc

    async def again(self, peer: Peer) -> Peer:
        """The same agent as the registry knows it now: it may have moved. As it was, when nothing is known."""
        try:
            return peer_of(await self._registry.get(peer.id))
        except AgentiaError:
            return peer

    def wire(self, peer: Peer, errand: Errand, *, nth: int = 0) -> Wire:
        """The way to the `nth` instance of `peer`. Only agents of ours get a hop token."""
        url = peer.urls[nth % len(peer.urls)]
        hop = self._hop(url, errand) if peer.ours else None
        return Wire(self._http, url, peer, within=self.patience, hop=hop, trace=errand.trace)

    def _hop(self, url: str, errand: Errand) -> str:
        caller = errand.caller
        ends = [moment for moment in (caller.deadline, errand.deadline) if moment is not None]
        return mint(
            self._key,
            audience=url,
            principal=caller.owner.principal,
            tenant=caller.owner.tenant,
            task=errand.task_id,
            context=errand.context_id,
            chain=caller.chain,
            deadline=min(ends, default=None),
            budget=caller.budget if errand.budget is None else errand.budget,
            previous=caller.hop,
        )

    async def _patiently(self, ask: Callable[[], Awaitable[T]]) -> T:
        """What the registry says, which may be restarting just now."""
        patience = Patience(min(self.patience, REGISTRY_PATIENCE))
        while True:
            patience.begin()
            try:
                return await ask()
            except RegistryUnavailable:
                if not await patience.rest():
                    raise
