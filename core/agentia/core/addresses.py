"""Addresses: which are public, and what a URL from a stranger may look like."""

import re
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

import httpx

_PROTOCOLS = IPv4Network("192.0.0.0/24")  # of RFC 6890, which Python before 3.11.10 and 3.12.4 takes for public
_GLOBAL_UNICAST = IPv6Network("2000::/3")  # everything else of IPv6 is special: loopback, LAN, NAT64, multicast, …
_CARRIES_IPV4 = (IPv6Network("2002::/16"), IPv6Network("2001::/32"))  # 6to4 and Teredo lead to an IPv4 address
_NUMBER = re.compile(r"(0x[0-9a-f]*|[0-9]+)", re.IGNORECASE)


class AddressRefused(ValueError):
    """A URL or an address that is not to be dialled; the message completes "The URL …"."""


def is_public(address: str) -> bool:
    """Whether an IP address belongs to the public internet."""
    ip = ip_address(address)
    if isinstance(ip, IPv6Address) and ip.ipv4_mapped:
        ip = ip.ipv4_mapped
    if isinstance(ip, IPv4Address):
        return ip.is_global and not ip.is_multicast and not ip.is_reserved and ip not in _PROTOCOLS
    return ip.is_global and ip in _GLOBAL_UNICAST and not any(ip in network for network in _CARRIES_IPV4)


def parse_web_url(url: str) -> httpx.URL:
    """The URL of a document on the web. Raises `AddressRefused`."""
    try:
        parsed = httpx.URL(url)
    except (httpx.InvalidURL, TypeError) as exc:
        raise AddressRefused("cannot be read") from exc
    if parsed.scheme not in ("http", "https"):
        raise AddressRefused("must begin with http:// or https://")
    if not 0 < len(parsed.raw_host) < 254:
        raise AddressRefused("names no host")
    if parsed.port is not None and not 0 < parsed.port < 65536:
        raise AddressRefused("names a port that cannot exist")
    if parsed.userinfo:
        raise AddressRefused("must not hold a user name or password")
    if ":" not in parsed.host:
        _check_spelling(parsed.host)
    return parsed


def _check_spelling(host: str) -> None:
    """Refuse 2130706433, 0x7f.1 and 0177.0.0.1, which resolvers read as 127.0.0.1."""
    last = host.rstrip(".").rpartition(".")[2]
    if _NUMBER.fullmatch(last):
        try:
            IPv4Address(host)
        except ValueError as exc:
            raise AddressRefused("spells its address in an unusual way") from exc
