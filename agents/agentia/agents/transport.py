"""Connections to other agents: as many as there are tasks, past any proxy, without redirects."""

import httpx

LIMITS = httpx.Limits(max_connections=None, max_keepalive_connections=100)


def http_client() -> httpx.AsyncClient:
    """A client that loads the certificates of https when the first such agent is called.

    As its transports are made here, those that the environment's proxies would want are not.
    """
    return httpx.AsyncClient(
        transport=httpx.AsyncHTTPTransport(verify=False, limits=LIMITS),
        mounts={"https://": _Secure()},
    )


class _Secure(httpx.AsyncBaseTransport):
    """https, made when it is first needed: certificates take 30 ms to load, and most meshes speak http inside."""

    def __init__(self) -> None:
        self._made: httpx.AsyncHTTPTransport | None = None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if self._made is None:
            self._made = httpx.AsyncHTTPTransport(limits=LIMITS)
        return await self._made.handle_async_request(request)

    async def aclose(self) -> None:
        if self._made is not None:
            await self._made.aclose()
