"""uvicorn's connection, but that the head of an answer leaves together with what follows at once."""

import asyncio
from typing import Any, Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

LARGE: Final = 64_000
"""Bytes from which on a piece is not copied to be joined."""


class Connection(HttpToolsProtocol):
    """Each packet wakes the client, so an answer of two writes would cost it, and us, twice."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # uvicorn asks for this one
        super().connection_made(_Joining(transport, self.loop))  # type: ignore[arg-type]  # what is not here is passed on


class _Joining:
    """A transport that keeps one small write for the next one, until the event loop's next turn at most."""

    __slots__ = ("_kept", "_loop", "_transport")

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport, self._loop = transport, loop
        self._kept = b""

    def write(self, data: bytes) -> None:
        if len(data) >= LARGE:
            self._flush()
            self._transport.write(data)
        elif self._kept:
            self._transport.write(self._taken() + data)
        else:
            self._kept = data
            self._loop.call_soon(self._flush)

    def close(self) -> None:
        self._flush()
        self._transport.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def _flush(self) -> None:
        if self._kept:
            self._transport.write(self._taken())

    def _taken(self) -> bytes:
        kept, self._kept = self._kept, b""
        return kept
