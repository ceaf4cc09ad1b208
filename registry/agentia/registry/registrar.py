"""The registry's work: taking agents in, keeping them while they report, finding them."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from agentia.cards.errors import CardUnavailable
from agentia.core.fetch import SafeFetcher
from agentia.registry.errors import AgentNotFound, NameTaken, RequestInvalid
from agentia.registry.index import CardIndex, terms_of_card
from agentia.registry.intake import claim_of_card, claim_of_url
from agentia.registry.liveness import Liveness
from agentia.registry.model import Agent, Match
from agentia.registry.owners import Claim
from agentia.registry.places import base_url
from agentia.registry.query import Need
from agentia.registry.records import Horizon, Page
from agentia.registry.search import rank
from agentia.registry.store import Store

log = logging.getLogger("agentia.registry")
GONE = "Register again; agents do so by themselves within a few seconds."


class Registrar:
    """Changes go to the store first, then to the index in memory. `fetcher` is given per call: who asks decides it."""

    def __init__(self, store: Store, liveness: Liveness, clock: Callable[[], float]) -> None:
        self.store, self.liveness, self._clock = store, liveness, clock
        self._index = CardIndex()
        self._turn = asyncio.Lock()  # one registration at a time, so that store and index get them in the same order

    def horizon(self) -> Horizon:
        now = self._clock()
        return Horizon(now, self.liveness.alive_since(now), self.liveness.listed_since(now))

    async def load(self) -> None:
        """Fill the index from the store."""
        for id, card in await self.store.cards():
            self._index.put(id, await asyncio.to_thread(terms_of_card, card))

    async def register_url(self, fetcher: SafeFetcher, url: str, instance: str | None) -> tuple[Agent, bool]:
        """Take the agent at `url` in. The flag says whether it is new here."""
        claim = await claim_of_url(fetcher, url, instance)
        if claim is None:
            raise CardUnavailable(f"{url} says that its card is unchanged, but it was never seen.", fix="Try again.")
        return await self._admit(claim)

    async def register_card(
        self, fetcher: SafeFetcher, card: dict[str, Any], instance: str | None
    ) -> tuple[Agent, bool]:
        """Take an agent in by the card it sent."""
        return await self._admit(await claim_of_card(fetcher, card, instance))

    async def refresh(self, fetcher: SafeFetcher, id: str) -> tuple[Agent, bool]:
        """Look at the agent's card again, if it changed. The flag says whether it did."""
        before = await self.get(id)
        source, etag, url = await self.store.origin(id) or (None, None, before.url)
        claim = await claim_of_url(fetcher, source or url, etag=etag)
        if claim is None:
            return before, False
        if claim.id != id:
            fix = f"Register the agent under its new name, then remove {id!r}."
            raise NameTaken(f"The card of {id!r} now names another agent, {claim.id!r}.", fix=fix)
        after = await self._settle(claim, beat=False)
        return after, after.card != before.card

    async def heartbeat(self, id: str, instance: str) -> None:
        if not await self.store.beat(id, base_url(instance), self.horizon()):
            raise AgentNotFound(f"No instance of {id!r} is registered at {instance}.", fix=GONE)

    async def deregister(self, id: str, instance: str | None) -> None:
        """Take an instance out, or the whole agent, whose name and keys become free."""
        if instance is None:
            known = await self.store.remove(id)
        else:
            known = await self.store.leave(id, base_url(instance))
        if not known:
            raise AgentNotFound(f"No such agent or instance is registered: {id!r}.", fix="List them: GET /agents.")
        log.info("agent left", extra={"agent": id, "instance": instance})
        if instance is None:
            self._index.drop(id)

    async def forget(self) -> None:
        """Drop what was silent for too long."""
        for id in await self.store.forget(self.horizon()):
            self._index.drop(id)

    async def get(self, id: str) -> Agent:
        found = await self.store.agents(Page(ids=(id,)), self.horizon())
        if not found:
            raise AgentNotFound(f"No agent {id!r} is registered.", fix="List them: GET /agents.")
        return found[0]

    async def listing(self, page: Page) -> list[Agent]:
        return await self.store.agents(page, self.horizon())

    async def discover(self, need: Need, limit: int, *, healthy: bool) -> list[Match]:
        """The agents that answer `need`, best first."""
        if not need.text.strip() and not need.input_modes:
            raise RequestInvalid("The need is empty.", fix="Say in `need` what the agent should do.")
        horizon = self.horizon()
        asleep = self._index.cards.keys() - await self.store.healthy(horizon) if healthy else frozenset()
        found = rank(self._index, replace(need, exclude=need.exclude | asleep))[:limit]
        page = Page(ids=tuple(each.id for each in found), limit=limit)
        agents = {agent.id: agent for agent in await self.store.agents(page, horizon)}
        return [Match(agents[each.id], each.score, each.skills, each.why) for each in found if each.id in agents]

    async def _admit(self, claim: Claim) -> tuple[Agent, bool]:
        known = await self.store.agents(Page(ids=(claim.id,)), self.horizon())
        agent = await self._settle(claim, beat=True)
        log.info("agent registered", extra={"agent": claim.id, "instance": claim.instance, "new": not known})
        return agent, not known

    async def _settle(self, claim: Claim, *, beat: bool) -> Agent:
        async with self._turn:
            await self.store.register(claim, self.horizon(), beat=beat)
            agent = await self.get(claim.id)
            self._index.put(claim.id, await asyncio.to_thread(terms_of_card, agent.card))
        return agent
