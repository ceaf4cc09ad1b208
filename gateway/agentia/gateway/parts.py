"""What the gateway is made of, put together once."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from agentia.core.identity import ServiceKey
from agentia.core.settings import Settings
from agentia.core.telemetry import telemetry
from agentia.gateway.cards import Cards
from agentia.gateway.dial import Dial
from agentia.gateway.directory import Directory
from agentia.gateway.door import Door, LoopbackDoor, Machine, TokenDoor
from agentia.gateway.drain import Drain
from agentia.gateway.errors import KeyNotPinned, RegistryAway
from agentia.gateway.hops import Hops
from agentia.gateway.pin import KeyPin
from agentia.gateway.readonly import ReadOnlyRegistry
from agentia.gateway.relay import Relay
from agentia.gateway.upstream import Upstream
from agentia.registry.client import RegistryClient


@dataclass(frozen=True)
class Parts:
    """The gateway's inner pieces, for its routes."""

    base_url: str
    jwks: bytes
    directory: Directory
    cards: Cards
    relay: Relay
    registry_window: ReadOnlyRegistry
    door: Door
    pin: KeyPin
    drain: Drain
    upstream: Upstream
    registry: RegistryClient

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Keeps connections open, agents known and the key pinned."""
        self.relay.telemetry = telemetry("gateway")
        async with AsyncExitStack() as stack:
            stack.push_async_callback(self.relay.telemetry.close)
            await stack.enter_async_context(self.registry)
            await stack.enter_async_context(self.upstream)
            chores = [asyncio.create_task(self.directory.keep_fresh()), asyncio.create_task(self.pin.keep())]
            try:
                yield
            finally:
                for chore in chores:
                    chore.cancel()
                await asyncio.gather(*chores, return_exceptions=True)

    async def ready(self) -> None:
        """Raise why tasks cannot go through, if they cannot."""
        if not self.directory.answering:
            raise RegistryAway("The registry does not answer.")
        if not self.pin.pinned:
            raise KeyNotPinned(self.pin.refusal or "The registry does not hold the gateway's key yet.")
        self.registry.clocks.check()


def assemble(settings: Settings, key: ServiceKey) -> Parts:
    """Build the pieces; nothing is opened before `running`."""
    base_url = settings.public_url or settings.gateway_url
    token = settings.join_token.get_secret_value() if settings.join_token else None
    registry = RegistryClient(settings.registry_url, join_token=token)
    directory, upstream = Directory(registry), Upstream()
    cards, drain = Cards(directory, key, base_url, guarded=bool(settings.access_token)), Drain()
    return Parts(
        base_url=base_url,
        jwks=json.dumps(key.jwks(), sort_keys=True).encode(),
        directory=directory,
        cards=cards,
        relay=Relay(f"agentia-{key.kid}", dial=Dial(directory, upstream, Hops(key)), cards=cards, drain=drain),
        registry_window=ReadOnlyRegistry(settings.registry_url, upstream),
        door=_door(settings, base_url),
        pin=KeyPin(registry, key),
        drain=drain,
        upstream=upstream,
        registry=registry,
    )


def _door(settings: Settings, base_url: str) -> Door:
    if settings.access_token:
        return TokenDoor(settings.access_token.get_secret_value())
    return LoopbackDoor(base_url, here=Machine()) if settings.published_on_loopback else LoopbackDoor(base_url)
