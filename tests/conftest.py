"""What all tests share: temporary folders in memory, and for whoever asks a PostgreSQL server and a webhook."""

import asyncio
import gc
import json
import os
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    from bench.cluster import Cluster

MEMORY = "/dev/shm"
ENOUGH = 2_000_000_000
"""Bytes that a run of all tests may need there."""


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """How many workers `-n auto` means: two for each core, as a test waits half of its time."""
    return min(2 * (os.cpu_count() or 1), 16)


def pytest_collection_finish() -> None:
    """What is loaded by now stays: the garbage collector, off since `pytest_configure`, need never go through it."""
    gc.freeze()
    gc.enable()


def pytest_configure() -> None:
    """Load without garbage collections; have temporary files in memory where that can be, apart from busy disks."""
    gc.disable()
    settings.register_profile("busy", deadline=None, suppress_health_check=[HealthCheck.too_slow])
    settings.load_profile("busy")  # how long an example takes depends on what else the machine does
    if "TMPDIR" not in os.environ and _can_hold_all(MEMORY):
        os.environ["TMPDIR"] = tempfile.tempdir = MEMORY


def _can_hold_all(folder: str) -> bool:
    if not os.access(folder, os.W_OK):
        return False
    system = os.statvfs(folder)
    return system.f_bavail * system.f_frsize > ENOUGH and not system.f_flag & os.ST_NOEXEC


@pytest.fixture(scope="session")
def cluster() -> "Iterator[Cluster]":
    """A private cluster; where none can be made the test is skipped, but in CI it fails."""
    from bench.cluster import Cluster, PostgresMissing

    try:
        with Cluster() as running:
            yield running
    except PostgresMissing as missing:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(str(missing))


@pytest.fixture(scope="session")
def tests_database(cluster: "Cluster") -> str:
    """The URL of the database that the tests of this process use one after the other."""
    return cluster.create("tests")


@pytest.fixture
def database(cluster: "Cluster", tests_database: str) -> Iterator[str]:
    """The URL of an empty database. It is emptied after the test: to make one takes seven times as long."""
    yield tests_database
    cluster.empty("tests")


@dataclass(frozen=True)
class Post:
    """What came to a webhook."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def number(self) -> int:
        """The event that it is about."""
        return int(self.headers["agentia-event"])

    @property
    def told(self) -> str:
        """What it says: a state, the name of an artifact, or of which artifact it brings more."""
        update = self.json.get("statusUpdate") or self.json.get("task")
        if update:
            return str(update["status"]["state"]).removeprefix("TASK_STATE_")
        artifact = (self.json.get("artifactUpdate") or {}).get("artifact", {})
        return str(artifact.get("name") or artifact.get("artifactId") or self.json["status"]["state"])


Reply = Callable[[Post], Awaitable[str]]


@dataclass
class Receiver:
    """A webhook on a real socket: it keeps what comes, and answers as `reply` says (a status line, and headers)."""

    url: str = ""
    posts: list[Post] = field(default_factory=list)
    reply: Reply | None = None
    _more: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def told(self, last: str, path: str = "/hook") -> list[str]:
        """What a path was told, once that ends with `last`."""
        async with self._more:
            await self._more.wait_for(lambda: [*self.at(path), ""][-2:-1] == [last])
        return self.at(path)

    async def count(self, count: int) -> None:
        """Wait for so many POSTs in all."""
        async with self._more:
            await self._more.wait_for(lambda: len(self.posts) >= count)

    def at(self, path: str = "/hook") -> list[str]:
        """What a path was told so far."""
        return [post.told for post in self.posts if post.path == path]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            lines = (await reader.readuntil(b"\r\n\r\n")).decode().splitlines()
            headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines[1:] if line)}
            post = Post(lines[0].split()[1], headers, await reader.readexactly(int(headers["content-length"])))
            async with self._more:
                self.posts.append(post)
                self._more.notify_all()
            answer = "200 OK" if self.reply is None else await self.reply(post)
            writer.write(f"HTTP/1.1 {answer}\r\nContent-Length: 0\r\n\r\n".encode())
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # who sent it was killed
        finally:
            writer.close()


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    """A webhook that takes everything."""
    receiver = Receiver()
    server = await asyncio.start_server(receiver.serve, "127.0.0.1", 0)
    receiver.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/hook"
    yield receiver
    server.close()
