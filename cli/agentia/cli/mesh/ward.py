"""One service in the supervisor's care: its record, and what is remembered of its deaths."""

import asyncio
import socket
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic

from agentia.cli.mesh.plan import Service
from agentia.cli.mesh.processes import started
from agentia.cli.mesh.record import ServiceRecord

STEADY = 10.0


@dataclass
class Ward:
    """`alive` from the order to start it until its exit is heard. The socket stays bound all the while."""

    service: Service
    sock: socket.socket
    log: Path
    record: ServiceRecord
    alive: bool = False
    was_ready: bool = False
    quick_deaths: int = 0
    log_start: int = 0
    since: float = field(default_factory=monotonic)
    watch: asyncio.Task[None] | None = None
    refusing: bool = False

    @classmethod
    def of(cls, service: Service, sock: socket.socket, logs: Path) -> "Ward":
        return cls(service, sock, logs / f"{service.name}.log", new_record(service))

    def starts(self) -> None:
        self.alive, self.since = True, monotonic()
        self.log_start = self.log.stat().st_size if self.log.exists() else 0
        if self.refusing:
            self.sock.listen()
            self.refusing = False

    def lives(self, pid: int) -> None:
        self.record = replace(self.record, pid=pid, born=started(pid), state="starting", note="", since=now())

    def is_ready(self) -> None:
        self.was_ready = True
        self.record = replace(self.record, state="ready", since=now())

    def died(self, note: str, *, stopping: bool) -> None:
        self.stop_watching()
        self.alive = False
        if stopping:
            self.record = replace(self.record, pid=0, born=0, state="stopped", note="", since=now())
            return
        steady = self.record.state == "ready" and monotonic() - self.since >= STEADY
        self.quick_deaths = 1 if steady else self.quick_deaths + 1
        restarts = self.record.restarts + 1
        self.record = replace(self.record, pid=0, born=0, state="died", note=note, restarts=restarts, since=now())

    def refuse(self) -> None:
        """Turn callers away while it waits for a later start, rather than let them hang. The port stays ours."""
        self.sock.shutdown(socket.SHUT_RDWR)
        self.refusing = True

    def stop_watching(self) -> None:
        if self.watch:
            self.watch.cancel()
            self.watch = None


def new_record(service: Service) -> ServiceRecord:
    """What is known of a service before it has a process."""
    return ServiceRecord(service.name, service.role, service.url, service.port, since=now())


def now() -> str:
    """The time as the record writes it."""
    return datetime.now(UTC).isoformat(timespec="seconds")
