"""Where a test plays: its services, its side file, and the points at which it decides what happens next."""

import asyncio
import json
import shutil
import signal
import tempfile
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp

from tests.survival.effects import NOTES, STAGE
from tests.survival.service import Service, free_port
from tests.survival.stores import Store
from tests.survival.theatre import Runner

LEASE = 1.0
"""Seconds: the shortest that is taken."""
TOKEN = "of-the-survival-tests"


@dataclass(frozen=True)
class Report:
    """A process of `actor` has come to a point of its code, and waits there."""

    actor: str
    task: str
    point: str
    pid: int


@dataclass(frozen=True)
class Note:
    """A line of the side file: `word` is "did", "kept" or "began"; `at` is in monotonic seconds."""

    task: str
    word: str
    key: str
    by: str
    pid: int
    at: float


Decide = Callable[[Report], Awaitable[None]]
"""Called at each point of an actor; the actor goes on when it returns."""


class Stage:
    """Use with `async with`; at its end everything that was started is killed."""

    def __init__(self, runner: Runner, folder: Path, store: Store, ports: range) -> None:
        self._runner, self._folder, self._store, self._ports = runner, folder, store, ports
        self._sockets = Path(tempfile.mkdtemp(prefix="agentia-"))  # a path of a socket has to be short
        self._notes = folder / "notes"
        self._services: dict[str, Service] = {}
        self._decide: dict[str, Decide] = {}
        self._background: set[asyncio.Future[Any]] = set()
        self._talks: set[asyncio.Future[Any]] = set()
        self._deserters: list[Service] = []

    async def __aenter__(self) -> "Stage":
        self._runner.listen(self._hear)
        quiet = aiohttp.ClientTimeout(total=None, sock_read=60)
        self._http = aiohttp.ClientSession(timeout=quiet, connector=aiohttp.TCPConnector(limit=0))
        path = self._sockets / "stage"
        self._server = await asyncio.start_unix_server(self._connected, path, limit=2**20)
        return self

    async def __aexit__(self, *_: object) -> None:
        for task in self._background:
            task.cancel()
        await asyncio.gather(*self._background, return_exceptions=True)
        await asyncio.gather(*(each.kill() for each in self._services.values() if not each.ended.is_set()))
        self._runner.ignore()
        self._server.close()
        for talk in self._talks:
            talk.cancel()
        await asyncio.gather(*self._talks, return_exceptions=True)
        await self._http.close()
        shutil.rmtree(self._sockets)

    def service(self, part: str, name: str = "", *, replica: int = 1, ready: str = "service ready") -> Service:
        """A service that is not started yet. `ready` is what it logs once it is."""
        name = name or part
        id = f"{name}-{replica}"
        port = free_port(next(iter(self._ports)), self._ports.stop)
        self._ports = range(port + 1, self._ports.stop)
        log = str(self._folder / f"{id}.log")
        made = Service(id, part, name, port, self._env(), log, self._runner, self._http, ready)
        made.ended.set()
        self._services[id] = made
        return made

    async def open(self, part: str, name: str = "", **options: Any) -> Service:
        """A service that is ready."""
        return await self.service(part, name, **options).start()

    async def put_to_sleep(self, service: Service) -> None:
        """Stop a process between two of its writes: one that is stopped within a write keeps all others from theirs."""
        while True:
            service.send(signal.SIGSTOP)
            if await asyncio.to_thread(self._store.free, self._folder / "data", service.name):
                return
            service.send(signal.SIGCONT)

    def direct(self, actor: str, decide: Decide) -> None:
        """Have `decide` called at each point of an actor."""
        self._decide[actor] = decide

    def spawn(self, work: Awaitable[Any]) -> None:
        """Have something done meanwhile; the test fails when it does."""
        task = asyncio.ensure_future(work)
        self._background.add(task)

    def notes(self, task: str = "") -> list[Note]:
        """The side file, or what it says of one task."""
        lines = self._notes.read_text().splitlines() if self._notes.exists() else []
        found = [Note(**json.loads(line)) for line in lines]
        return [note for note in found if note.task == task] if task else found

    def check(self) -> None:
        """Raise what went wrong in the background, or when a service ended that nobody killed."""
        for task in self._background:
            if task.done() and not task.cancelled():
                task.result()
        assert not self._deserters, "a service has ended by itself"

    def _env(self) -> dict[str, str]:
        registry = self._services.get("registry-1")
        gateway = self._services.get("gateway-1")
        return {
            "AGENTIA_DATA": str(self._folder / "data"),
            "AGENTIA_LEASE_SECONDS": str(LEASE),
            "AGENTIA_JOIN_TOKEN": TOKEN,
            "AGENTIA_REGISTRY_URL": registry.url if registry else "http://127.0.0.1:1",
            "AGENTIA_GATEWAY_URL": gateway.url if gateway else "http://127.0.0.1:1",
            NOTES: str(self._notes),
            STAGE: str(self._sockets / "stage"),
            **self._store.environment(),
        }

    def _hear(self, said: dict[str, Any]) -> None:
        service = self._services.get(said.get("began") or said["ended"])
        if service is None:
            return  # of an earlier test
        if "began" in said:
            service.pid = said["pid"]
            service.begun.set()
        elif said["pid"] == service.pid:
            service.up.clear()
            service.ended.set()
            if not service.doomed:
                self._deserters.append(service)
                print(f"{service.id} has ended with status {said['status']}. Its log ends with\n{service.last_words()}")

    def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._talks.add(asyncio.create_task(self._talk(reader, writer)))

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            try:
                await self._hear_reports(reader, writer)
            finally:
                writer.close()
                await writer.wait_closed()

    async def _hear_reports(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while line := await reader.readline():
            said = json.loads(line)
            if "log" in said:
                await self._services[said["service"]].hear(said["log"])
                continue
            report = Report(**said)
            if (decide := self._decide.get(report.actor)) is not None:
                await decide(report)
            writer.write(b"go\n")
