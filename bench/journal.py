"""What a journaled step takes on SQLite until it is durable, beside what the disk itself takes to sync a write."""

import os
import statistics
import sys
import tempfile
from pathlib import Path
from time import perf_counter
from typing import Final

from bench.calls import send
from bench.report import heading, table, target
from bench.servers import free_port, python, running

STEPS: Final = 100
ROUNDS: Final = 15
"""Short ones, so that steps and the disk's own syncs meet the same disk."""
PAGE: Final = bytes(4096)
STEP: Final = 2.0
"""Milliseconds of a step, half of the time."""


def main() -> bool:
    """Time the steps of one task after the other, and the disk between them; returns whether the target is met."""
    heading(f"A journaled step that does nothing, on SQLite, every commit synced: {STEPS} in a row, {ROUNDS} rounds")
    steps, syncs = list[float](), list[float]()
    with tempfile.TemporaryDirectory(prefix="agentia-bench-") as name:
        folder, port = Path(name), free_port()
        command = python("bench.ours", port, folder)
        with running("ours", command, port=port, log=folder / "log") as server:
            send(server.url, f"steps {STEPS}")
            for _ in range(ROUNDS):
                syncs += _syncs(folder / "synced")
                steps += _steps(server.url)
    table(("", "p50 ms", "p99 ms"), [["step", *_quantiles(steps)], ["write and fdatasync of 4 KB", *_quantiles(syncs)]])
    return target("a journaled step, p50", statistics.median(steps), STEP, " ms")


def _steps(url: str) -> list[float]:
    """Milliseconds of each step of a task, as the answer itself sees them."""
    task = send(url, f"steps {STEPS}")
    return [seconds * 1e3 for seconds in task["artifacts"][0]["parts"][0]["data"]]


def _syncs(path: Path) -> list[float]:
    """Milliseconds of appending a page to a file and having it on disk, as often as there are steps."""
    taken = []
    with path.open("ab", buffering=0) as file:
        for _ in range(STEPS):
            begun = perf_counter()
            file.write(PAGE)
            os.fdatasync(file.fileno())
            taken.append((perf_counter() - begun) * 1e3)
    return taken


def _quantiles(taken: list[float]) -> list[str]:
    return [f"{statistics.median(taken):.2f}", f"{sorted(taken)[len(taken) * 99 // 100]:.2f}"]


if __name__ == "__main__":
    sys.exit(not main())
