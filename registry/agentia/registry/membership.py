"""An agent's place in the registry, kept for as long as the agent runs."""

import asyncio
import logging
from typing import TYPE_CHECKING, NoReturn

from agentia.registry.errors import AgentNotFound, RegistryError

if TYPE_CHECKING:
    from agentia.registry.client import RegistryClient

AGAIN = (0.2, 0.5, 1.0, 2.0, 5.0)  # seconds to wait after the first, second, … try that failed, then the last one
SHORTEST, LONGEST = 0.01, 60.0  # seconds between two reports, whatever the registry says
GOODBYE_SECONDS = 2.0

log = logging.getLogger("agentia.registry")


async def keep_registered(
    client: "RegistryClient", url: str, instance: str | None = None, *, registered: asyncio.Event | None = None
) -> NoReturn:
    """Register the agent at `url` and report its instance until cancelled, then deregister the instance.

    A registry that is away or says no is tried again for ever, and logged once. `registered` is set while the registry
    knows the instance.
    """
    await Membership(client, url, instance or url, registered or asyncio.Event()).keep()


class Membership:
    """The state of `keep_registered`: the agent's id, once there is one, and what went wrong lately."""

    def __init__(self, client: "RegistryClient", url: str, instance: str, registered: asyncio.Event) -> None:
        self._client, self._url, self._instance, self._registered = client, url, instance, registered
        self._id: str | None = None
        self._failures = 0
        self._said = ""

    async def keep(self) -> NoReturn:
        try:
            while True:
                pause = await self._report()
                await asyncio.sleep(min(max(pause, SHORTEST), LONGEST))
        finally:
            await self._leave()

    async def _report(self) -> float:
        """Register, or send a heartbeat; the seconds until the next time."""
        try:
            pause = await self._beat()
        except AgentNotFound:
            self._registered.clear()
            log.info("registry forgot this agent", extra={"agent": self._id})
            self._id = None
            return 0.0
        except RegistryError as exc:
            return self._failed(exc)
        if self._said:
            log.info("registry answers again", extra={"agent": self._id})
        self._failures, self._said = 0, ""
        self._registered.set()
        return pause

    async def _beat(self) -> float:
        if self._id is not None:
            return await self._client.heartbeat(self._id, self._instance)
        agent, pause = await self._client.join(self._url, instance=self._instance)
        self._id = agent.id
        log.info("registered", extra={"agent": agent.id, "instance": self._instance})
        return pause

    def _failed(self, exc: RegistryError) -> float:
        if exc.message != self._said:
            log.warning("not registered for now", extra={"url": self._url, "reason": exc.message, "fix": exc.fix})
        self._said = exc.message
        self._failures += 1
        return AGAIN[min(self._failures, len(AGAIN)) - 1]

    async def _leave(self) -> None:
        self._registered.clear()
        if self._id is None:
            return
        try:
            async with asyncio.timeout(GOODBYE_SECONDS):
                await self._client.deregister(self._id, instance=self._instance)
        except (RegistryError, TimeoutError):
            log.info("left without a goodbye", extra={"agent": self._id})  # the registry will notice the silence
