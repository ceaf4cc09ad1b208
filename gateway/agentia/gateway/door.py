"""Who may enter. On loopback that is anyone on this machine, as the principal "local"; keys and OIDC come later."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from agentia.cards.urls import is_loopback, split
from agentia.gateway.call import Headers, header
from agentia.gateway.errors import NotAdmitted, NotLoopback


@dataclass(frozen=True)
class Principal:
    """For whom a call happens: the `sub` and `ten` of its hop token."""

    name: str
    tenant: str = ""


LOCAL = Principal("local")


def require_loopback(host: str) -> None:
    """Raise `NotLoopback` for an address that others could reach."""
    if not is_loopback(f"http://{f'[{host}]' if ':' in host else host}"):
        raise NotLoopback(
            f"The gateway does not listen on {host}: without keys or OIDC, whoever reaches it there could use it.",
            fix="Bind it to 127.0.0.1, and put whatever checks callers in front of it on this machine.",
        )


class LoopbackDoor:
    """Lets in who is on this machine, and keeps out the web pages that its browser has open.

    A page from elsewhere can send requests to loopback (its `Origin` tells), and with a name of its own that
    resolves to 127.0.0.1 it can read the answers too (the `Host` tells).
    """

    def __init__(self, *own_urls: str) -> None:
        self._own = frozenset(urlsplit(url).hostname for url in own_urls)

    def admit(self, headers: Headers) -> Principal:
        """The principal of a request. Raises `NotAdmitted`."""
        host, page = header(headers, b"host"), header(headers, b"origin")
        if host and not self._ours(f"http://{host.decode('latin-1')}"):
            raise NotAdmitted(f"This gateway does not answer for the host '{host.decode('latin-1')}'.")
        if page and not self._ours(page.decode("latin-1")):
            raise NotAdmitted(f"Web pages of {page.decode('latin-1')} may not use this gateway.")
        return LOCAL

    def _ours(self, url: str) -> bool:
        parts = split(url)
        return parts is not None and (parts.hostname in self._own or is_loopback(url))
