"""Who calls this agent: a hop token's principal, or the local one on this machine."""

import ipaddress
import re
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.types import Scope

from agentia.agents.patience import Patience
from agentia.cards.urls import is_loopback, split
from agentia.core.headers import headers_of
from agentia.core.identity import HEADER, HopError, HopInvalid, HopVerifier, KeyInvalid, public_key
from agentia.core.telemetry import HEADER as TRACEPARENT
from agentia.core.telemetry import traceparent
from agentia.registry.client import AgentNotFound, RegistryClient, RegistryUnavailable
from agentia.tasks.caller import LOCAL, Caller
from agentia.tasks.records import Owner

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

FRESH: Final = 60.0
"""Seconds for which a key is used without looking it up again; while the registry is away it stays in use."""
REGISTRY_PATIENCE: Final = 5.0
"""Seconds that a caller waits for a registry that restarts."""
AGAIN: Final = 5.0
"""Seconds until a registry that was away is asked again for a key that is known."""
KEPT: Final = 1024
NAME: Final = re.compile(r"[a-z0-9-]{1,63}")

_HOP: Final = HEADER.lower().encode()
_TRACE: Final = TRACEPARENT.encode()
_PROXIED: Final = frozenset({b"forwarded", b"x-forwarded-for", b"x-real-ip"})


def identifier(verifier: HopVerifier, url: str) -> Callable[[Request], Awaitable[Caller]]:
    """A function that names the caller of a request to the agent at `url`; it raises HopError."""
    own = urlsplit(url).hostname

    async def identify(request: Request) -> Caller:
        headers = headers_of(request.scope)
        signed, came = headers.get(_HOP), headers.get(_TRACE)
        trace = None if came is None else traceparent(came.decode("latin-1"))
        if signed is None:
            caller = _unsigned(request.scope, own)
            return caller if trace is None else replace(caller, trace=trace)
        token = signed.decode("latin-1")
        hop = await verifier.verify(token)
        return Caller(Owner(hop.tenant, hop.principal), hop.chain, token, hop.deadline, hop.budget, trace)

    return identify


class PinnedKeys:
    """The public keys of services as the registry, the mesh's root of trust, has pinned them."""

    def __init__(self, registry: RegistryClient) -> None:
        self._registry = registry
        self._known: OrderedDict[tuple[str, str], tuple[Ed25519PublicKey, float]] = OrderedDict()

    async def find(self, name: str, kid: str) -> "Ed25519PublicKey":
        """A service's key by name and key id. Raises LookupError, KeyInvalid, or RegistryUnavailable."""
        key, until = self._known.get((name, kid), (None, 0.0))
        if key is not None and time.monotonic() < until:
            return key
        if not NAME.fullmatch(name):
            raise LookupError(name)
        try:
            key = public_key(await self._pinned(name, 0.0 if key else REGISTRY_PATIENCE), kid)
        except (AgentNotFound, KeyInvalid) as exc:
            self._known.pop((name, kid), None)
            raise LookupError(name) from exc
        except RegistryUnavailable:
            if key is None:
                raise
            return self._keep(name, kid, key, AGAIN)
        return self._keep(name, kid, key, FRESH)

    async def _pinned(self, name: str, seconds: float) -> Mapping[str, Any]:
        """The key set of a service, of a registry that may be restarting just now."""
        patience = Patience(seconds)
        while True:
            patience.begin()
            try:
                return await self._registry.keys_of(name)
            except RegistryUnavailable:
                if not await patience.rest():
                    raise

    def _keep(self, name: str, kid: str, key: "Ed25519PublicKey", seconds: float) -> "Ed25519PublicKey":
        self._known[name, kid] = key, time.monotonic() + seconds
        self._known.move_to_end((name, kid))
        if len(self._known) > KEPT:
            self._known.popitem(last=False)
        return key


def _unsigned(scope: Scope, own: str | None) -> Caller:
    """The local principal, for programs on this machine; not for pages in its browser, nor for what a proxy lets in."""
    headers, client = headers_of(scope), scope.get("client")
    if not _is_here(client[0] if client else "") or not _PROXIED.isdisjoint(headers):
        raise HopInvalid("Calls from other machines must come through the gateway, which vouches for who asks.")
    host, page = headers.get(b"host"), headers.get(b"origin")
    if host and not _is_host(host, own):
        raise HopError(f"This agent does not answer for the host {host.decode('latin-1')[:100]!r}.")
    if page and not _is_ours(page.decode("latin-1"), own):
        raise HopError(f"Web pages of {page.decode('latin-1')[:100]!r} may not use this agent.")
    return LOCAL


@lru_cache(maxsize=256)
def _is_here(host: str) -> bool:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return not host  # a Unix socket has no address, and its file's rights have let the caller in
    return (getattr(address, "ipv4_mapped", None) or address).is_loopback


@lru_cache(maxsize=256)
def _is_host(host: bytes, own: str | None) -> bool:
    return _is_ours(f"http://{host.decode('latin-1')}", own)


@lru_cache(maxsize=256)
def _is_ours(url: str, own: str | None) -> bool:
    parts = split(url)
    return parts is not None and (parts.hostname == own or is_loopback(url))
