"""A mesh from `agentia up` to its first finished task, the README's question, and the memory of it all."""

import statistics
import sys
import tempfile
from pathlib import Path
from time import perf_counter
from typing import Final

from bench.mesh import CSV, Mesh, mesh, sentence
from bench.report import heading, table, target

ROUNDS: Final = 3
FIRST: Final = "What is 15 % of 2,480?"


def main() -> bool:
    """Start a mesh of its own a few times; returns whether the targets are met."""
    heading(
        "agentia up, warm: seconds to the first finished task, seconds of the README's question, memory of the mesh"
    )
    with tempfile.TemporaryDirectory(prefix="agentia-bench-") as folder:
        _once(Path(folder) / "warm-up")
        rounds = [_once(Path(folder) / str(number)) for number in range(ROUNDS)]
    first, asked, pss, processes = (statistics.median(figures) for figures in zip(*rounds, strict=True))
    table(("median of", "first task s", "question s", "PSS MB", "processes"), [
        (f"{ROUNDS} runs", f"{first:.2f}", f"{asked:.2f}", f"{pss:.0f}", f"{processes:.0f}")
    ])  # fmt: skip
    limits = (("agentia up to the first finished task", first, 4, " s"), ("the question", asked, 3, " s"))
    return all([*(target(*limit) for limit in limits), target("PSS of the mesh", pss, 500, " MB")])


def _once(data: Path) -> tuple[float, float, float, int]:
    """Seconds to the first task, seconds of the question, megabytes, processes."""
    with mesh(Path(sys.executable).with_name("agentia"), data) as started:
        start = perf_counter()
        started.up()
        started.ask(FIRST)
        first = perf_counter() - start
        return first, _question(started), started.pss(), len(started.processes())


def _question(started: Mesh) -> float:
    return started.ask(sentence(), "--file", str(CSV))


if __name__ == "__main__":
    sys.exit(not main())
