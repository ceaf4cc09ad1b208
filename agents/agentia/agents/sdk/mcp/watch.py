"""What is known of one connection with an MCP server: whether it is over and why, and how much it says unasked."""

import asyncio
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final

import anyio
from mcp_types import JSONRPCError, JSONRPCResponse

LONGEST: Final = 32_000_000
"""Bytes of one message; a server that sends a longer one is cut off."""
BURST, RATE = 8_000_000, 1_000_000
"""Bytes that a server may send unasked (notifications, log messages, nonsense): at once, and each second after that."""
LEAST: Final = 4000
"""Bytes that any message counts for, as each costs time."""
ANSWERS: Final = 20
"""Bytes of answers, which may be large as they were asked for, count for so many times less."""
SOON: Final = 3.0
"""Seconds in which the reason should be known."""
FLOODS: Final = "it sends more than anybody has asked for"
TOO_LONG: Final = f"it has sent a message of more than {LONGEST // 1_000_000} MB"


@dataclass(slots=True)
class Watch:
    """`over` is set when the connection has ended, and `why` says more when that is known; `up` once it was ready."""

    over: asyncio.Event = field(default_factory=asyncio.Event)
    why: str = ""
    up: bool = False
    _room: float = BURST
    _since: float = field(default_factory=time.monotonic)

    def end(self, why: str = "") -> None:
        """The connection has ended."""
        self.why = self.why or why
        self.over.set()

    async def ended(self) -> None:
        """Have it ended, as soon as it is known why, or soon."""
        with suppress(TimeoutError):
            async with asyncio.timeout(SOON):
                await self.over.wait()
        self.end()

    def takes(self, item: Any, size: int = LEAST) -> bool:
        """Whether a message of so many bytes may still be read. Ends the connection if not."""
        answers = isinstance(getattr(item, "message", None), JSONRPCResponse | JSONRPCError)
        return self.spend(LEAST / 4 + size / ANSWERS if answers else max(size, LEAST))

    def spend(self, size: float) -> bool:
        """Whether so many bytes more may be read. Ends the connection if not."""
        now = time.monotonic()
        self._room = min(BURST, self._room + (now - self._since) * RATE) - size
        self._since = now
        if self._room < 0:
            self.end(FLOODS)
        return self._room >= 0


class Watched:
    """A stream of messages that tells its watch when it ends, and ends when there are too many."""

    def __init__(self, inner: Any, watch: Watch) -> None:
        self._inner, self._watch = inner, watch

    @property
    def last_context(self) -> Any:
        """As the stream inside has it: the context of who sent the last message."""
        return getattr(self._inner, "last_context", None)

    async def receive(self) -> Any:
        """The next message."""
        try:
            item = await self._inner.receive()
        except (anyio.EndOfStream, anyio.ClosedResourceError):
            self._watch.end()
            raise
        if not self._watch.takes(item):
            raise anyio.EndOfStream
        return item

    async def aclose(self) -> None:
        """Close the stream inside."""
        await self._inner.aclose()

    def __aiter__(self) -> "Watched":
        return self

    async def __anext__(self) -> Any:
        try:
            return await self.receive()
        except anyio.EndOfStream:
            raise StopAsyncIteration from None

    async def __aenter__(self) -> "Watched":
        await self._inner.__aenter__()
        return self

    async def __aexit__(self, *exc: Any) -> Any:
        return await self._inner.__aexit__(*exc)
