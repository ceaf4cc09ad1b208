"""The way to the agents: one pool of connections, and what can go wrong on it in our words."""

import io
from types import TracebackType
from typing import Self

import aiohttp
from multidict import CIMultiDict
from yarl import URL

_CONNECT = 3.0  # seconds
_IDLE = 4.0  # seconds; servers close idle connections after 5, and a request must not cross that on its way
_AUTO = ("Accept", "Accept-Encoding", "User-Agent", "Content-Type")
_LARGE = 1 << 20
_UNSENT = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.ClientConnectionResetError)


class NotSent(Exception):
    """No connection came about, so the agent has seen nothing of the request."""


class Lost(Exception):
    """The connection broke after the request, or a part of it, was sent."""


class Upstream:
    """A pool of connections. Answers come as they are: no redirects, cookies or decompression, and no time limit."""

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=_IDLE),
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=_CONNECT),
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            skip_auto_headers=_AUTO,
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._session.close()

    async def send(self, method: str, url: str, headers: CIMultiDict[str], body: bytes) -> aiohttp.ClientResponse:
        """The answer's head; its body is still to be read. Raises `NotSent`, `Lost`."""
        data = io.BytesIO(body) if len(body) >= _LARGE else body or None
        try:
            return await self._session.request(
                method, URL(url, encoded=True), headers=headers, data=data, allow_redirects=False
            )
        except _UNSENT as exc:
            raise NotSent from exc
        except (aiohttp.ClientError, OSError) as exc:
            raise Lost from exc
