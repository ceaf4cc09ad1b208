"""Tasks on Postgres against the same on SQLite: CPU of the agent per task, and the way to another replica."""

import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Final

from bench.calls import begin, ticks
from bench.cluster import Cluster, PostgresMissing, binaries
from bench.report import heading, table, target
from bench.send_message import CONNECTIONS, Side
from bench.servers import Server, free_port, python, running

ROUNDS: Final = 5
REQUESTS: Final = 600
TICKS: Final = 250
CPU: Final = 2.0
"""What a task over Postgres may cost against one over SQLite."""
LATENCY: Final = 10.0
"""Milliseconds from an event's writing to its reading by a follower on another replica, half of the time."""

Replicas = tuple[Server, Server]


def main() -> bool:
    """Measure two replicas on each database, in turns; returns whether the targets are met, or cannot be measured."""
    try:
        server = binaries() / "postgres"
    except PostgresMissing as missing:
        print(f"\n== Tasks on Postgres: not measured. {missing}")
        return True
    heading("Tasks on Postgres and on SQLite, commits synced to disk: CPU of the agent's process per four-event task")
    said = subprocess.run([server, "--version"], stdout=subprocess.PIPE, text=True, check=True).stdout
    print(f"{said.strip()}, asyncpg {version('asyncpg')}")
    with replicas() as on:
        sides = {name: Side(one) for name, (one, _) in on.items()}
        for side in sides.values():
            side.send(300, 4)
        for _ in range(ROUNDS):
            for connections in CONNECTIONS:
                for side in sides.values():
                    side.measure(REQUESTS, connections)
        delays = {name: _delays(*pair) for name, pair in on.items()}
    _report(sides, delays)
    ratios = {n: _ratio(sides["postgres"].cpu[n], sides["sqlite"].cpu[n]) for n in CONNECTIONS}
    met = [target(f"CPU against SQLite, {n} connections", ratio, CPU) for n, ratio in ratios.items()]
    p50 = {name: statistics.median(taken) for name, taken in delays.items()}
    met += [target(f"to another replica on {name}, p50", taken, LATENCY, " ms") for name, taken in p50.items()]
    return all(met)


@contextmanager
def replicas() -> Iterator[dict[str, Replicas]]:
    """Two replicas of our agent on each database."""
    with ExitStack() as stack:
        cluster = stack.enter_context(Cluster(durable=True))
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="agentia-bench-")))
        servers: dict[str, list[Server]] = {}
        for name, where in (("sqlite", []), ("postgres", [cluster.url()])):
            for number in (1, 2):
                port = free_port()
                command = python("bench.ours", port, folder / name, *where)
                log = folder / f"{name}-{number}.log"
                servers.setdefault(name, []).append(stack.enter_context(running(name, command, port=port, log=log)))
        yield {name: (one, two) for name, (one, two) in servers.items()}


def _delays(one: Server, two: Server) -> list[float]:
    """Milliseconds from when an event is written on one replica until a client has it from the other."""
    task_id = begin(one.url, f"tick {TICKS}")
    return [(came - written) * 1e3 for written, came in ticks(two.url, task_id)]


def _report(sides: dict[str, Side], delays: dict[str, list[float]]) -> None:
    rows = []
    for connections in CONNECTIONS:
        for name, side in sides.items():
            p50 = statistics.median(load.p50 for load in side.loads[connections])
            rows.append([f"{name}, {connections}", f"{side.per_request(connections):.3f}", f"{p50:.2f}"])
    table(("database, connections", "CPU ms", "p50 ms"), rows)
    ways = [[name, f"{statistics.median(d):.2f}", f"{sorted(d)[len(d) * 99 // 100]:.2f}"] for name, d in delays.items()]
    table(("to a follower on another replica", "p50 ms", "p99 ms"), ways)


def _ratio(ours: list[float], theirs: list[float]) -> float:
    """The median of the rounds' ratios."""
    return statistics.median(our / their for our, their in zip(ours, theirs, strict=True))


if __name__ == "__main__":
    sys.exit(not main())
