"""Processes that a mesh left behind when its supervisor was killed: ended before a new one starts."""

import signal
import time
from pathlib import Path

from agentia.cli.mesh import record
from agentia.cli.mesh.processes import send, started

GRACE = 3.0


def end_leftovers(data: Path, *, grace: float = GRACE) -> int:
    """End what still runs of the mesh last recorded here; how many there were. Call with the lock held."""
    mesh = record.read(data)
    if mesh is None:
        return 0
    recorded = [(service.pid, service.born) for service in mesh.services] + [(mesh.zygote, mesh.zygote_born)]
    left = [(pid, born) for pid, born in recorded if _alive(pid, born)]
    for pid, _ in left:
        send(pid, signal.SIGTERM)
    for pid, _ in _still_there(left, grace):
        send(pid, signal.SIGKILL, group=True)
    _still_there(left, grace)
    return len(left)


def _still_there(processes: list[tuple[int, int]], seconds: float) -> list[tuple[int, int]]:
    """Those that live on after waiting for them all to end."""
    deadline = time.monotonic() + seconds
    while (alive := [known for known in processes if _alive(*known)]) and time.monotonic() < deadline:
        time.sleep(0.02)
    return alive


def _alive(pid: int, born: int) -> bool:
    return pid > 0 and born > 0 and started(pid) == born
