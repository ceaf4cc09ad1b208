"""The thread that writes: one group of changes after the other, each group one transaction."""

import asyncio
import queue
import sqlite3
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final

from agentia.tasks.records import StorageFailed

CLOSED: Final = "The task database is closed: the service is stopping."

Work = Callable[[sqlite3.Connection], Any]


class WritingThread:
    """Runs functions of a connection one by one on a thread of its own; leaner than an executor, as it is hot."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._queue: queue.SimpleQueue[tuple[Work, asyncio.Future[Any], asyncio.AbstractEventLoop] | None]
        self._queue = queue.SimpleQueue()
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="tasks-write", daemon=True)
        self._thread.start()

    def submit(self, work: Work) -> asyncio.Future[Any]:
        """The result of `work`, which gets the connection. Raises StorageFailed when it is closed."""
        if self._closed:
            raise StorageFailed(CLOSED)
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Any] = loop.create_future()
        self._queue.put((work, future, loop))
        return future

    def close(self) -> None:
        """Finish what was submitted. Blocks for that long."""
        self._closed = True
        self._queue.put(None)
        self._thread.join()

    def _run(self) -> None:
        while (item := self._queue.get()) is not None:
            work, future, loop = item
            try:
                outcome, failure = work(self._connection), None
            except Exception as exc:  # noqa: BLE001  handed to whoever waits for the result
                outcome, failure = None, exc
            with suppress(RuntimeError):  # the event loop is closed, and nobody waits any more
                loop.call_soon_threadsafe(_resolve, future, outcome, failure)


def _resolve(future: "asyncio.Future[Any]", outcome: Any, failure: Exception | None) -> None:
    if future.done():
        return
    if failure is None:
        future.set_result(outcome)
    else:
        future.set_exception(failure)
