"""Tells an author which line keeps the event loop from everything else: requests, leases, other tasks."""

import asyncio
import logging
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from agentia.core.frames import line_in

SECONDS: Final = 1.0
"""For how long the loop may do one thing; a lease is renewed every third of its ten seconds."""

log = logging.getLogger("agentia.agents")


class Watch:
    """A thread that looks at the event loop's own, and logs an author's line that it finds there for too long, once."""

    def __init__(self, loop: asyncio.AbstractEventLoop, seconds: float) -> None:
        self._loop, self._seconds, self._thread = loop, seconds, threading.get_ident()
        self._over = threading.Event()
        self._beat()

    def _beat(self) -> None:
        """The loop has come around."""
        self._seen = time.monotonic()
        self._timer = self._loop.call_later(self._seconds / 2, self._beat)

    def look(self) -> None:
        """Look until the watch is over."""
        told = 0.0
        while not self._over.wait(self._seconds / 2):
            seen = self._seen
            late = time.monotonic() - seen
            if late > self._seconds and seen != told and (place := line_in(sys._current_frames().get(self._thread))):
                told = seen
                log.warning(
                    "author's code blocks the event loop",
                    extra={"place": place, "seconds": round(late, 1), "fix": "await it, or use asyncio.to_thread"},
                )

    def end(self) -> None:
        """Look no more."""
        self._over.set()
        self._timer.cancel()


@contextmanager
def watched(seconds: float | None = None) -> Iterator[None]:
    """Watches the running loop while the block runs; `seconds` are SECONDS unless given."""
    watch = Watch(asyncio.get_running_loop(), SECONDS if seconds is None else seconds)
    threading.Thread(target=watch.look, name="watch", daemon=True).start()
    try:
        yield
    finally:
        watch.end()
