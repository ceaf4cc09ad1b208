"""Safe fetching: documents that strangers point to, from public addresses only, limited in time and size."""

import asyncio
import ssl
import zlib
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from functools import cache

import httpcore
import httpx

from agentia.core.addresses import AddressRefused, parse_web_url
from agentia.core.errors import AgentiaError
from agentia.core.network import CheckedNetwork, Resolve, system_resolve

_STEP = 65_536
_HEADERS = (("Accept", "*/*"), ("Accept-Encoding", "gzip"), ("User-Agent", "agentia"))


class FetchRefused(AgentiaError):
    """We do not fetch this: where it points, how it answers, or how large it is."""


class FetchFailed(AgentiaError):
    """The other side could not be reached, was too slow, or did not speak proper HTTP."""

    status = 502


@dataclass(frozen=True)
class Fetched:
    """An answer with its body unpacked, empty on `status` 304. Other statuses than 200 are for the caller to judge."""

    status: int
    body: bytes
    media_type: str
    etag: str | None
    url: str


@dataclass(frozen=True)
class Posted:
    """How a POST was answered; `retry_after` is that header as it came. The answer's body is not read."""

    status: int
    retry_after: str | None


class SafeFetcher:
    """Fetches URLs that strangers give. Keeps no connections, so there is nothing to close; uses no proxy.

    `timeout` is for a fetch as a whole, in seconds; `max_bytes` for its body, unpacked.
    """

    def __init__(
        self,
        *,
        allow_private: bool = False,
        max_bytes: int = 10_000_000,
        timeout: float = 10.0,
        resolve: Resolve = system_resolve,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._allow_private, self._max_bytes, self._timeout = allow_private, max_bytes, timeout
        self._resolve, self._tls = resolve, tls

    async def get(self, url: str, *, etag: str | None = None, allow_private: bool | None = None) -> Fetched:
        """GET the URL, or learn by 304 that `etag` still holds. Raises `FetchRefused` and `FetchFailed`."""
        with self._in_our_words(url) as target:
            private = self._allow_private if allow_private is None else allow_private
            headers = [("If-None-Match", etag)] if etag and etag.isascii() else []  # others cannot be said in a header
            async with asyncio.timeout(self._timeout), self._answer("GET", target, headers, private) as answer:
                return await self._read(answer, target)

    async def post(self, url: str, body: bytes, headers: Sequence[tuple[str, str]]) -> Posted:
        """POST a body to the URL, following no redirect. Raises `FetchRefused` and `FetchFailed`."""
        with self._in_our_words(url) as target:
            sent = [*headers, ("Content-Length", str(len(body)))]
            answering = self._answer("POST", target, sent, self._allow_private, body)
            async with asyncio.timeout(self._timeout), answering as answer:
                return Posted(answer.status, httpx.Headers(answer.headers).get("retry-after"))

    async def check(self, url: str) -> None:
        """Say now whether `url` would be called, without calling it. Raises `FetchRefused` and `FetchFailed`."""
        with self._in_our_words(url) as target:
            network = CheckedNetwork(self._resolve, allow_private=self._allow_private)
            async with asyncio.timeout(self._timeout):
                await network.addresses(target.host, target.port or 0)

    @contextmanager
    def _in_our_words(self, url: str) -> Iterator[httpx.URL]:
        """The parsed URL, for work whose errors are turned into ours."""
        host = ""
        try:
            target = parse_web_url(url)
            host = target.host
            yield target
        except AddressRefused as exc:
            raise FetchRefused(f"The URL {exc}.", fix="Give an http or https URL of a public host.") from exc
        except (TimeoutError, httpcore.TimeoutException) as exc:
            raise FetchFailed(f"{host} took too long to answer (more than {self._timeout:g} s in all).") from exc
        except (httpcore.NetworkError, httpcore.ProtocolError, OSError) as exc:
            raise FetchFailed(_explain(host, exc)) from exc
        except zlib.error as exc:
            raise FetchFailed(f"{host} sent damaged compressed data.") from exc

    @asynccontextmanager
    async def _answer(
        self,
        method: str,
        url: httpx.URL,
        more: Sequence[tuple[str, str]],
        allow_private: bool,
        body: bytes | None = None,
    ) -> AsyncIterator[httpcore.Response]:
        target = httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path)
        headers: list[tuple[bytes | str, bytes | str]] = [("Host", url.netloc), *_HEADERS, *more]
        network = CheckedNetwork(self._resolve, allow_private=allow_private)
        tls = (self._tls or _trusted()) if url.scheme == "https" else None
        async with httpcore.AsyncConnectionPool(ssl_context=tls, network_backend=network) as pool:
            async with pool.stream(method, target, headers=headers, content=body) as answer:
                yield answer

    async def _read(self, answer: httpcore.Response, url: httpx.URL) -> Fetched:
        headers = httpx.Headers(answer.headers)
        etag = headers.get("etag")
        if answer.status == 304:
            return Fetched(304, b"", "", etag, str(url))
        if 300 <= answer.status < 400:
            raise FetchRefused(f"{url.host} redirects, and redirects are not followed.", fix="Give the final URL.")
        limit = f"{url.host} sends more than the {self._max_bytes:,} bytes that are allowed."
        if int(headers.get("content-length", "0")) > self._max_bytes:
            raise FetchRefused(limit)
        body = bytearray()
        async for chunk in _unpack(answer, headers.get("content-encoding", "identity").lower()):
            body += chunk
            if len(body) > self._max_bytes:
                raise FetchRefused(limit)
        media_type = headers.get("content-type", "").partition(";")[0].strip().lower()
        return Fetched(answer.status, bytes(body), media_type, etag, str(url))


async def _unpack(answer: httpcore.Response, encoding: str) -> AsyncIterator[bytes]:
    """The body in steps small enough that a bomb is noticed before it goes off."""
    if encoding == "identity":
        async for chunk in answer.aiter_stream():
            yield chunk
        return
    if encoding not in ("gzip", "x-gzip", "deflate"):
        raise FetchRefused("The document is packed in a way that was not asked for.")
    unpacker = zlib.decompressobj(wbits=47)  # gzip or zlib, whichever the data says
    async for chunk in answer.aiter_stream():
        while chunk and not unpacker.eof:
            yield unpacker.decompress(chunk, _STEP)
            chunk = unpacker.unconsumed_tail
    if not unpacker.eof:
        raise zlib.error("cut short")


def _explain(host: str, exc: Exception) -> str:
    if isinstance(exc.__context__, ssl.SSLCertVerificationError):
        return f"{host} shows a TLS certificate that cannot be trusted."
    if isinstance(exc, httpcore.RemoteProtocolError | httpcore.ReadError):
        return f"{host} broke off its answer or did not answer in HTTP."
    return f"{host} could not be reached."


@cache
def _trusted() -> ssl.SSLContext:
    return httpx.create_ssl_context()
