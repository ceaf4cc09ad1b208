"""The disk is full: accepted tasks lose nothing and go on when there is space, new ones are refused with a sentence."""

import asyncio
import contextlib
import os
import resource
import secrets
import subprocess
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import asyncpg
import pytest

from tests.survival.account import content, nothing_repeated, nothing_swapped, same_artifacts, unbroken
from tests.survival.follower import Follower
from tests.survival.service import Service
from tests.survival.stage import Report, Stage
from tests.survival.stores import Postgres, Sqlite, Store

if TYPE_CHECKING:
    from bench.cluster import Cluster

SMALL = "24m"
"""A file system that holds an empty database and little more."""
PAGE = 4096
MOST = 2_000
"""Messages of which one must be refused while the disk is full."""


class Disk:
    """Where the tasks are; full and free as the test says."""

    def __init__(self, mounted: Path | None = None) -> None:
        self._mounted = mounted
        self._limited: list[int] = []

    def fill(self, *services: Service) -> None:
        """Let there be no space left: on the file system, or as far as files of these processes may grow."""
        if self._mounted is None:
            self._limited = [service.pid for service in services]
            self._limit(PAGE)
            return
        with contextlib.suppress(OSError), self._ballast.open("wb", buffering=0) as file:
            while True:
                file.write(bytes(PAGE))

    def free(self) -> None:
        """Let there be space again."""
        if self._mounted is None:
            self._limit(resource.RLIM_INFINITY)
        else:
            self._ballast.unlink()

    @property
    def _ballast(self) -> Path:
        assert self._mounted is not None
        return self._mounted / "ballast"

    def _limit(self, size: int) -> None:
        for pid in self._limited:
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


@pytest.fixture
def small_file_system(cluster: "Cluster", tmp_path: Path) -> Iterator[Path]:
    """A small file system, with a folder `space` that belongs to the database server's account."""
    folder, owner = tmp_path / "small", os.stat(cluster.folder)
    for each in (tmp_path, *tmp_path.parents):  # the server has to get there
        if each.stat().st_uid == os.geteuid() and not each.stat().st_mode & 0o001:
            each.chmod(each.stat().st_mode | 0o011)
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={SMALL},mode=755", "tmpfs", str(folder)]
    if (mounted := subprocess.run(mount, capture_output=True, text=True)).returncode:
        pytest.skip(f"to fill the disk of PostgreSQL takes a small file system, and a mount: {mounted.stderr.strip()}")
    try:
        (folder / "space").mkdir()
        os.chown(folder / "space", owner.st_uid, owner.st_gid)
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


@pytest.fixture
async def small_disk(cluster: "Cluster", small_file_system: Path) -> AsyncIterator[Path]:
    """A small file system with the database `small` on it."""
    connection = await asyncpg.connect(cluster.url())
    try:
        await connection.execute(f"CREATE TABLESPACE small LOCATION '{small_file_system / 'space'}'")
        await connection.execute("CREATE DATABASE small TEMPLATE template0 TABLESPACE small")
        yield small_file_system
        await connection.execute("DROP DATABASE small WITH (FORCE)")
        await connection.execute("DROP TABLESPACE small")
    finally:
        await connection.close()


@pytest.fixture(params=["sqlite", "postgres"])
def disk(request: pytest.FixtureRequest) -> Disk:
    """A disk that can be filled."""
    return Disk(request.getfixturevalue("small_disk") if request.param == "postgres" else None)


@pytest.fixture
def store(request: pytest.FixtureRequest, disk: Disk) -> Store:
    """The database on that disk."""
    if request.node.callspec.params["disk"] == "sqlite":
        return Sqlite()
    return Postgres(request.getfixturevalue("cluster").url("small"))


async def test_a_full_disk_refuses_what_is_new_and_loses_nothing(stage: Stage, disk: Disk) -> None:
    replicas = await asyncio.gather(stage.open("walker"), stage.open("walker", replica=2))
    go_on, there = asyncio.Event(), asyncio.Semaphore(0)

    async def hold(report: Report) -> None:
        if report.point == "step-5/in" and not go_on.is_set():
            there.release()
            await go_on.wait()

    stage.direct("walker", hold)
    followers = [Follower(await replicas[n % 2].begin("Walk"), replicas[(n + 1) % 2]) for n in range(6)]
    for _ in followers:
        await there.acquire()
    disk.fill(*replicas)
    taken, refused = await refusal(replicas[0])
    assert refused["code"] == -32603
    assert "space" in refused["message"]
    followers += [Follower(task_id, *replicas) for task_id in taken]
    go_on.set()
    more, refused = await refusal(replicas[1])
    assert "space" in refused["message"]
    followers += [Follower(task_id, *replicas) for task_id in more]
    disk.free()
    for follower in followers:
        await follower.end()
        task, notes = await replicas[0].rpc("GetTask", id=follower.task_id), stage.notes(follower.task_id)
        assert task["status"]["state"] == "TASK_STATE_COMPLETED", task["status"]
        unbroken(follower)
        same_artifacts(follower, task)
        nothing_repeated(notes, lives=3)
        nothing_swapped(notes, content(task, "results.json"))
    await Follower(await replicas[0].begin("Walk"), *replicas).end()


async def refusal(service: Service) -> tuple[list[str], Any]:
    """The tasks of messages that found the last space, and the error that met the one after them."""
    taken: list[str] = []
    for _ in range(MOST):
        parts = [{"text": secrets.token_hex(3_000)}]
        message = {"messageId": secrets.token_hex(8), "role": "ROLE_USER", "parts": parts}
        answer = await service.ask("SendMessage", message=message, configuration={"returnImmediately": True})
        if "error" in answer:
            return taken, answer["error"]
        taken.append(answer["result"]["task"]["id"])
    raise AssertionError("the disk was never full")
