"""How long a task stands still whose replica was killed: until another one does its work, for several leases."""

import random
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final

from bench.calls import begin, ticks
from bench.cluster import Cluster, PostgresMissing
from bench.report import heading, table, target
from bench.servers import ENVIRONMENT, Server, free_port, python, running

LEASES: Final = (1, 3, 10)
"""Seconds."""
OWNERS: Final = 3
"""Replicas that are killed, of each lease and database, beside the one that stays."""
ALLOWED: Final = 0.5
"""Seconds that a takeover may take beyond the lease."""
SEEN: Final = 10
"""Events of a task before its replica is killed."""
TICKS: Final = 100_000
"""More than a task comes to write."""

Replicas = list[Server]


def main() -> bool:
    """Kill replicas in the middle of a task each; returns whether all targets are met."""
    heading("SIGKILL of a task's replica: seconds until a follower on another one has what that wrote first")
    taken = measured("sqlite", [])
    try:
        with Cluster(durable=True) as cluster:
            taken |= measured("postgres", [cluster.create(f"lease_{lease}") for lease in LEASES])
    except PostgresMissing as missing:
        print(f"Postgres: not measured. {missing}")
    rows = [
        [f"{database}, {lease} s", f"{statistics.median(seconds):.2f}", f"{max(seconds):.2f}", len(seconds)]
        for (database, lease), seconds in taken.items()
    ]
    table(("database, lease", "median s", "max s", "kills"), rows)
    met = [
        target(f"the longest takeover on {database}, lease of {lease} s", max(seconds), lease + ALLOWED, " s")
        for (database, lease), seconds in taken.items()
    ]
    return all(met)


def measured(database: str, urls: list[str]) -> dict[tuple[str, int], list[float]]:
    """The seconds of each takeover, by database and lease; all leases at once, since most of it is waiting."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="agentia-bench-")))
        wheres = [[url] for url in urls] or [[] for _ in LEASES]
        groups = [stack.enter_context(_replicas(folder, lease, *at)) for lease, at in zip(LEASES, wheres, strict=True)]
        pool = stack.enter_context(ThreadPoolExecutor(OWNERS * len(LEASES)))
        waiting = {
            (database, lease): [pool.submit(_taken_over, owner, survivor, lease) for owner in owners]
            for lease, (survivor, *owners) in zip(LEASES, groups, strict=True)
        }
        return {key: [each.result() for each in kills] for key, kills in waiting.items()}


@contextmanager
def _replicas(folder: Path, lease: int, *where: str) -> Iterator[Replicas]:
    """Replicas of one agent; the first is the one that stays. They are killed when the block ends."""
    environment = ENVIRONMENT | {"AGENTIA_LEASE_SECONDS": str(lease)}
    with ExitStack() as stack:
        replicas = []
        for number in range(1 + OWNERS):
            port = free_port()
            command = python("bench.ours", port, folder / str(lease), *where)
            log = folder / f"{lease}-{number}.log"
            replica = stack.enter_context(running("ours", command, port=port, log=log, environment=environment))
            stack.callback(replica.process.kill)  # their tasks would be waited for
            replicas.append(replica)
        yield replicas


def _taken_over(owner: Server, survivor: Server, lease: int) -> float:
    """Kill a replica in the middle of a task, at any moment of its lease; the seconds until the task goes on."""
    task_id = begin(owner.url, f"tick {TICKS}")
    killed, soonest = 0.0, time.time() + random.uniform(0, lease)
    for seen, (written, came) in enumerate(ticks(survivor.url, task_id)):
        if killed and written > killed:
            return came - killed
        if not killed and seen >= SEEN and came >= soonest:
            owner.process.kill()
            killed = time.time()
    raise SystemExit(f"the stream of a task ended before it was taken over from {owner.url}")


if __name__ == "__main__":
    sys.exit(not main())
