"""What the registry keeps: agents with their instances, and pinned keys."""

import json
import logging
from pathlib import Path
from typing import Any, Literal

from agentia.cards.versions import plain_json
from agentia.core.identity import vouched
from agentia.core.migrate import migrate
from agentia.registry.database import Database
from agentia.registry.errors import KeysTaken
from agentia.registry.keysets import same
from agentia.registry.model import Agent
from agentia.registry.owners import Claim, Holder, Jwks, moves, settle
from agentia.registry.records import Horizon, Page, agent_of

MIGRATIONS = "agentia.registry.migrations"
log = logging.getLogger("agentia.registry")


class Store:
    """Agents, their instances, and pinned keys. Every method is one transaction; all raise StorageFailed."""

    def __init__(self, path: Path, *, mode: Literal["auto", "check"] = "auto") -> None:
        """Open `path`, migrating it first. Raises DatabaseUnusable or MigrationMissing."""
        migrate(path, MIGRATIONS, mode)
        self._database = Database(path)
        self._do, self._rows, self._run = self._database.do, self._database.rows, self._database.run

    async def close(self) -> None:
        """Wait for what is being written, then close the file."""
        await self._database.close()

    async def register(self, claim: Claim, horizon: Horizon, *, beat: bool = True) -> None:
        """Let `claim` have its name; its instance was heard of now when `beat`. Raises what `settle` raises."""
        await self._run(lambda: self._register(claim, horizon, beat))

    def _register(self, claim: Claim, horizon: Horizon, beat: bool) -> None:
        holder = self._holder(claim.id, horizon)
        keys = settle(claim, holder)
        if moves(claim, holder):
            self._do("drop_agent", id=claim.id)
            self._do("drop_instances", id=claim.id)
        card = json.dumps(plain_json(claim.card), ensure_ascii=False)
        row = {"id": claim.id, "name": claim.card.name, "url": claim.url, "source": claim.source, "etag": claim.etag}
        self._do("put_agent", **row, card=card, now=horizon.now)
        if beat:
            self._do("put_instance", id=claim.id, instance=claim.instance, now=horizon.now)
        if keys and not (holder.jwks and same(keys, holder.jwks)):
            self._pin(claim.id, keys, horizon, changed=bool(holder.jwks))

    async def beat(self, id: str, instance: str, horizon: Horizon) -> bool:
        """An instance was heard of now; False when it is not known."""
        return bool(await self._run(lambda: self._do("beat", id=id, instance=instance, now=horizon.now)))

    async def leave(self, id: str, instance: str) -> bool:
        """An instance is gone; False when it was not known."""
        return bool(await self._run(lambda: self._do("drop_instance", id=id, instance=instance)))

    async def remove(self, id: str) -> bool:
        """An agent is gone and its name is free, its keys unpinned; False when it was not known."""

        def remove() -> bool:
            self._do("drop_instances", id=id)
            self._do("drop_keys", service=id)
            return bool(self._do("drop_agent", id=id))

        return await self._run(remove)

    async def forget(self, horizon: Horizon) -> set[str]:
        """Drop the instances that are not listed any more; returns the agents that nobody serves now."""

        def forget() -> set[str]:
            self._do("forget_instances", listed=horizon.listed)
            idle = {row[0] for row in self._rows("unlisted")}
            self._do("forget_agents")
            return idle

        return await self._run(forget)

    async def agents(self, page: Page, horizon: Horizon) -> list[Agent]:
        """Listed agents by id."""
        ids = None if page.ids is None else json.dumps(page.ids)
        chosen = {"after": page.after, "limit": page.limit, "status": page.status, "ids": ids}
        lines = {"alive": horizon.alive, "listed": horizon.listed}
        rows = await self._run(lambda: self._rows("agents", **chosen, **lines))
        return [agent_of(row, horizon) for row in rows]

    async def healthy(self, horizon: Horizon) -> set[str]:
        """The ids of the agents of which an instance is alive."""
        return {row[0] for row in await self._run(lambda: self._rows("healthy", alive=horizon.alive))}

    async def cards(self) -> list[tuple[str, dict[str, Any]]]:
        """Every listed agent's id and card."""
        return [(id, json.loads(card)) for id, card in await self._run(lambda: self._rows("cards"))]

    async def origin(self, id: str) -> tuple[str | None, str | None, str] | None:
        """Where an agent's card was fetched (None: it was sent in), the ETag it had, and the agent's URL."""
        rows = await self._run(lambda: self._rows("origin", id=id))
        return rows[0] if rows else None

    async def pin(self, service: str, jwks: Jwks, horizon: Horizon, voucher: str = "") -> None:
        """Pin keys for a service. The first pin wins, until one of its keys vouches for others; raises KeysTaken."""

        def pin() -> None:
            pinned = self._keys(service)
            if pinned is None:
                self._pin(service, jwks, horizon, changed=False)
            elif not same(pinned, jwks) and vouched(voucher, service, pinned, jwks):
                self._pin(service, jwks, horizon, changed=True)
            elif not same(pinned, jwks):
                fix = f"Give the service its old keys back, or unpin them first: DELETE /keys/{service}."
                raise KeysTaken(f"Other keys are pinned for {service!r}.", fix=fix)

        await self._run(pin)

    async def unpin(self, service: str) -> bool:
        return bool(await self._run(lambda: self._do("drop_keys", service=service)))

    async def keys(self, service: str) -> dict[str, Any] | None:
        return await self._run(lambda: self._keys(service))

    def _pin(self, service: str, jwks: Jwks, horizon: Horizon, *, changed: bool) -> None:
        self._do("put_keys", service=service, jwks=json.dumps(jwks), now=horizon.now)
        log.info("keys changed" if changed else "keys pinned", extra={"service": service})

    def _holder(self, id: str, horizon: Horizon) -> Holder:
        url, jwks, alive = self._rows("holder", id=id, alive=horizon.alive)[0]
        return Holder(url, json.loads(jwks) if jwks else None, bool(alive))

    def _keys(self, service: str) -> dict[str, Any] | None:
        rows = self._rows("keys", service=service)
        return json.loads(rows[0][0]) if rows else None
