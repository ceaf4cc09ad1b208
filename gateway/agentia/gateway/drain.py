"""Ending open streams when the gateway stops, so that each client hears where to go on."""

import asyncio
from types import TracebackType
from typing import Self


class Drain:
    """Knows the streams that are open. `begin` interrupts them, each inside its own `Open` block."""

    def __init__(self) -> None:
        self._open: set[Open] = set()

    def stream(self) -> "Open":
        """A block in which one stream is passed on."""
        return Open(self._open)

    def begin(self) -> None:
        """Interrupt all open streams."""
        for stream in list(self._open):
            stream.interrupt()


class Interrupted(Exception):
    """The gateway stops; the stream has to end now."""


class Open:
    """`with drain.stream():` raises `Interrupted` where the block waits when the gateway begins to stop."""

    def __init__(self, others: "set[Open]") -> None:
        self._others = others
        self._interrupted = False

    def __enter__(self) -> Self:
        task = asyncio.current_task()
        assert task is not None, "runs inside a task, as every ASGI application does"
        self._task, self._cancelling = task, task.cancelling()
        self._others.add(self)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._others.discard(self)
        if self._interrupted and self._task.uncancel() <= self._cancelling and kind is asyncio.CancelledError:
            raise Interrupted from exc

    def interrupt(self) -> None:
        """Wake the block."""
        self._interrupted = True
        self._others.discard(self)
        self._task.cancel()
