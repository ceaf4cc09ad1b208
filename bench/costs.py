"""What a task, an event, a read, a search and a follower cost each service of a mesh on Postgres, measured here."""

import asyncio
import json
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import psutil

from bench.calls import begin, body, post, send
from bench.cluster import Cluster
from bench.load import exchange
from bench.mesh import newcomer
from bench.servers import Server, free_port, python, running
from bench.stream import read

TASKS: Final = 1500
EVENTS: Final = 3000
CALLS: Final = 1600
CONNECTIONS: Final = 16
NEED: Final = b'{"need": "say it again"}'
FOLLOWERS: Final = 1000
Cpu = Mapping[str, float]


@dataclass(frozen=True)
class Costs:
    """CPU in milliseconds and a follower's memory in kilobytes by service; bytes that Postgres keeps and logs."""

    task: Cpu
    event: Cpu
    read: Cpu
    search: Cpu
    follower: Mapping[str, float]
    stored: float
    logged: float
    event_stored: float
    event_logged: float


@dataclass(frozen=True)
class Field:
    """A gateway, a registry, one agent and its Postgres."""

    services: Mapping[str, Server]
    database: str

    @property
    def url(self) -> str:
        """The gateway, at whose root the agent answers."""
        return self.services["gateway"].url

    def spent(self, times: int, act: Callable[[], object]) -> Cpu:
        """CPU milliseconds of each service for one of the `times` that something is done in `act`."""
        before = {name: server.cpu() for name, server in self.services.items()}
        act()
        time.sleep(0.3)  # what they still do for it belongs to it
        return {name: (server.cpu() - before[name]) / times * 1e3 for name, server in self.services.items()}

    def written(self) -> tuple[float, float]:
        """Bytes of Postgres's log so far, and of the database."""
        return asyncio.run(_written(self.database))


def measured() -> Costs:
    """Measure in a mesh of its own, whose commits are synced to disk; about half a minute. Raises PostgresMissing."""
    with _field() as field:
        _load(field.url, TASKS // 3)
        marks = [field.written()]
        task = field.spent(TASKS, lambda: _load(field.url, TASKS))
        marks.append(field.written())
        event = field.spent(EVENTS, lambda: read(field.url, f"stream {EVENTS}"))
        marks.append(field.written())
        known = send(field.url, "echo this")["id"]
        (logged, stored), (event_logged, event_stored) = _apart(marks, TASKS), _apart(marks[1:], EVENTS)
        return Costs(
            task=task,
            event=event,
            read=field.spent(CALLS, lambda: _calls(field.url, "/", body("GetTask", {"id": known}))),
            search=field.spent(CALLS, lambda: _calls(field.services["registry"].url, "/discover", NEED)),
            follower=_followers(field),
            stored=stored,
            logged=logged,
            event_stored=event_stored,
            event_logged=event_logged,
        )


def _apart(marks: list[tuple[float, float]], times: int) -> tuple[float, float]:
    """Between the first two marks, for one of so many times."""
    (log, size), (later_log, later_size) = marks[:2]
    return (later_log - log) / times, (later_size - size) / times


@contextmanager
def _field() -> Iterator[Field]:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="agentia-bench-")))
        cluster = stack.enter_context(Cluster(durable=True))
        ports = {name: free_port() for name in ("registry", "gateway", "agent")}
        urls = {name: f"http://127.0.0.1:{port}" for name, port in ports.items()}
        told = {
            **newcomer(),
            "AGENTIA_REGISTRY_URL": urls["registry"],
            "AGENTIA_GATEWAY_URL": urls["gateway"],
            "AGENTIA_JOIN_TOKEN": "of-a-mesh-that-lives-for-a-minute",
        }
        services = {}
        for name, port in ports.items():
            command = python("bench.front", port, folder, cluster.url()) if name == "agent" else _service(name, port)
            here = {**told, "AGENTIA_DATA": str(folder / name)}
            services[name] = stack.enter_context(
                running(name, command, port=port, log=folder / f"{name}.log", environment=here)
            )
        _until_ready(services)
        pid = int((cluster.folder / "data" / "postmaster.pid").read_text().split()[0])
        services["postgres"] = Server("postgres", cluster.url(), psutil.Process(pid))
        yield Field(services, cluster.url())


def _service(name: str, port: int) -> list[str]:
    agentia = Path(sys.executable).with_name("agentia")
    return [str(agentia), "service", name, "--host", "127.0.0.1", "--port", str(port)]


def _until_ready(services: Mapping[str, Server], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    for server in services.values():
        while True:
            try:
                urllib.request.urlopen(f"{server.url}/readyz").close()
                break
            except OSError as exc:
                if time.monotonic() > deadline:
                    raise SystemExit(f"{server.name} does not get ready: {exc}") from exc
                time.sleep(0.1)


def _load(url: str, tasks: int) -> None:
    done = subprocess.run(python("bench.load", url, tasks, CONNECTIONS), stdout=subprocess.PIPE, check=True)
    said = json.loads(done.stdout)
    if said["errors"]:
        raise SystemExit(f"{said['errors']} of {tasks} tasks failed, the first with\n{said['first_error']}")


def _calls(url: str, path: str, content: bytes) -> None:
    """The same request CALLS times, over several connections."""

    async def connection(host: str, port: int) -> None:
        reader, writer = await asyncio.open_connection(host, port)
        sent = post(f"{host}:{port}", content).replace(b"POST / ", f"POST {path} ".encode(), 1)
        for _ in range(CALLS // CONNECTIONS):
            head, answer = await exchange(reader, writer, sent)
            if b" 200 " not in head[:16] or b'"error"' in answer:
                raise SystemExit(f"{url}{path} answers {answer[:500]!r}")
        writer.close()

    async def all_of_them() -> None:
        address = urlsplit(url)
        await asyncio.gather(*(connection(address.hostname or "", address.port or 0) for _ in range(CONNECTIONS)))

    asyncio.run(all_of_them())


def _followers(field: Field) -> Mapping[str, float]:
    """Kilobytes of gateway and agent for each follower of a silent task, through the gateway."""
    services = {name: field.services[name] for name in ("gateway", "agent")}
    for count in (FOLLOWERS // 10, FOLLOWERS):
        before = {name: server.memory() for name, server in services.items()}
        command = python("bench.crowd", field.url, begin(field.url, "hold"), count)
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as client:
            assert client.stdin
            assert client.stdout
            client.stdout.readline()
            each = {name: (server.memory() - before[name]) / count / 1e3 for name, server in services.items()}
            print("go", file=client.stdin, flush=True)
            client.stdout.readline()
        send(field.url, "release")
    return each


async def _written(database: str) -> tuple[float, float]:
    import asyncpg

    connection = await asyncpg.connect(database)
    try:
        row = await connection.fetchrow(
            "SELECT pg_current_wal_lsn() - '0/0'::pg_lsn, pg_database_size(current_database())"
        )
        assert row is not None
        return float(row[0]), float(row[1])
    finally:
        await connection.close()
