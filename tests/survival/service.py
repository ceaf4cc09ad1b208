"""A service as a process of its own, that can be killed, stopped and started again on its port."""

import asyncio
import os
import signal
import socket
import time
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp

from tests.survival.theatre import Runner

HEADERS = {"A2A-Version": "1.0"}
PATIENCE = 90.0
"""Seconds for a start, which takes less than one on a quiet machine."""
LAST_WORDS = 4_000
"""Characters of a log that are shown when its service did not start, or ended by itself."""


@dataclass(eq=False)
class Service:
    """It has `begun` when its process is there, and is `up` while it answers.

    `killed` is when it was last killed (monotonic seconds); a service that is `doomed` may end.
    """

    id: str
    part: str
    name: str
    port: int
    env: dict[str, str]
    log: str
    runner: Runner
    http: aiohttp.ClientSession
    ready: str = "service ready"
    pid: int = 0
    killed: float = 0.0
    doomed: bool = False
    begun: asyncio.Event = field(default_factory=asyncio.Event)
    up: asyncio.Event = field(default_factory=asyncio.Event)
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    heard: list[str] = field(default_factory=list)
    _news: asyncio.Condition = field(default_factory=asyncio.Condition)

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}/"

    async def start(self) -> "Service":
        """Start it, and wait until it is ready."""
        self.begun.clear()
        self.ended.clear()
        self.doomed = False
        self.runner.order(id=self.id, part=self.part, name=self.name, port=self.port, env=self.env, log=self.log)
        up, ended = asyncio.create_task(self.up.wait()), asyncio.create_task(self.ended.wait())
        await asyncio.wait([up, ended], timeout=PATIENCE, return_when=asyncio.FIRST_COMPLETED)
        ended.cancel()
        up.cancel()
        assert self.up.is_set(), f"{self.id} did not start. Its log ends with\n{self.last_words()}"
        return self

    def last_words(self) -> str:
        """The end of its log."""
        log = Path(self.log)
        return log.read_text(errors="replace")[-LAST_WORDS:] if log.exists() else "(nothing)"

    async def kill(self) -> None:
        """Kill it, unless it has ended, and wait until it is gone."""
        await self.begun.wait()
        self.up.clear()
        if not self.ended.is_set():
            self.killed = time.monotonic()
            self.doomed = True
            os.kill(self.pid, signal.SIGKILL)
        await self.ended.wait()

    async def stop(self) -> None:
        """Have it end in order, and wait until it has."""
        await self.begun.wait()
        self.up.clear()
        self.doomed = True
        os.kill(self.pid, signal.SIGTERM)
        await self.ended.wait()

    async def restart(self) -> None:
        """Kill it, and start it again."""
        await self.kill()
        await self.start()

    def send(self, signum: signal.Signals) -> None:
        """Send it a signal that it outlives."""
        os.kill(self.pid, signum)

    async def said(self, log: str) -> None:
        """Wait until it has logged this, in any of its lives."""
        async with self._news:
            await self._news.wait_for(lambda: log in self.heard)

    async def hear(self, log: str) -> None:
        """It has logged something."""
        async with self._news:
            self.heard.append(log)
            self._news.notify_all()
        if log == self.ready:
            self.up.set()

    async def rpc(self, method: str, path: str = "", **params: Any) -> Any:
        """The result of a call, which is made again until it is answered."""
        while True:
            await self.up.wait()
            try:
                answer = await self.ask(method, path, **params)
            except (aiohttp.ClientError, ValueError):
                await asyncio.sleep(0.02)
                continue
            if "result" in answer:
                return answer["result"]
            if not _passing(answer["error"]):
                raise AssertionError(answer["error"])
            await asyncio.sleep(0.02)

    async def ask(self, method: str, path: str = "", **params: Any) -> Any:
        """The response to a call, made once. Raises ClientError, or ValueError when it is no JSON."""
        body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
        async with self.http.post(f"{self.url}{path}", json=body, headers=HEADERS) as response:
            return await response.json()

    async def begin(self, text: str, path: str = "", **fields: Any) -> str:
        """Send a message, until it is taken; the id of its task."""
        message = {"messageId": str(uuid.uuid4()), "role": "ROLE_USER", "parts": [{"text": text}], **fields}
        configuration = {"returnImmediately": True}
        result = await self.rpc("SendMessage", path, message=message, configuration=configuration)
        return str(result["task"]["id"])


def _passing(error: Any) -> bool:
    """Whether it is worth while to ask again: the agent, or the gateway on the way to it, could not work just then."""
    return error["code"] == -32603 and "incident" not in error["message"]


def free_port(first: int, last: int) -> int:
    """A port below those that outgoing connections take, so that it is still free when its service starts again."""
    for port in range(first, last):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise AssertionError(f"no free port from {first} to {last}")
