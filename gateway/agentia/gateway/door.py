"""Who may enter: on loopback anyone on this machine, elsewhere who shows the access token; keys and OIDC come later."""

import hmac
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import urlsplit

from agentia.cards.urls import is_loopback, split
from agentia.core.routes import default_gateway
from agentia.gateway.call import Headers, header
from agentia.gateway.errors import NotAdmitted, NotLoopback, TokenWanted


@dataclass(frozen=True)
class Principal:
    """For whom a call happens: the `sub` and `ten` of its hop token."""

    name: str
    tenant: str = ""


LOCAL = Principal("local")
_FRESH = 1.0  # seconds between two looks at the routes


class Door(Protocol):
    """Decides of each request who it is from."""

    def admit(self, headers: Headers, client: str) -> Principal:
        """The principal of a request from the address `client`. Raises `NotAdmitted` or `TokenWanted`."""


def require_loopback(host: str) -> None:
    """Raise `NotLoopback` for an address that others could reach."""
    if not _is_loopback(host):
        raise NotLoopback(
            f"The gateway does not listen on {host}: without keys or OIDC, whoever reaches it there could use it.",
            fix="Set AGENTIA_ACCESS_TOKEN, which its callers have to show, or bind it to 127.0.0.1. In a container "
            "whose port is published on the machine's loopback address alone, set AGENTIA_PUBLISHED_ON_LOOPBACK.",
        )


class LoopbackDoor:
    """Lets in who is on this machine, and keeps out the web pages that its browser has open.

    A page from elsewhere can send requests to loopback (its `Origin` tells), and with a name of its own that
    resolves to 127.0.0.1 it can read the answers too (the `Host` tells). `here` says of a client's address whether it
    is this machine's; where the socket is bound to loopback, no others come.
    """

    def __init__(self, *own_urls: str, here: Callable[[str], bool] = lambda _: True) -> None:
        self._own = frozenset(urlsplit(url).hostname for url in own_urls)
        self._here = here

    def admit(self, headers: Headers, client: str) -> Principal:
        """The principal of a request from the address `client`. Raises `NotAdmitted`."""
        if not self._here(client):
            raise NotAdmitted(f"Only programs on the machine that runs this gateway may use it, not {client}.")
        host, page = header(headers, b"host"), header(headers, b"origin")
        if host and not self._ours(f"http://{host.decode('latin-1')}"):
            raise NotAdmitted(f"This gateway does not answer for the host '{host.decode('latin-1')}'.")
        if page and not self._ours(page.decode("latin-1")):
            raise NotAdmitted(f"Web pages of {page.decode('latin-1')} may not use this gateway.")
        return LOCAL

    def _ours(self, url: str) -> bool:
        parts = split(url)
        return parts is not None and (parts.hostname in self._own or is_loopback(url))


class TokenDoor:
    """Lets in who shows the access token, from wherever, also on this machine. No web page has it."""

    def __init__(self, token: str) -> None:
        self._token = token.encode()

    def admit(self, headers: Headers, client: str) -> Principal:  # noqa: ARG002 - the address proves nothing here
        """The principal of a request. Raises `TokenWanted`."""
        scheme, _, given = (header(headers, b"authorization") or b"").partition(b" ")
        if scheme.lower() != b"bearer" or not hmac.compare_digest(given.strip(), self._token):
            raise TokenWanted(
                "This gateway lets in only who shows its access token.",
                fix="Send `Authorization: Bearer <token>`; AGENTIA_ACCESS_TOKEN of the gateway holds it.",
            )
        return LOCAL


class Machine:
    """Whether an address is that of the machine on whose loopback the port of this container is published.

    Docker passes calls from there on with the address of the container network's gateway. Other containers have
    addresses of their own, and so have other machines, if the port is published for them, or they find a way in.
    """

    def __init__(self, gateway: Callable[[], str | None] = default_gateway) -> None:
        self._look = gateway
        self._address: str | None = None
        self._looked = -_FRESH

    def __call__(self, client: str) -> bool:
        if time.monotonic() - self._looked > _FRESH:  # it changes when the container moves to another network
            self._address, self._looked = self._look(), time.monotonic()
        return client == self._address or _is_loopback(client)


def _is_loopback(host: str) -> bool:
    return is_loopback(f"http://{f'[{host}]' if ':' in host else host}")
