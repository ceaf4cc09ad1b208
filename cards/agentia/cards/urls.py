"""What the URLs of a card have to be: absolute, without secrets, and of the origin they say."""

import ipaddress
from urllib.parse import SplitResult, urlsplit


def split(url: str) -> SplitResult | None:
    """The parts of an absolute http or https URL; None when `url` is none, or one that no client could dial."""
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return None
    return parts if usable and url.isprintable() and " " not in url else None


def origin(url: str) -> tuple[str, str, int] | None:
    """Scheme, host and port, the port filled in (RFC 6454); None when `url` is no absolute http or https URL."""
    parts = split(url)
    if parts is None:
        return None
    return parts.scheme, (parts.hostname or "").rstrip("."), parts.port or {"http": 80, "https": 443}[parts.scheme]


def is_loopback(url: str) -> bool:
    host = _host(url)
    if isinstance(host, str):
        return host == "localhost" or host.endswith(".localhost")
    return host is not None and host.is_loopback


def is_unspecified(url: str) -> bool:
    """Whether the host is 0.0.0.0 or ::, where servers listen but clients cannot call."""
    host = _host(url)
    return host is not None and not isinstance(host, str) and host.is_unspecified


def _host(url: str) -> str | ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    parts = split(url)
    if parts is None:
        return None
    name = (parts.hostname or "").rstrip(".")
    try:
        return ipaddress.ip_address(name)
    except ValueError:
        return name
