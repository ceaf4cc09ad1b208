"""The network of safe fetching: a name is resolved once, its addresses are checked, a checked one is dialled."""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Iterable, Sequence

import httpcore

from agentia.core.addresses import AddressRefused, is_public

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
_ATTEMPTS = 4
_ATTEMPT_SECONDS = 4.0


class CheckedNetwork(httpcore.AsyncNetworkBackend):
    """Dials a host only where all of its addresses may be dialled. Raises `AddressRefused`."""

    def __init__(self, resolve: Resolve, *, allow_private: bool) -> None:
        self._resolve, self._allow_private = resolve, allow_private
        self._inner = httpcore.AnyIOBackend()

    async def addresses(self, host: str, port: int) -> list[str]:
        """The addresses of a host, all of which may be dialled. Raises `AddressRefused`."""
        addresses = list(dict.fromkeys(await self._resolve(host, port)))
        if not self._allow_private and not all(map(is_public, addresses)):
            raise AddressRefused("points to an address that is not public")
        return addresses

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        assert socket_options is None  # a pool passes none unless it is told to
        addresses = await self.addresses(host, port)
        failure: Exception = httpcore.ConnectError("the name has no address")
        for address in addresses[:_ATTEMPTS]:
            try:
                return await self._inner.connect_tcp(address, port, timeout or _ATTEMPT_SECONDS, local_address)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as exc:
                failure = exc
        raise failure


async def system_resolve(host: str, port: int) -> Sequence[str]:
    """The addresses that the system's resolver gives for a name. Raises `AddressRefused` and `OSError`."""
    loop = asyncio.get_running_loop()
    try:
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except UnicodeError as exc:
        raise AddressRefused("names a host that cannot exist") from exc
    return [str(address[0]) for *_, address in found]
