"""Stopping a mesh from outside: its supervisor is asked, and the lock tells when it is over."""

import os
import select
import signal
import time
from collections.abc import Callable
from pathlib import Path

from agentia.cli.errors import CliError
from agentia.cli.mesh.leftovers import end_leftovers
from agentia.cli.mesh.lock import holder, is_running
from agentia.cli.mesh.processes import send

PATIENCE = 45.0


def stop(data: Path, *, patience: float = PATIENCE) -> int:
    """End the mesh of this folder and return its pid, 0 when none runs. By force once patience ends."""
    pid, _ = holder(data)
    if not is_running(data):
        return 0
    if not pid:
        raise CliError("The mesh has only begun to start.", fix="Try again in a moment.")
    _end_and_wait(pid, signal.SIGTERM, patience)
    if is_running(data):
        _end_and_wait(pid, signal.SIGKILL, patience)
        end_leftovers(data)
    return pid


def _end_and_wait(pid: int, signum: signal.Signals, patience: float) -> None:
    try:
        process = os.pidfd_open(pid)
    except AttributeError:
        send(pid, signum)
        _poll(lambda: _exists(pid), patience)
        return
    except ProcessLookupError:
        return
    try:
        signal.pidfd_send_signal(process, signum)
        select.select([process], [], [], patience)
    finally:
        os.close(process)


def _poll(still: Callable[[], bool], patience: float) -> None:
    deadline = time.monotonic() + patience
    while still() and time.monotonic() < deadline:
        time.sleep(0.05)


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
