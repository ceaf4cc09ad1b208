"""Servers under measurement: started as processes, waited for, their CPU read, and ended."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

ENVIRONMENT = {"OTEL_INSTRUMENTATION_A2A_SDK_ENABLED": "false"}
"""For every side: the SDK's tracing costs extra where it is on."""


@dataclass(frozen=True)
class Server:
    """A running server."""

    name: str
    url: str
    process: psutil.Process

    def tree(self) -> list[psutil.Process]:
        """The server and all it started."""
        return [self.process, *self.process.children(recursive=True)]

    def cpu(self) -> float:
        """CPU seconds so far, user and system, of the whole tree, ended children included."""
        return sum(_cpu(process) for process in self.tree())

    def memory(self) -> float:
        """Bytes of memory that are resident for the server, without what it started."""
        return float(self.process.memory_info().rss)


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(
    name: str, command: Sequence[str], *, port: int, log: Path, environment: Mapping[str, str] = ENVIRONMENT
) -> Iterator[Server]:
    """Run `command` until the block ends; the block starts once its port answers."""
    with log.open("wb") as output:
        child = subprocess.Popen(command, env={**os.environ, **environment}, stdout=output, stderr=output)
    try:
        _wait(child, port, log)
        yield Server(name, f"http://127.0.0.1:{port}", psutil.Process(child.pid))
    finally:
        child.terminate()
        with suppress(subprocess.TimeoutExpired):
            child.wait(15)
        child.kill()


def python(*arguments: object) -> list[str]:
    """The command that runs a module, the first argument, with this Python."""
    return [sys.executable, "-m", *map(str, arguments)]


def _wait(child: "subprocess.Popen[bytes]", port: int, log: Path, seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if child.poll() is not None:
            raise SystemExit(f"{child.args!r} ended at once:\n{log.read_text()}")
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.02)
    raise SystemExit(f"{child.args!r} does not answer on port {port}:\n{log.read_text()}")


def _cpu(process: psutil.Process) -> float:
    with suppress(psutil.NoSuchProcess):
        times = process.cpu_times()
        return times.user + times.system + times.children_user + times.children_system
    return 0.0
