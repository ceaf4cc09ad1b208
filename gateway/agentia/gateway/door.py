"""Who may enter. On loopback that is anyone on this machine, as the principal "local"; keys and OIDC come later."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from agentia.cards.urls import is_loopback, split
from agentia.core.routes import default_gateway
from agentia.gateway.call import Headers, header
from agentia.gateway.errors import NotAdmitted, NotLoopback


@dataclass(frozen=True)
class Principal:
    """For whom a call happens: the `sub` and `ten` of its hop token."""

    name: str
    tenant: str = ""


LOCAL = Principal("local")
_FRESH = 1.0  # seconds between two looks at the routes


def require_loopback(host: str) -> None:
    """Raise `NotLoopback` for an address that others could reach."""
    if not _is_loopback(host):
        raise NotLoopback(
            f"The gateway does not listen on {host}: without keys or OIDC, whoever reaches it there could use it.",
            fix="Bind it to 127.0.0.1, and put whatever checks callers in front of it on this machine. In a container "
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
