"""A world in one thread: time that passes only when everybody waits, and ways to a database that die in between."""

import asyncio
import itertools
import selectors
import sqlite3
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final
from unittest import mock

from agentia.core.database import connect
from agentia.tasks import reception, store, topic
from agentia.tasks.store import SqliteStore

BEGINNING: Final = 1_800_000_000.0
"""The wall clock, in unix seconds, when virtual time is 0."""
LATENCY: Final = 0.001
"""Seconds that an order takes to the database, and its outcome back."""


class _Selector(selectors.SelectSelector):
    """Where nobody is ready, time goes on to the next timer."""

    now = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if not ready:
            assert timeout is not None, "everybody waits for ever"
            self.now += timeout
        return ready


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop on virtual time. Work for the threads of a store goes to its disk; there are no other threads."""

    def __init__(self) -> None:
        self._virtual = _Selector()
        super().__init__(self._virtual)

    def time(self) -> float:
        return self._virtual.now

    def run_in_executor(self, executor: Any, func: Any, *args: Any) -> Any:  # type: ignore[override]
        if isinstance(executor, Lane):
            return executor.do(lambda: func(*args))
        done = self.create_future()
        done.set_result(func(*args))
        return done


class Disk:
    """A replica's way to its database; `die` ends it, with all that is on its way."""

    def __init__(self, loop: VirtualLoop, died: Callable[[], None]) -> None:
        self.loop, self.dead, self.stalled = loop, False, 0.0
        self._died = died
        self._fuse: tuple[int, bool] | None = None

    def die(self) -> None:
        """Nothing more is written, and no outcome is heard."""
        if not self.dead:
            self.dead = True
            self._died()

    def die_later(self, orders: int, *, written: bool) -> None:
        """Die at one of the next orders: before it is carried out, or before its outcome is heard."""
        self._fuse = orders, written

    def stall(self, seconds: float) -> None:
        """Take orders, and carry them out only after so long."""
        self.stalled = self.loop.time() + seconds

    def burn(self) -> bool | None:
        """Before each order: None when the disk outlives it, else whether the order is carried out."""
        if self._fuse is None:
            return None
        orders, written = self._fuse
        self._fuse = orders - 1, written
        return None if orders > 0 else written


class Lane:
    """Orders that are carried out one after the other; it stands for a thread of the store."""

    def __init__(self, disk: Disk) -> None:
        self._disk, self._loop = disk, disk.loop
        self._next = 0.0

    def do(self, order: Callable[[], Any]) -> "asyncio.Future[Any]":
        """Its outcome, later."""
        outcome: asyncio.Future[Any] = self._loop.create_future()
        self._next = max(self._next, self._disk.stalled, self._loop.time()) + LATENCY
        self._loop.call_at(self._next, self._carry_out, order, outcome)
        return outcome

    def shutdown(self) -> None:
        """It needs no end."""

    def _carry_out(self, order: Callable[[], Any], outcome: "asyncio.Future[Any]") -> None:
        if self._disk.dead:
            return
        if (last := self._disk.burn()) is not None:
            if last:
                order()
            self._disk.die()
            return
        try:
            settle, result = outcome.set_result, order()
        except Exception as exc:  # noqa: BLE001  for whoever waits for the outcome
            settle, result = outcome.set_exception, exc
        self._loop.call_later(LATENCY, self._tell, outcome, settle, result)

    def _tell(self, outcome: "asyncio.Future[Any]", settle: Callable[[Any], None], result: Any) -> None:
        if not self._disk.dead and not outcome.done():
            settle(result)


class _Writing(Lane):
    """The lane of the thread that writes: all goes to it, as it is never idle."""

    idle = False

    def __init__(self, disk: Disk, connection: sqlite3.Connection) -> None:
        super().__init__(disk)
        self._connection = connection

    def submit(self, order: Callable[[sqlite3.Connection], Any]) -> "asyncio.Future[Any]":
        return self.do(lambda: order(self._connection))

    def close(self) -> None:
        """It needs no end."""


def open_store(path: Path, disk: Disk) -> SqliteStore:
    """The real store, its threads replaced by lanes of `disk`."""
    threads: dict[str, Any] = {
        "WritingThread": lambda connection: _Writing(disk, connection),
        "ThreadPoolExecutor": lambda *_args, **_options: Lane(disk),
        "connect": _careless,
    }
    with mock.patch.multiple(store, **threads):
        return SqliteStore(path)


@contextmanager
def virtual_world(loop: VirtualLoop) -> Iterator[None]:
    """The engine's clocks show the loop's time, polls are rare, few events are kept at hand, and ids are numbers."""
    ids = (f"id-{number:04}" for number in itertools.count(1))
    clock = SimpleNamespace(time=lambda: BEGINNING + loop.time(), monotonic=loop.time)
    with ExitStack() as stack:
        for name, module in list(sys.modules.items()):
            if name.startswith("agentia.tasks.") and getattr(module, "time", None) is time:
                stack.enter_context(mock.patch.object(module, "time", clock))
        stack.enter_context(mock.patch.multiple(store, WATCH=0.05, WATCH_ENDS=0.05))
        stack.enter_context(mock.patch.object(topic, "KEPT_EVENTS", 2))
        stack.enter_context(mock.patch.object(reception, "new_id", ids.__next__))
        yield


def _careless(path: Path) -> sqlite3.Connection:
    connection = connect(path)
    connection.execute("PRAGMA synchronous=OFF")  # processes die here, never the machine
    return connection
