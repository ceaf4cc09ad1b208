"""Where transactions are carried out: on a thread that writes, or at once where that is quicker than the way to it."""

import asyncio
import logging
import queue
import sqlite3
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, Final

from agentia.tasks.records import StorageFailed

CLOSED: Final = "The task database is closed: the service is stopping."
QUICK: Final = 0.003
"""Seconds that a transaction takes, on the average, on a disk that the event loop may wait for."""
OFTEN: Final = 50
"""Transactions after which one is the thread's, which cuts the log; and those that are, where the disk is slow."""

log = logging.getLogger("agentia.tasks")

Work = Callable[[sqlite3.Connection], Any]


class WritingThread:
    """Runs functions of a connection one by one on a thread of its own; leaner than an executor, as it is hot."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._queue: queue.SimpleQueue[tuple[Work, asyncio.Future[Any], asyncio.AbstractEventLoop] | None]
        self._queue = queue.SimpleQueue()
        self._closed, self._unfinished = False, 0
        self._thread = threading.Thread(target=self._run, name="tasks-write", daemon=True)
        self._thread.start()

    @property
    def idle(self) -> bool:
        """Whether it is open, and has nothing to do."""
        return not self._closed and not self._unfinished

    def submit(self, work: Work) -> asyncio.Future[Any]:
        """The result of `work`, which gets the connection. Raises StorageFailed when it is closed."""
        if self._closed:
            raise StorageFailed(CLOSED)
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Any] = loop.create_future()
        self._unfinished += 1
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
                loop.call_soon_threadsafe(self._resolve, future, outcome, failure)

    def _resolve(self, future: "asyncio.Future[Any]", outcome: Any, failure: Exception | None) -> None:
        self._unfinished -= 1
        if future.done():
            return
        if failure is None:
            future.set_result(outcome)
        else:
            future.set_exception(failure)


class AtOnce:
    """Carries out short transactions on the event loop's own thread, which spares two switches between threads.

    Nobody is made to wait for long: neither for another process that writes, nor for a slow disk but to find out.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        """A connection of its own, which waits for no lock and leaves cutting the log to the others."""
        connection.execute("PRAGMA busy_timeout = 0")
        connection.execute("PRAGMA wal_autocheckpoint = 0")
        self._connection = connection
        self._pace = 0.0
        self._here, self._elsewhere = OFTEN, 0

    def run(self, work: Work) -> "asyncio.Future[Any] | None":
        """The result of `work`. None when it is not done, and left to the thread, which tells what is wrong with it."""
        if self._elsewhere:
            self._elsewhere -= 1
            return None
        start = time.perf_counter()
        try:
            outcome = work(self._connection)
        except Exception:  # undone, and met once more by the thread
            log.debug("left to the thread", exc_info=True)
            return None
        self._paced(time.perf_counter() - start)
        future = asyncio.get_running_loop().create_future()
        future.set_result(outcome)
        return future

    def look(self, statement: str, values: Sequence[Any]) -> Any:
        """A row that is found in microseconds. Raises sqlite3.Error, also when it would have to wait."""
        return self._connection.execute(statement, values).fetchone()

    def _paced(self, seconds: float) -> None:
        self._here -= 1
        self._pace += (seconds - self._pace) / 8
        if self._pace > QUICK:
            self._pace, self._here, self._elsewhere = 0.0, OFTEN, OFTEN
        elif not self._here:
            self._here, self._elsewhere = OFTEN, 1
