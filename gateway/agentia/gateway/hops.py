"""The hop tokens that the gateway gives along: who asks, and until when."""

import time
from typing import NamedTuple

from agentia.core.identity import ServiceKey, mint
from agentia.gateway.door import Principal

_LIFETIME = 300.0
_REUSE = 60.0  # seconds: minting takes 0.1 ms, and the agent that verified a token knows it again
_KEPT = 1024


class _Purpose(NamedTuple):
    audience: str
    principal: Principal
    deadline: float | None


class Hops:
    """Mints hop tokens, and gives the same one again for a minute."""

    def __init__(self, key: ServiceKey) -> None:
        self._key = key
        self._tokens: dict[_Purpose, tuple[str, float]] = {}

    def token(self, audience: str, principal: Principal, deadline: float | None) -> str:
        """A token for one call of an instance (its URL); good for at least four minutes."""
        purpose = _Purpose(audience, principal, deadline)
        token, minted = self._tokens.get(purpose, ("", 0.0))
        now = time.monotonic()
        if not token or now - minted > _REUSE:
            token = self._mint(purpose)
            self._keep(purpose, token, now)
        return token

    def _mint(self, purpose: _Purpose) -> str:
        return mint(
            self._key,
            audience=purpose.audience,
            principal=purpose.principal.name,
            tenant=purpose.principal.tenant,
            chain=(self._key.name,),
            deadline=purpose.deadline,
            lifetime=_LIFETIME,
        )

    def _keep(self, purpose: _Purpose, token: str, now: float) -> None:
        self._tokens.pop(purpose, None)
        self._tokens[purpose] = (token, now)
        if len(self._tokens) > _KEPT:
            del self._tokens[next(iter(self._tokens))]
