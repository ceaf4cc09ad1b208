"""Ends work for a client that has gone."""

import asyncio
from types import TracebackType
from typing import Self

from starlette.types import Receive


class Hangup:
    """`async with Hangup(receive):` leaves the block, quietly, as soon as the client closes its connection.

    The request's body has to be read before. Works as `asyncio.timeout` does, with the client in place of the clock.
    """

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._gone = False

    async def __aenter__(self) -> Self:
        task = asyncio.current_task()
        assert task is not None, "runs inside a task, as every ASGI application does"
        self._task, self._cancelling = task, task.cancelling()
        self._watch = asyncio.create_task(self._listen())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> bool:
        self._watch.cancel()
        ours = self._gone and self._task.uncancel() <= self._cancelling
        return ours and kind is asyncio.CancelledError

    async def _listen(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass
        self._gone = True
        self._task.cancel()
