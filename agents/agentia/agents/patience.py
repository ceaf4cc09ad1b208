"""How long an agent may give no sign of life, and how the tries in between are spaced."""

import asyncio
import time
from typing import Final

SECONDS: Final = 60.0
"""Patience with an agent that is away: enough for a restart of its machine."""
STEADY: Final = 5.0
"""Seconds after which an open stream shows that its agent lives, whether it says something or not."""
FIRST, LONGEST = 0.1, 2.0
"""Seconds between two tries: doubled from the first to the longest."""


class Patience:
    """Runs out when there was no sign of life for `seconds`."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._silent_since: float | None = None
        self.tries = 0

    def begin(self) -> None:
        """A try begins; the time that it takes counts unless there is a sign meanwhile."""
        if self._silent_since is None:
            self._silent_since = time.monotonic()

    def sign(self, *, news: bool = True) -> None:
        """There was a sign of life; one without `news` does not make the next pause a short one."""
        self._silent_since = None
        if news:
            self.tries = 0

    async def rest(self) -> bool:
        """Wait after a try that failed; False, at once, when it was the last one."""
        self.begin()
        assert self._silent_since is not None
        if time.monotonic() - self._silent_since >= self._seconds:
            return False
        await self.pause()
        return True

    async def pause(self) -> None:
        """Wait before the next try, longer each time."""
        seconds = min(FIRST * 2 ** min(self.tries, 10), LONGEST, self._seconds)
        self.tries += 1
        await asyncio.sleep(seconds)
