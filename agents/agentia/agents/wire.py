"""JSON-RPC to another agent: requests out, the tasks and events that come back."""

import asyncio
import itertools
import time
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from typing import Any, Final, cast

import httpx
from a2a.types.a2a_pb2 import Message, StreamResponse, Task

from agentia.agents.answers import check_status, in_our_words, result_of
from agentia.agents.dialects import Current, Dialect, Legacy
from agentia.agents.errors import AgentSilent, PeerRefused, PeerUnreadable
from agentia.agents.peer import Peer
from agentia.core.identity import HEADER
from agentia.core.sse import EventDecoder, EventTooLarge, ServerEvent
from agentia.core.telemetry import HEADER as TRACEPARENT

TIMEOUT: Final = httpx.Timeout(5.0, read=60.0, write=60.0)
"""Seconds; streams are kept alive by comments, so one without a byte for a minute has broken unnoticed."""
BRIEF: Final = 10.0
"""Seconds until an agent of ours sends the headers of what needs no work."""
LARGEST_EVENT: Final = 32_000_000
LARGEST_ANSWER: Final = 128_000_000
"""Bytes that are read of one event, and of one answer or stream."""

Events = AsyncGenerator[tuple[int | None, StreamResponse]]

_numbers = itertools.count(1)


class Wire:
    """One try to talk to an agent at `url`, which has `within` seconds to begin an answer; `hop` and `trace` go along.

    Every method raises PeerRefused, PeerUnreadable or AgentSilent. `opened` is when a stream began (monotonic).
    """

    def __init__(
        self,
        http: httpx.AsyncClient,
        url: str,
        peer: Peer,
        *,
        within: float,
        hop: str | None = None,
        trace: str | None = None,
    ) -> None:
        self._http, self._url = http, url
        self._dialect: Dialect = Legacy() if peer.version.startswith("0.") else Current(peer.tenant)
        self._within, self._brief = within, min(within, BRIEF) if peer.ours else within
        self._headers = {"A2A-Version": self._dialect.version, "Accept-Encoding": "identity"}
        if hop is not None:
            self._headers[HEADER] = hop
        if trace is not None:
            self._headers[TRACEPARENT] = trace
        self.opened: float | None = None

    async def post(self, message: Message) -> StreamResponse:
        """Send a message; the task that it led to, or the direct reply to it."""
        params = self._dialect.sending(message, at_once=True)
        return self._dialect.event(await self._call("SendMessage", params, self._within))

    def send(self, message: Message) -> Events:
        """Send a message; the (event number, event) pairs of its task follow."""
        return self._stream("SendStreamingMessage", self._dialect.sending(message, at_once=False), self._within)

    def follow(self, task_id: str, after: int | None) -> Events:
        """The events of a task above number `after`, or from now on."""
        return self._stream("SubscribeToTask", self._dialect.about(task_id), self._brief, after)

    async def get(self, task_id: str) -> Task:
        """The task as it stands."""
        return self._dialect.task(await self._call("GetTask", self._dialect.about(task_id), self._brief))

    async def cancel(self, task_id: str) -> Task:
        """Cancel a task."""
        return self._dialect.task(await self._call("CancelTask", self._dialect.about(task_id), self._within))

    async def _call(self, method: str, params: Any, within: float) -> Any:
        with in_our_words():
            async with asyncio.timeout(within), self._post(method, params, within) as response:
                return result_of(await _whole(response), response.status_code)

    async def _stream(self, method: str, params: Any, within: float, after: int | None = None) -> Events:
        async with self._post(method, params, within, after) as response:
            self.opened = time.monotonic()
            kind = response.headers.get("content-type", "")
            if response.status_code != 200 or not kind.startswith("text/event-stream"):
                yield None, self._dialect.event(result_of(await _whole(response), response.status_code))
                return
            decoder, begun = EventDecoder(LARGEST_EVENT), False
            async with aclosing(_chunks(response)) as chunks:
                async for chunk in chunks:
                    for event in _events(decoder, chunk):
                        yield _number(event.id), self._event(event.data, begun)
                        begun = True

    def _event(self, data: str, begun: bool) -> StreamResponse:
        try:
            return self._dialect.event(result_of(data))
        except PeerRefused as exc:
            if not begun:
                raise
            raise AgentSilent(f"Its stream broke off: {exc.message}") from exc

    @asynccontextmanager
    async def _post(
        self, method: str, params: Any, within: float, after: int | None = None
    ) -> AsyncIterator[httpx.Response]:
        body = {"jsonrpc": "2.0", "id": next(_numbers), "method": self._dialect.method(method), "params": params}
        headers = self._headers if after is None else {**self._headers, "Last-Event-ID": str(after)}
        with in_our_words():
            async with AsyncExitStack() as stack:
                async with asyncio.timeout(within):
                    opening = self._http.stream("POST", self._url, json=body, headers=headers, timeout=TIMEOUT)
                    response = await stack.enter_async_context(opening)
                check_status(response.status_code)
                yield response


async def _whole(response: httpx.Response) -> bytes:
    async with aclosing(_chunks(response)) as chunks:
        return b"".join([chunk async for chunk in chunks])


async def _chunks(response: httpx.Response) -> AsyncGenerator[bytes]:
    """The body as it comes. Raises PeerUnreadable when it is packed, which was not asked for, or has no end."""
    if response.headers.get("content-encoding", "identity") != "identity":
        raise PeerUnreadable("Its answer is packed in a way that was not asked for.")
    size = 0
    raw = cast("AsyncGenerator[bytes]", response.aiter_raw())
    async with aclosing(raw) as chunks:
        async for chunk in chunks:
            size += len(chunk)
            if size > LARGEST_ANSWER:
                raise PeerUnreadable(f"It sends more than the {LARGEST_ANSWER:,} bytes that are taken.")
            yield chunk


def _events(decoder: EventDecoder, chunk: bytes) -> Iterator[ServerEvent]:
    try:
        yield from decoder.feed(chunk)
    except EventTooLarge as exc:
        raise PeerUnreadable(exc.message) from exc


def _number(id: str | None) -> int | None:
    """The event number that an SSE id is, when it is one."""
    return int(id) if id is not None and id.isascii() and id.isdecimal() and len(id) < 19 else None
