"""Followers of one task, each with a connection of its own, all in this process, which is not the server's.

`python -m bench.crowd URL TASK_ID COUNT` says "following" once all have the task, lets it go on at a line of input, and
says how many seconds later the last of them has its next event.
"""

import asyncio
import sys
import time
from typing import Final, cast
from urllib.parse import urlsplit

import uvloop

from agentia.core.service.sockets import allow_files
from bench.calls import begin, body, post

OPENING: Final = 200
"""Connections that are opened at once."""
PATIENCE: Final = 60.0
"""Seconds after which what has not come is given up: for the task of a few, and for the next event of all."""


class Follower(asyncio.Protocol):
    """Counts the events of its stream."""

    def __init__(self, request: bytes) -> None:
        self._request, self._heard = request, b""
        self.first, self.second = asyncio.Event(), asyncio.Event()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for the stream."""
        cast(asyncio.Transport, transport).write(self._request)

    def data_received(self, data: bytes) -> None:
        """Events, comments, or parts of them."""
        self._heard += data
        events = self._heard.count(b"\ndata:")
        if events >= 1:
            self.first.set()
        if events >= 2:
            self.second.set()


async def crowd(url: str, task_id: str, count: int) -> None:
    """Follow, and say so."""
    address, followers = urlsplit(url), list[Follower]()
    request = post(address.netloc, body("SubscribeToTask", {"id": task_id}))
    for start in range(0, count, OPENING):
        some = [Follower(request) for _ in range(min(OPENING, count - start))]
        async with asyncio.timeout(PATIENCE):
            await asyncio.gather(*(_open(one, address.hostname or "", address.port or 0) for one in some))
        followers += some
    print("following", flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    began = time.perf_counter()
    await asyncio.to_thread(begin, url, "release")
    async with asyncio.timeout(PATIENCE):
        for follower in followers:
            await follower.second.wait()
    print(time.perf_counter() - began, flush=True)
    await asyncio.to_thread(begin, url, "release")


async def _open(follower: Follower, host: str, port: int) -> None:
    await asyncio.get_running_loop().create_connection(lambda: follower, host, port)
    await follower.first.wait()


if __name__ == "__main__":
    allow_files()
    uvloop.run(crowd(sys.argv[1], sys.argv[2], int(sys.argv[3])))
