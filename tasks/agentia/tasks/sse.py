"""Server-Sent Events whose ids are event numbers, so that a stream can be taken up again where it broke."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from agentia.tasks.events import Event

KEEP_ALIVE: Final = 15.0
"""Seconds of silence after which a comment is sent, unless the settings say otherwise."""
COMMENT: Final = b": keep-alive\n\n"
HEADERS: Final = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),  # nor shall a proxy hold events back until there are more of them
]


def _ends(event: Event) -> bool:
    return event.ends


class EventStream(Response):
    """A response that sends its headers at once and each event as `data` makes it (one line), up to the `last` one.

    What goes wrong later becomes one event of type `error`, as `problem` words it. `keep_alive` seconds of silence are
    broken by a comment. Thousands of these may be open: each has its request's task, one more that hears when the
    client leaves, and a timer.
    """

    def __init__(
        self,
        events: AsyncIterator[Event],
        data: Callable[[Event], str],
        problem: Callable[[Exception], str],
        *,
        keep_alive: float = KEEP_ALIVE,
        last: Callable[[Event], bool] = _ends,
    ) -> None:
        self.status_code, self.background, self.raw_headers = 200, None, list(HEADERS)
        self._events, self._data, self._problem, self._last = events, data, problem, last
        self._keep_alive, self._spoken = keep_alive, 0.0
        self._turn = asyncio.Lock()
        self._commenting: asyncio.Task[None] | None = None
        self._over = self._left = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Stream until the events end or the client has left; either way `events` is closed then."""
        self._send, here = send, asyncio.current_task()
        assert here is not None
        leaving = asyncio.create_task(self._leave(receive, here))
        self._loop = here.get_loop()
        self._timer = self._loop.call_later(self._keep_alive, self._listen)
        try:
            await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
            if scope["method"] != "HEAD":
                await self._stream()
            await self._say(b"", last=True)
        except asyncio.CancelledError:
            if not self._left or here.uncancel():
                raise
        finally:
            self._timer.cancel()
            for task in (leaving, self._commenting):
                if task is not None:
                    task.cancel()
            if isinstance(self._events, AsyncGenerator):
                await self._events.aclose()

    async def _stream(self) -> None:
        try:
            async for event in self._events:
                await self._say(f"id: {event.number}\ndata: {self._data(event)}\n\n".encode())
                if self._last(event):
                    return
        except Exception as exc:  # noqa: BLE001  the stream's edge: the client is told in its own dialect
            await self._say(f"event: error\ndata: {self._problem(exc)}\n\n".encode())

    async def _say(self, said: bytes, *, last: bool = False) -> None:
        """Send, one at a time and nothing after the last."""
        async with self._turn:
            if not self._over:
                self._over, self._spoken = last, self._loop.time()
                await self._send({"type": "http.response.body", "body": said, "more_body": not last})

    async def _leave(self, receive: Receive, streaming: "asyncio.Task[Any]") -> None:
        """Hear when the client has left, and stop the stream then."""
        while (await receive())["type"] != "http.disconnect":
            pass
        if not self._over:
            self._left = True
            streaming.cancel()

    def _listen(self) -> None:
        """Break the silence, if there was one."""
        rest = self._spoken + self._keep_alive - self._loop.time()
        if rest <= 0:
            rest = self._keep_alive
            if self._commenting is None or self._commenting.done():
                self._commenting = asyncio.create_task(self._say(COMMENT))
        self._timer = self._loop.call_later(rest, self._listen)


def position(request: Request) -> int | None:
    """The number in `Last-Event-ID`, None when there is none. Raises ValueError when it is not a number from 0."""
    value = request.headers.get("last-event-id")
    if value is None or not value.strip():
        return None
    number = int(value)
    if number < 0:
        raise ValueError("Last-Event-ID is below zero")
    return number
