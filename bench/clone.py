"""From a clone to the first finished task: what a newcomer waits, packages being at hand in the installer's cache."""

import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter

from bench.mesh import REPO, mesh, newcomer
from bench.report import heading, table, target
from bench.up import FIRST


def main() -> bool:
    """Clone the last commit, `make up`, ask; returns whether the target is met."""
    heading("git clone, make up, agentia ask: seconds to the first finished task")
    with tempfile.TemporaryDirectory(prefix="agentia-bench-") as folder:
        clone = Path(folder) / "agentia"
        start = perf_counter()
        _run("git", "clone", "--quiet", str(REPO), str(clone))
        with mesh(clone / ".venv/bin/agentia", Path(folder) / "data") as started:
            _run("make", "-C", str(clone), "install")
            installed = perf_counter() - start
            _run("make", "-C", str(clone), "up", f"ARGS={' '.join(started.flags())}")
            started.ask(FIRST)
            total = perf_counter() - start
    table(("", "seconds"), [("installed", f"{installed:.1f}"), ("first task", f"{total:.1f}")])
    return target("from clone to the first finished task", total, 90, " s")


def _run(*command: str) -> None:
    subprocess.run(command, env=newcomer(), check=True)


if __name__ == "__main__":
    sys.exit(not main())
