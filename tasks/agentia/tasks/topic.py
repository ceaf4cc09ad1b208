"""What the followers of one task wait on: its newest committed events, and a wake-up for each group of them."""

import asyncio
from collections import deque
from collections.abc import Sequence
from typing import Final

from agentia.tasks.events import Event

KEPT_EVENTS: Final = 256
KEPT_BYTES: Final = 1_000_000
"""Committed events kept in memory a task; older ones are read from the store."""


class Topic:
    """The committed tail of one task's log. `last` is None while no run of this process writes to it.

    `known` is the number of the last event by which its followers were woken while others write, None when it is gone.
    """

    def __init__(self, last: int | None) -> None:
        self.last = last
        self.known: int | None = -1
        self._recent: deque[Event] = deque()
        self._size = 0
        self._waiting: set[asyncio.Future[None]] = set()

    def publish(self, events: Sequence[Event]) -> None:
        """Make committed events visible and wake everyone who waits."""
        self._recent.extend(events)
        self._size += sum(len(event.payload) for event in events)
        while len(self._recent) > KEPT_EVENTS or self._size > KEPT_BYTES:
            self._size -= len(self._recent.popleft().payload)
        self.last = events[-1].number
        self.wake()

    def leave(self) -> None:
        """The run of this process has ended; others may write now."""
        self.last = None
        self._recent.clear()
        self._size = 0
        self.wake()

    def since(self, number: int) -> Sequence[Event] | None:
        """The events above `number`, empty when there are none, None when the store must be asked."""
        if self.last is None:
            return None
        if number >= self.last:
            return ()
        if self._recent and self._recent[0].number <= number + 1:
            return [event for event in self._recent if event.number > number]
        return None

    def wake(self) -> None:
        """Let everyone who waits look again."""
        for future in self._waiting:
            if not future.done():
                future.set_result(None)

    async def changed(self) -> None:
        """Wait for the next wake-up."""
        future = asyncio.get_running_loop().create_future()
        self._waiting.add(future)
        try:
            await future
        finally:
            self._waiting.discard(future)

    @property
    def followed_elsewhere(self) -> bool:
        """Whether somebody waits here for events that another process writes."""
        return self.last is None and bool(self._waiting)
