"""A LISTEN/NOTIFY channel: what the replicas of a service tell each other, over one connection that comes back."""

import asyncio
import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from agentia.core.database import DatabaseUnusable
from agentia.core.postgres import connected, translated

if TYPE_CHECKING:
    from asyncpg import Connection

QUIET_SECONDS: Final = 30.0
"""After that the connection is tried, as one that broke silently says nothing of it."""
LAST_WORDS: Final = 1.0
"""Seconds for what is to be said before hanging up."""
SLOWEST: Final = 2.0
"""Seconds between tries to connect, at most."""

log = logging.getLogger("agentia.core")


class Channel:
    """`hear` gets what others say, and None whenever something may have been missed: at the start, after a loss."""

    def __init__(self, url: str, schema: str, hear: Callable[[str | None], None]) -> None:
        self._url, self._schema, self._hear = url, schema, hear
        self._unsaid: list[str] = []
        self._stir = asyncio.Event()
        self._listening: asyncio.Task[None] | None = None
        self._connected = self._closing = False

    def start(self) -> None:
        """Begin to listen; nothing when that was done before."""
        if self._listening is None:
            self._listening = asyncio.create_task(self._listen())

    def say(self, words: str) -> None:
        """Tell all others, soon; they do not hear it when the connection is lost just now."""
        if self._connected:
            self._unsaid.append(words)
            self._stir.set()

    async def close(self) -> None:
        """Say what is unsaid, if that can be done soon, and hang up."""
        if self._listening is not None:
            self._closing = True
            self._stir.set()
            if self._connected:
                await asyncio.wait([self._listening], timeout=LAST_WORDS)
            self._listening.cancel()
            await asyncio.gather(self._listening, return_exceptions=True)

    async def _listen(self) -> None:
        pause = 0.05
        while not self._closing:
            try:
                connection = await connected(self._url, self._schema)
                pause = 0.05
                await self._talk(connection)
            except DatabaseUnusable as exc:
                log.warning("channel lost", extra={"reason": str(exc)})
                await asyncio.sleep(pause)
                pause = min(pause * 2, SLOWEST)

    async def _talk(self, connection: "Connection") -> None:
        """Until the connection is lost. Raises DatabaseLost."""
        connection.add_termination_listener(lambda _: self._stir.set())
        try:
            await connection.add_listener(self._schema, self._heard)
            self._connected = True
            self._hear(None)
            while not self._closing:
                await self._stirred()
                unsaid, self._unsaid = self._unsaid, []
                await connection.execute(
                    "SELECT pg_notify($1, said) FROM unnest($2::text[]) said", self._schema, unsaid
                )
        except Exception as exc:
            raise translated(exc, sent=True) from exc
        finally:
            self._connected = False
            connection.terminate()

    async def _stirred(self) -> None:
        try:
            async with asyncio.timeout(QUIET_SECONDS):
                await self._stir.wait()
        except TimeoutError:
            return
        self._stir.clear()

    def _heard(self, connection: Any, pid: int, _channel: str, words: object) -> None:
        if pid != connection.get_server_pid():
            self._hear(str(words))
