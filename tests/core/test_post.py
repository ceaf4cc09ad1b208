"""What is posted to addresses that strangers give goes to public ones only, and its answer is hardly read."""

import asyncio
from collections.abc import Sequence

import pytest

from agentia.core.fetch import FetchRefused, SafeFetcher

ANSWER = b"HTTP/1.1 302 Found\r\nLocation: /else\r\nRetry-After: 7\r\nContent-Length: 99999\r\n\r\nendless"


async def test_a_post_brings_its_body_and_gets_a_status_whatever_the_answer_holds() -> None:
    came: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        came.append(await reader.readuntil(b"\r\n\r\nfour"))
        writer.write(ANSWER)
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/hook?a=1"
        got = await SafeFetcher(allow_private=True).post(url, b"four", [("X-Token", "t")])

    assert (got.status, got.retry_after) == (302, "7")
    (request,) = came
    assert request.startswith(b"POST /hook?a=1 HTTP/1.1\r\n")
    assert b"X-Token: t\r\n" in request
    assert b"Content-Length: 4\r\n" in request


async def test_a_post_is_not_sent_to_an_address_that_is_not_public() -> None:
    async def resolve(_host: str, _port: int) -> Sequence[str]:
        return ["10.0.0.1"]

    with pytest.raises(FetchRefused, match="not public"):
        await SafeFetcher(resolve=resolve).post("http://inside.example/", b"", [])
