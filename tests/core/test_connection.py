"""How answers leave: few packets, in order, and nothing kept back."""

import asyncio
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from agentia.core.service import create_app, running
from agentia.core.service.connection import LARGE

GATE = asyncio.Event()


async def short(_: Request) -> Response:
    return PlainTextResponse("short")


async def large(request: Request) -> Response:
    return PlainTextResponse("x" * int(request.query_params["size"]))


async def silent(_: Request) -> Response:
    async def parts() -> AsyncIterator[bytes]:
        await GATE.wait()
        yield b"at last"

    return StreamingResponse(parts())


async def busy(scope: Scope, receive: Receive, send: Send) -> None:
    body = (await receive())["body"]
    if body == b"odd":
        raise RuntimeError("the secret recipe")
    await PlainTextResponse(body)(scope, receive, send)


@pytest.fixture
async def url() -> AsyncIterator[str]:
    GATE.clear()
    routes = [Route("/short", short), Route("/large", large), Route("/silent", silent)]
    async with running(create_app(routes, busy={"/busy": busy}, max_body=1000)) as url:
        yield url


async def _first_read(url: str, path: str) -> bytes:
    """What one read of the socket gives, once there is something."""
    address = urlsplit(url)
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    writer.write(f"GET {path} HTTP/1.1\r\nHost: {address.netloc}\r\nConnection: close\r\n\r\n".encode())
    try:
        return await reader.read(100_000)
    finally:
        writer.close()


async def test_a_short_answer_leaves_whole(url: str) -> None:
    assert (await _first_read(url, "/short")).endswith(b"\r\n\r\nshort")


async def test_the_head_of_a_stream_leaves_before_its_first_part_is_there(url: str) -> None:
    head = await _first_read(url, "/silent")
    assert head.startswith(b"HTTP/1.1 200")
    assert head.endswith(b"\r\n\r\n")
    GATE.set()
    async with httpx.AsyncClient() as client:
        assert (await client.get(f"{url}/silent")).text == "at last"


@pytest.mark.parametrize("size", [LARGE - 1, LARGE, 3 * LARGE, 20 * LARGE])
async def test_an_answer_of_any_size_arrives(url: str, size: int) -> None:
    async with httpx.AsyncClient() as client:
        assert len((await client.get(f"{url}/large", params={"size": size})).content) == size


async def test_a_busy_endpoint_is_guarded_as_the_others_are(url: str) -> None:
    async with httpx.AsyncClient(base_url=url) as client:
        assert (await client.post("/busy", content=b"hello")).text == "hello"
        assert (await client.post("/busy", content=b"x" * 1001)).status_code == 413
        broken = await client.post("/busy", content=b"odd")
        assert (broken.status_code, broken.json()["error"]["code"]) == (500, "internal")
        assert (await client.get("/busy")).status_code == 405
