"""How many webhooks are called at once: so many in all, and of one host fewer, so that a slow one leaves room."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final
from weakref import WeakValueDictionary

IN_ALL: Final = 64
OF_ONE_HOST: Final = 8


class Slots:
    """Room for calls."""

    def __init__(self) -> None:
        self._all = asyncio.Semaphore(IN_ALL)
        self._hosts: WeakValueDictionary[str, asyncio.Semaphore] = WeakValueDictionary()

    @asynccontextmanager
    async def of(self, host: str) -> AsyncIterator[None]:
        """Wait for room to call a host; who waits for a slow one takes none from the others."""
        place = self._hosts.get(host)
        if place is None:
            place = self._hosts[host] = asyncio.Semaphore(OF_ONE_HOST)
        async with place, self._all:
            yield
