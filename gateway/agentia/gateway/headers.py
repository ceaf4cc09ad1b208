"""Which headers pass through the gateway, and which stop at it."""

from collections.abc import Iterable

from multidict import CIMultiDict

# RFC 9110 section 7.6.1, and what older proxies add to it.
_HOP_BY_HOP = frozenset(
    b"connection keep-alive proxy-authenticate proxy-authorization proxy-connection te trailer".split()
    + b"transfer-encoding upgrade".split()
)
# Written anew for the next connection; meant for the gateway alone (credentials); or said by nobody but a gateway.
_NOT_ONWARD = _HOP_BY_HOP | frozenset(b"host content-length expect authorization cookie forwarded agentia-hop".split())
# The server writes its own; and an agent must not set cookies for all that live behind the gateway.
_NOT_BACK = _HOP_BY_HOP | frozenset(b"server date set-cookie set-cookie2 agentia-hop alt-svc".split())


def onward(headers: Iterable[tuple[bytes, bytes]]) -> CIMultiDict[str]:
    """The request headers that an agent may see."""
    given = list(headers)
    stops = _NOT_ONWARD | _named_by_connection(given)
    passed = CIMultiDict[str]()
    for name, value in given:
        if name not in stops and not name.startswith(b"x-forwarded-"):
            passed.add(name.decode("ascii"), value.decode("utf-8", "replace"))
    return passed


def back(headers: Iterable[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """The response headers that the caller may see, named in lower case as ASGI wants them."""
    given = [(name.lower(), value) for name, value in headers]
    stops = _NOT_BACK | _named_by_connection(given)
    return [(name, value) for name, value in given if name not in stops]


def _named_by_connection(headers: list[tuple[bytes, bytes]]) -> frozenset[bytes]:
    """Headers that `Connection:` declares to be for one connection only."""
    return frozenset(
        token.strip().lower() for name, value in headers if name == b"connection" for token in value.split(b",")
    )
