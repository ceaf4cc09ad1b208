"""Small HTTP questions to services of this machine, by asyncio alone: an HTTP client costs 15 MB."""

import asyncio
import json
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

RETRY = 0.05
PATIENCE = 5.0
LARGEST = 4_000_000


async def get(url: str, *, patience: float = PATIENCE) -> tuple[int, bytes]:
    """Status and body of a GET. Raises OSError (TimeoutError too) when there is no answer."""
    parts = urlsplit(url)
    async with asyncio.timeout(patience):
        reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
        try:
            path = f"{parts.path}?{parts.query}" if parts.query else parts.path
            writer.write(f"GET {path} HTTP/1.0\r\nHost: {parts.netloc}\r\nAccept: application/json\r\n\r\n".encode())
            answer = await _all(reader)
        finally:
            writer.close()
    head, _, body = answer.partition(b"\r\n\r\n")
    words = head.split(b" ", 2)
    if len(words) < 2 or not words[1].isdigit():
        raise ConnectionError(f"{url} does not speak HTTP")
    return int(words[1]), body


async def _all(reader: asyncio.StreamReader) -> bytes:
    found = b""
    while chunk := await reader.read(65_536):
        found += chunk
        if len(found) > LARGEST:
            raise ConnectionError("the answer is too large")
    return found


async def get_json(url: str, *, patience: float = PATIENCE) -> Any:
    """The JSON of a good answer, None of any other."""
    with suppress(OSError, ValueError):
        status, body = await get(url, patience=patience)
        return json.loads(body) if status == 200 else None
    return None


async def is_ready(url: str, *, patience: float = PATIENCE) -> bool:
    """Whether the service says that it can work."""
    try:
        status, _ = await get(f"{url}/readyz", patience=patience)
    except OSError:
        return False
    return status == 200


async def until_ready(url: str) -> None:
    """Return when the service is ready. Its socket listens before it starts, so the question mostly waits inside it."""
    while not await is_ready(url):  # noqa: ASYNC110 - another process's state
        await asyncio.sleep(RETRY)


async def until_registered(registry: str, agent: str, port: int) -> None:
    """Return when the registry knows the agent's instance on this port."""
    address = f"{registry}/agents/{agent}"
    while not _has_instance(await get_json(address), port):  # noqa: ASYNC110 - another process's state
        await asyncio.sleep(RETRY)


def _has_instance(agent: Any, port: int) -> bool:
    if not isinstance(agent, dict):
        return False
    found = agent.get("agent", agent)
    urls = [found.get("url", ""), *(instance.get("url", "") for instance in found.get("instances", ()))]
    return any(urlsplit(url).port == port for url in urls)
