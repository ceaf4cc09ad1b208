"""The mesh in containers: building its image, starting it, spreading work over replicas, killing one of them."""

import shutil
import subprocess
import sys
import tempfile
import time
import uuid
from base64 import b64encode
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

from bench.compose import ROOT, Mesh, docker, inspected
from bench.report import heading, table, target

LEASE: Final = 3.0
"""Seconds, as tests/containers/compose.test.yaml says."""
KILLS: Final = 3
TASKS: Final = 8
"""Tasks that run when a replica is killed, of 2 seconds each."""
REQUESTS: Final = 90
TABLE: Final = "region,revenue\n" + "North,3\nSouth,4\n" * 10_000
SMALL: Final = ("build", "--build-arg", "LOCK=requirements-core.lock")
MB: Final = 1e6


def main() -> bool:
    """Needs a Docker engine; returns whether all targets are met."""
    heading("containers: seconds, and shares of three replicas")
    if subprocess.run(["docker", "info"], capture_output=True, check=False).returncode:
        print("Not measured: no Docker engine answers. `scripts/containers make bench ARGS=containers` starts one.")
        return True
    mesh = Mesh.named("agentia-bench")
    mesh.environment = {"MESH_IMAGE": "agentia-bench"}
    built = _build(mesh)
    small = Mesh("agentia-bench-core", 1, environment={"MESH_IMAGE": "agentia-bench:core"})
    small.compose(*SMALL)
    mesh.down()
    try:
        started, spread, finished = _started(mesh), _spread(mesh), _killed(mesh)
    finally:
        mesh.down()
    sizes = [inspected(image)[0]["Size"] / MB for image in ("agentia-bench", "agentia-bench:core")]
    table(("", "measured"), [
        ("image built again after an edit", f"{built:.1f} s"),
        ("compose up --wait", f"{started:.1f} s"),
        ("three replicas, farthest from a third", f"{spread:.1%}"),
        (f"a killed replica's {TASKS} tasks finished", f"{finished:.1f} s"),
        ("image, and without specialists", f"{sizes[0]:.0f} and {sizes[1]:.0f} MB"),
    ])  # fmt: skip
    return all([
        target("image build, warm", built, 20, " s"),
        target("compose up --wait", started, 25, " s"),
        target("a replica's share beside a third", spread, 0.2),
        target("tasks of a killed replica, beyond the lease", finished - LEASE, 5, " s"),
        target("image", sizes[0], 1000, " MB"),
        target("image without specialists", sizes[1], 400, " MB"),
    ])  # fmt: skip


def _build(mesh: Mesh) -> float:
    """Seconds of building again what an edit has changed."""
    mesh.compose("build")
    with tempfile.TemporaryDirectory(prefix="agentia-bench-") as folder:
        context = Path(folder) / "context"
        shutil.copytree(ROOT, context, ignore=shutil.ignore_patterns(".*_cache", ".git", ".venv", ".hypothesis"))
        with (context / "core/agentia/core/settings.py").open("a") as module:
            module.write(f"# {uuid.uuid4()}\n")
        begun = time.perf_counter()
        args = [f"--build-arg={name}" for name in ("PYTHON_IMAGE", "BUILD_IMAGE")]
        docker("build", "--quiet", "--tag", "agentia-bench:edited", *args, str(context))
        return time.perf_counter() - begun


def _started(mesh: Mesh) -> float:
    begun = time.perf_counter()
    mesh.up()
    return time.perf_counter() - begun


def _spread(mesh: Mesh) -> float:
    """How far the share of a replica of the analyst is from a third of all, at most; as a part of that third."""
    mesh.up("--scale", "analyst=3", "--no-recreate")
    return max(abs(3 * share - 1) for share in shares_of(mesh, REQUESTS))


def shares_of(mesh: Mesh, requests: int) -> list[float]:
    """The part of so many requests that each replica of the analyst got, by what it has received meanwhile."""
    analysts = mesh.containers("analyst")
    before = [received(each) for each in analysts]
    with ThreadPoolExecutor(4) as pool:
        states = set(pool.map(lambda _: state_of_sum(mesh), range(requests)))
    assert states == {"TASK_STATE_COMPLETED"}, states
    more = [received(each) - known for each, known in zip(analysts, before, strict=True)]
    return [each / sum(more) for each in more]


def state_of_sum(mesh: Mesh) -> str:
    """The state of a task of the analyst that carries so much that what a replica received tells how many it got."""
    parts = [{"text": "total revenue?"}, {"raw": b64encode(TABLE.encode()).decode(), "mediaType": "text/csv"}]
    message = {"messageId": uuid.uuid4().hex, "role": "ROLE_USER", "parts": parts}
    return str(mesh.rpc("SendMessage", "analyst", message=message)["task"]["status"]["state"])


def received(container: str) -> int:
    """The bytes that a container has received since it started."""
    told = docker("exec", container, "sh", "-c", "cat /sys/class/net/eth*/statistics/rx_bytes")
    return sum(map(int, told.split()))


def _killed(mesh: Mesh) -> float:
    """The longest time from killing one of two replicas to the end of all tasks that were running."""
    return max(_kill(mesh) for _ in range(KILLS))


def _kill(mesh: Mesh) -> float:
    mesh.up("--scale", "dripper=2", "--scale", "analyst=1", "--no-recreate")
    tasks = [mesh.begin("drip 10 drops", "dripper") for _ in range(TASKS)]
    docker("kill", mesh.containers("dripper")[0])
    begun = time.perf_counter()
    for task in tasks:
        assert mesh.ended(task, "dripper")["status"]["state"] == "TASK_STATE_COMPLETED"
    return time.perf_counter() - begun


if __name__ == "__main__":
    sys.exit(not main())
