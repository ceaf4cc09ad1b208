"""Memory of a server per open SSE follower, and how soon all of them have the next event."""

import subprocess
import sys
from dataclasses import dataclass
from typing import IO, Final

from bench.calls import begin
from bench.report import heading, table, target
from bench.servers import Server, python
from bench.sides import serving

FOLLOWERS: Final = 5000
WARM_UP: Final = 200
"""Followers that come and go before, for whatever a server sets up once."""
EACH: Final = 60.0
"""Kilobytes that one may take."""


@dataclass(frozen=True)
class Crowd:
    """What was measured with a crowd: kilobytes a follower, and seconds until the last one had an event."""

    each: float
    seconds: float


def main() -> bool:
    """Have a crowd follow a silent task of ours, then one of the SDK's; returns whether the target is met."""
    heading(f"{FOLLOWERS:,} open SSE followers of one silent task: memory of the server")
    with serving(("ours", "memory")) as servers:
        crowds = {name: _measured(server) for name, server in servers.items()}
    rows = [[name, f"{crowd.each:.1f}", f"{crowd.seconds:.2f}"] for name, crowd in crowds.items()]
    table(("side", "KB a follower", "s until the last has the next event"), rows)
    return target("memory of an SSE follower", crowds["ours"].each, EACH, " KB")


def _measured(server: Server) -> Crowd:
    _crowd(server, WARM_UP)
    return _crowd(server, FOLLOWERS)


def _crowd(server: Server, count: int) -> Crowd:
    task_id, before = begin(server.url, "hold"), server.memory()
    command = python("bench.crowd", server.url, task_id, count)
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as client:
        assert client.stdin
        assert client.stdout
        _line(client.stdout, server)
        each = (server.memory() - before) / count / 1e3
        print("go", file=client.stdin, flush=True)
        seconds = float(_line(client.stdout, server))
    return Crowd(each, seconds)


def _line(output: IO[str], server: Server) -> str:
    if not (line := output.readline()):
        raise SystemExit(f"{server.name}: the crowd is gone")
    return line


if __name__ == "__main__":
    sys.exit(not main())
