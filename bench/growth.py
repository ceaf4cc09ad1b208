"""The database's size under steady load when finished tasks are let go of after seconds: it has to level off."""

import asyncio
import statistics
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from bench.cluster import Cluster, PostgresMissing
from bench.report import heading, table, target
from bench.send_message import Side
from bench.servers import ENVIRONMENT, free_port, python, running

ROUNDS: Final = 10
REQUESTS: Final = 2000
CONNECTIONS: Final = 16
SHORT: Final = {"AGENTIA_EVENT_RETENTION": "1", "AGENTIA_TASK_RETENTION": "2"}
LEVEL: Final = 1.3
"""What the database may grow from the rounds in the middle to the last ones."""
LOG: Final = 16.0
"""MB of SQLite's write-ahead log, at most."""


@dataclass
class Growth:
    """One server, and after each round: MB of its database, MB of the log beside it, and the tasks that it has."""

    side: Side
    measure: Callable[[], tuple[float, float]]
    sizes: list[float] = field(default_factory=list)
    logs: list[float] = field(default_factory=list)
    tasks: list[int] = field(default_factory=list)

    def round(self) -> None:
        """Send, and look."""
        self.side.measure(REQUESTS, CONNECTIONS)
        size, log = self.measure()
        self.sizes.append(size / 1e6)
        self.logs.append(log / 1e6)
        self.tasks.append(self.side.stored())

    def level(self) -> float:
        """The last rounds against the ones in the middle."""
        return statistics.mean(self.sizes[-2:]) / statistics.mean(self.sizes[ROUNDS // 2 - 2 : ROUNDS // 2])


def main() -> bool:
    """Load a server that keeps all and those that let go, in turns; returns whether the targets are met."""
    heading(f"{ROUNDS * REQUESTS:,} four-event tasks, events kept for 1 s and tasks for 2 s: the size of the database")
    with servers() as sides:
        for _ in range(ROUNDS):
            for side in sides.values():
                side.round()
    head = ("database", *(f"{(number + 1) * REQUESTS:,}" for number in range(1, ROUNDS, 2)))
    for what, unit in (("sizes", "MB"), ("logs", "MB of log"), ("tasks", "tasks")):
        rows = [[f"{name}, {unit}", *(f"{n:.4g}" for n in getattr(side, what)[1::2])] for name, side in sides.items()]
        table(head, rows)
    for name, side in sides.items():
        slowest = max(load.p99 for load in side.side.loads[CONNECTIONS])
        print(f"{name}: CPU a task {side.side.per_request(CONNECTIONS):.3f} ms, worst p99 of a round {slowest:.1f} ms")
    short = {name: side for name, side in sides.items() if name != "sqlite, all kept"}
    met = [target(f"{name}: the last rounds against the middle", s.level(), LEVEL) for name, s in short.items()]
    return all([*met, target("the log on SQLite", max(short["sqlite"].logs), LOG, " MB")])


@contextmanager
def servers() -> Iterator[dict[str, Growth]]:
    """One that keeps all on SQLite, and one on each database that lets go."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="agentia-bench-")))

        def start(name: str, retention: dict[str, str], *database: str) -> Side:
            port = free_port()
            command = python("bench.ours", port, folder / name, *database)
            environment = {**ENVIRONMENT, **retention}
            log = folder / f"{name}.log"
            return Side(stack.enter_context(running(name, command, port=port, log=log, environment=environment)))

        growths = {
            "sqlite, all kept": Growth(start("kept", {}), lambda: _of_file(folder / "kept")),
            "sqlite": Growth(start("short", SHORT), lambda: _of_file(folder / "short")),
        }
        try:
            url = stack.enter_context(Cluster(durable=True)).url()
        except PostgresMissing as missing:
            print(f"Postgres is not measured. {missing}")
        else:
            growths["postgres"] = Growth(start("postgres", SHORT, url), lambda: asyncio.run(_of_schema(url)))
        yield growths


def _of_file(folder: Path) -> tuple[float, float]:
    file = next(folder.rglob("*.sqlite"))
    log = file.with_name(f"{file.name}-wal")
    return file.stat().st_size, log.stat().st_size if log.exists() else 0


async def _of_schema(url: str) -> tuple[float, float]:
    import asyncpg

    connection = await asyncpg.connect(url)
    try:
        size = await connection.fetchval("SELECT pg_database_size(current_database())")
    finally:
        await connection.close()
    return float(size), 0.0


if __name__ == "__main__":
    sys.exit(not main())
