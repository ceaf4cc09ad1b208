"""What the replicas on Postgres tell each other: which tasks changed, who wants to know, and who lets go of tasks."""

import asyncio
import time
from collections.abc import Collection
from contextlib import suppress
from typing import Final

from agentia.core.channel import Channel

FOLLOWING: Final = "+"
"""Somebody follows tasks of other replicas."""
ANYTHING: Final = "*"
"""Any task may have changed."""
FREED: Final = "!"
"""A replica has let go of tasks, or has no room for some."""
TAKEN: Final = "-"
"""A replica has taken a task to end it."""
MOST: Final = 200
"""Task ids that are said at once (a notification holds 8,000 bytes)."""


class News:
    """A replica tells of its tasks while another one follows some, so that a replica alone tells nobody.

    Who follows says so every `seconds`; who hears it first answers that anything may have changed, since it has told
    nothing until then.
    """

    def __init__(self, url: str, schema: str, seconds: float) -> None:
        self._channel = Channel(url, schema, self._hear)
        self._seconds = seconds
        self._tasks: set[str] = set()
        self._anything = True
        self._fresh = asyncio.Event()
        self._fresh.set()
        self._freed, self._taken = asyncio.Event(), asyncio.Event()
        self._following = self._followed = 0.0

    async def close(self) -> None:
        """Neither hear nor tell any more."""
        await self._channel.close()

    async def changed(self) -> Collection[str] | None:
        """See Store. Any task may have changed, too, when nothing was heard for as long as a lease."""
        self._channel.start()
        if (now := time.monotonic()) >= self._following:
            self._following = now + self._seconds
            self._channel.say(FOLLOWING)
        try:
            async with asyncio.timeout(self._seconds):
                await self._fresh.wait()
        except TimeoutError:
            return None
        self._fresh.clear()
        tasks, self._tasks = self._tasks, set()
        anything, self._anything = self._anything, False
        return None if anything else tasks

    async def freed(self, seconds: float) -> None:
        """See Store."""
        self._channel.start()
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._freed.wait()
        self._freed.clear()

    async def taken(self) -> None:
        """See Store."""
        self._channel.start()
        await self._taken.wait()
        self._taken.clear()

    def offer(self) -> None:
        """Say that there are tasks to be taken."""
        self._channel.start()
        self._channel.say(FREED)

    def tell(self, tasks: Collection[str]) -> None:
        """Say that these tasks have changed, if anybody wants to know."""
        self._channel.start()
        if tasks and time.monotonic() < self._followed:
            self._channel.say(" ".join(tasks) if len(tasks) <= MOST else ANYTHING)

    def _hear(self, words: str | None) -> None:
        if words == FOLLOWING:
            self._be_followed()
        elif words == FREED:
            self._freed.set()
        elif words == TAKEN:
            self._taken.set()
        elif words is None:  # the channel is new: nobody heard what was not said, nor was heard
            self._following = self._followed = 0.0
            self._be_followed()
            self._freed.set()
            self._taken.set()
            self._learn(ANYTHING)
        else:
            self._learn(words)

    def _be_followed(self) -> None:
        if time.monotonic() >= self._followed:
            self._channel.say(ANYTHING)
        self._followed = time.monotonic() + 3 * self._seconds

    def _learn(self, words: str) -> None:
        if words == ANYTHING or len(self._tasks) > MOST:
            self._anything = True
        else:
            self._tasks.update(words.split())
        self._fresh.set()
