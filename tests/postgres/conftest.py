"""Stores on one Postgres database, and a wire to it that can be cut."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, suppress
from typing import Any
from urllib.parse import urlsplit

import asyncpg
import pytest

from agentia.tasks.postgres import PostgresStore

SCHEMA = "agentia_test"


class Wire:
    """A TCP relay to a database server."""

    def __init__(self, target: str) -> None:
        self._target = urlsplit(target)
        self._links: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server | None = None
        self._port = 0
        self._swallow: bytes | None = None
        self.swallowed = asyncio.Event()

    @property
    def url(self) -> str:
        """Where a client finds the database behind the wire."""
        return self._target._replace(netloc=f"{self._target.username}@127.0.0.1:{self._port}").geturl()

    def swallow(self, words: bytes) -> None:
        """Once a client has said `words`, keep the server's answer from it, and cut its link."""
        self._swallow = words
        self.swallowed.clear()

    async def mend(self) -> None:
        """Let clients connect, at the address they had."""
        self._server = await asyncio.start_server(self._link, "127.0.0.1", self._port)
        self._port = self._server.sockets[0].getsockname()[1]

    async def cut(self) -> None:
        """End all links, and let nobody connect."""
        assert self._server is not None
        self._server.close()
        for link in self._links:
            link.transport.abort()

    def cut_links(self) -> None:
        """End all links; clients may connect again."""
        for link in self._links:
            link.transport.abort()

    async def _link(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        assert self._target.hostname
        try:
            there, back = await asyncio.open_connection(self._target.hostname, self._target.port)
        except OSError:
            writer.transport.abort()
            return
        self._links |= {writer, back}
        with suppress(OSError):
            told = asyncio.Event()
            await asyncio.gather(self._forth(reader, back, told), self._back(there, writer, told))
        for link in (writer, back):
            link.transport.abort()
        self._links -= {writer, back}

    async def _forth(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, told: asyncio.Event) -> None:
        while data := await reader.read(65536):
            if self._swallow is not None and self._swallow in data:
                self._swallow = None
                told.set()
            writer.write(data)
        writer.transport.abort()

    async def _back(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, told: asyncio.Event) -> None:
        while data := await reader.read(65536):
            if told.is_set():
                self.swallowed.set()
                break
            writer.write(data)
        writer.transport.abort()


@pytest.fixture
async def wire(database: str) -> AsyncIterator[Wire]:
    """A wire to the test's database."""
    wire = Wire(database)
    await wire.mend()
    yield wire
    await wire.cut()


@pytest.fixture
async def store_at(database: str) -> AsyncIterator[Callable[..., Awaitable[PostgresStore]]]:  # which outlives them
    """Opens stores at a URL, as several replicas would."""
    async with AsyncExitStack() as stack:

        async def open_one(url: str, **options: Any) -> PostgresStore:
            store = await asyncio.to_thread(PostgresStore, url, SCHEMA, **options)
            stack.push_async_callback(store.close)
            return store

        yield open_one


@pytest.fixture
async def direct(database: str) -> "AsyncIterator[asyncpg.Connection]":
    """A connection to the test's database that is no store's."""
    connection = await asyncpg.connect(database, server_settings={"search_path": SCHEMA})
    yield connection
    await connection.close()
