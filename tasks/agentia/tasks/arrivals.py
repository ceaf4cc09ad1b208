"""Messages on their way in: one at a time of each id, so that a repeated send meets the first one and not a race."""

import asyncio

from agentia.tasks.log import TaskLog
from agentia.tasks.records import Owner

Key = tuple[Owner, str]
"""Whose message it is, and its id."""


class Arrivals:
    """What of a replica's messages the store does not know yet, or is still being worked on."""

    def __init__(self) -> None:
        self._entering: dict[Key, list[asyncio.Future[None]]] = {}
        self._taken: dict[Key, tuple[bytes, TaskLog]] = {}

    async def enter(self, key: Key) -> None:
        """Wait until no other send of this message is being looked at; `leave` lets the next one in."""
        while key in self._entering:
            turn = asyncio.get_running_loop().create_future()
            self._entering[key].append(turn)
            await turn
        self._entering[key] = []

    def leave(self, key: Key) -> None:
        """This send has become something, or nothing."""
        for turn in self._entering.pop(key):
            if not turn.done():
                turn.set_result(None)

    def taken(self, key: Key) -> tuple[bytes, TaskLog] | None:
        """The hash of the message of this id that is being worked on, and the log of its run."""
        return self._taken.get(key)

    def take(self, key: Key, hashed: bytes, log: TaskLog) -> None:
        """The message has started a run."""
        self._taken[key] = (hashed, log)

    def done(self, key: Key) -> None:
        """That run is over, and the store knows the message."""
        self._taken.pop(key, None)
