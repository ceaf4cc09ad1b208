"""The registry's client: what it needs, and what it makes of strange answers."""

import asyncio
import subprocess
import sys

import pytest

from agentia.core.service import bind
from agentia.registry.client import RegistryClient, RegistryUnavailable

FORBIDDEN = ("a2a", "google", "pydantic", "starlette", "uvicorn", "jwt", "cryptography", "sqlite3", "alembic")


def test_importing_the_client_loads_nothing_of_the_service() -> None:
    code = "import sys, agentia.registry.client; print(*{name.partition('.')[0] for name in sys.modules})"
    loaded = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.split()
    assert not set(FORBIDDEN) & set(loaded)


async def test_a_registry_that_is_not_there_is_unavailable() -> None:
    sock = bind("127.0.0.1", 0)
    port = sock.getsockname()[1]
    sock.close()
    async with RegistryClient(f"http://127.0.0.1:{port}") as client:
        with pytest.raises(RegistryUnavailable, match="does not answer") as unavailable:
            await client.list()
    assert "AGENTIA_REGISTRY_URL" in unavailable.value.fix


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nwhat",
        b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}",
        b'HTTP/1.1 200 OK\r\ncontent-length: 16\r\n\r\n{"agents": [{}]}',
        b"HTTP/1.1 502 Bad Gateway\r\ncontent-length: 6\r\n\r\n<html>",
        b"HTTP/1.1 307 Away\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n",
        b'HTTP/1.1 503 Busy\r\ncontent-length: 49\r\n\r\n{"error": {"code": "storage_failed", "message":""}}',
        b"",
    ],
)
async def test_a_strange_answer_is_unavailability(answer: bytes) -> None:
    async def say(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(say, sock=bind("127.0.0.1", 0))
    async with server, RegistryClient(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}") as client:
        with pytest.raises(RegistryUnavailable):
            await client.list()


async def test_proxies_of_the_environment_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")

    async def say(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b'HTTP/1.1 200 OK\r\ncontent-length: 14\r\n\r\n{"agents": []}')
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(say, sock=bind("127.0.0.1", 0))
    async with server, RegistryClient(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}") as client:
        assert await client.list() == []
