"""The gateway's key, pinned in the registry: agents trust its hop tokens by it."""

import asyncio
import logging

from agentia.core.errors import AgentiaError
from agentia.core.identity import ServiceKey, voucher
from agentia.registry.client import RegistryClient, RegistryRefused

log = logging.getLogger("agentia.gateway")

_AGAIN = 0.2  # seconds
_ANEW = 30.0  # seconds: a registry that lost its data learns the key again


class KeyPin:
    """Pins the key and keeps it pinned. `refusal` says why the registry would not have it."""

    def __init__(self, registry: RegistryClient, key: ServiceKey) -> None:
        self._registry = registry
        self._key = key
        self.pinned = False
        self.refusal = ""

    async def keep(self) -> None:
        """Pin again and again until cancelled; the same key twice changes nothing."""
        while True:
            await self.pin()
            await asyncio.sleep(_ANEW if self.pinned else _AGAIN)

    async def pin(self) -> None:
        """Try once. Never raises."""
        try:
            await self._registry.pin_key(self._key.name, self._key.jwks(), voucher(self._key))
        except RegistryRefused as exc:
            if exc.message != self.refusal:
                log.error("key refused by the registry", extra={"kid": self._key.kid, "reason": exc.message})
            self.pinned, self.refusal = False, exc.message
        except AgentiaError:
            self.pinned = False
        else:
            self.pinned, self.refusal = True, ""
