"""A whole mesh under measurement: started as a newcomer starts it, asked, weighed, and ended."""

import json
import os
import re
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from bench.servers import free_port

REPO = Path(__file__).parent.parent
CSV = REPO / "examples" / "sales.csv"


@dataclass(frozen=True)
class Mesh:
    """A mesh in a data folder of its own, with the `agentia` command that drives it."""

    agentia: Path
    data: Path
    port: int

    def up(self) -> None:
        """Start it."""
        self._run("up", *self.flags())

    def flags(self) -> tuple[str, ...]:
        """What `up` is told so that this mesh runs beside any other."""
        return "--detach", "--data", str(self.data), "--port", str(self.port)

    def down(self) -> None:
        """End it."""
        self._run("down", "--data", str(self.data))

    def ask(self, text: str, *arguments: str) -> float:
        """Ask as a person would; returns seconds. Ends everything unless the task completes."""
        start = time.perf_counter()
        out = str(self.data / "out")
        self._run("ask", text, "--url", f"http://127.0.0.1:{self.port}", "--out", out, "--json", *arguments)
        return time.perf_counter() - start

    def pss(self) -> float:
        """Proportional memory of all its processes in MB: a page shared by several counts once in all."""
        return sum(_pss(process.pid) for process in self.processes())

    def processes(self) -> set[psutil.Process]:
        """Those that its record names, and all that they started."""
        record = json.loads((self.data / "mesh.json").read_text())
        pids = {record["pid"], record["zygote"], *(service["pid"] for service in record["services"])} - {0}
        roots = [psutil.Process(pid) for pid in pids]
        return {process for root in roots for process in (root, *root.children(recursive=True))}

    def _run(self, *arguments: str) -> None:
        command = [str(self.agentia), *arguments]
        done = subprocess.run(command, env=newcomer(), capture_output=True, text=True, cwd=self.data)
        if done.returncode != 0:
            raise SystemExit(f"agentia {' '.join(arguments)} ended with {done.returncode}:\n{done.stdout}{done.stderr}")


def newcomer() -> dict[str, str]:
    """An environment that sets nothing of Agentia, and no model."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("AGENTIA_", "OPENAI_"))}


@contextmanager
def mesh(agentia: Path, data: Path) -> Iterator[Mesh]:
    """A mesh that is ended with the block, whatever happens in it."""
    data.mkdir(parents=True, exist_ok=True)
    made = Mesh(agentia, data, _free_ports())
    try:
        yield made
    finally:
        if (data / "mesh.json").exists():
            made.down()


def sentence() -> str:
    """The question that the README asks, word for word."""
    found = re.search(r'agentia ask "([^"]+)" --file examples/sales.csv', (REPO / "README.md").read_text())
    if found is None:
        raise SystemExit("The README asks nothing of examples/sales.csv")
    return found[1]


def _free_ports(count: int = 20) -> int:
    """A port that is free together with those after it: registry and agents follow the gateway's."""
    while True:
        first = free_port()
        used = {c.laddr.port for c in psutil.net_connections("tcp") if c.laddr}
        if first + count < 65536 and not used & set(range(first, first + count)):
            return first


def _pss(pid: int) -> float:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1000
