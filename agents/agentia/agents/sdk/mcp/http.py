"""The HTTP client of an MCP server: what fails is the failure of one call, and answers have an end."""

import math
from collections.abc import AsyncIterator, Callable
from typing import Any, Final

import httpx2

from agentia.agents.sdk.mcp import watch as limits
from agentia.agents.sdk.mcp.watch import Watch

UNREACHED, BROKEN = -39001, -39002
"""JSON-RPC error codes of ours: a call that was never taken, and one of which that is not known."""

PROXY: Final = (502, 503, 504)
"""HTTP statuses of who stands before a server that is away."""


class Client(httpx2.AsyncClient):
    """Once the connection is up, errors below HTTP are answers: as exceptions they would end the calls beside them."""

    def __init__(self, watch: Watch, **options: Any) -> None:
        super().__init__(follow_redirects=False, **options)
        self._watch = watch

    async def send(self, request: httpx2.Request, **options: Any) -> httpx2.Response:
        """As the client's."""
        calls = request.method == "POST" and self._watch.up
        try:
            response = await super().send(request, **options)
        except (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout):
            if calls:
                return _failed(request, UNREACHED)
            raise
        except httpx2.TransportError:
            if calls:
                return _failed(request, BROKEN)
            raise
        gone = response.status_code == 404 and "mcp-session-id" in request.headers
        if calls and (gone or response.status_code in PROXY):
            await response.aclose()  # one that was restarted knows nothing of us, and has done nothing
            return _failed(request, UNREACHED if gone else BROKEN)
        ends = response.headers.get("content-type", "").startswith("application/json")
        response.stream = _Bounded(response.stream, self._watch, limits.LONGEST if ends else math.inf)
        return response


def client_factory(watch: Watch) -> Callable[..., Client]:
    """Makes the clients of a connection, as the Agents SDK asks for them."""

    def make(headers: dict[str, str] | None = None, timeout: Any = None, auth: Any = None) -> Client:
        given = {"headers": headers, "timeout": timeout, "auth": auth}
        return Client(watch, **{name: value for name, value in given.items() if value is not None})

    return make


class _Bounded(httpx2.AsyncByteStream):
    """A body that breaks off with a StreamError, which the transport of MCP answers one call with.

    A stream of events has no end of its own, but each of them has, in that transport.
    """

    def __init__(self, inner: Any, watch: Watch, longest: float) -> None:
        self._inner, self._watch, self._longest = inner, watch, longest

    async def __aiter__(self) -> AsyncIterator[bytes]:
        size = 0
        try:
            async for chunk in self._inner:
                size += len(chunk)
                if size > self._longest:
                    raise httpx2.StreamError(limits.TOO_LONG)
                if not self._watch.spend(len(chunk) / limits.ANSWERS):
                    raise httpx2.StreamError(limits.FLOODS)
                yield chunk
        except httpx2.TransportError as exc:
            raise httpx2.StreamError("the connection broke off") from exc

    async def aclose(self) -> None:
        await self._inner.aclose()


_MEANS: Final = {UNREACHED: "not reached", BROKEN: "broken off"}


def _failed(request: httpx2.Request, code: int) -> httpx2.Response:
    error = {"jsonrpc": "2.0", "id": None, "error": {"code": code, "message": _MEANS[code]}}
    return httpx2.Response(503, json=error, request=request)
