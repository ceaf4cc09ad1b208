"""Names and ties of a process on Linux: its title in `ps`, and whose death it shall not outlive."""

import ctypes
import os
import signal
import sys
from contextlib import suppress
from functools import cache

from agentia.cli.mesh.processes import ARGUMENTS, stat

PR_SET_PDEATHSIG, PR_SET_NAME = 1, 15


def set_title(title: str) -> None:
    """Show `title` in `ps` and `top` instead of the command line; does nothing where that cannot be done."""
    _prctl(PR_SET_NAME, title.encode()[:15])
    with suppress(IndexError, ValueError):
        fields = stat("self")
        begin, end = int(fields[ARGUMENTS]), int(fields[ARGUMENTS + 1])
        if begin and end - begin > 1:
            ctypes.memmove(begin, title.encode()[: end - begin - 1].ljust(end - begin, b"\0"), end - begin)


def die_with(parent: int, signum: signal.Signals) -> None:
    """Get `signum` when the parent dies; exit at once when it is dead already."""
    _prctl(PR_SET_PDEATHSIG, int(signum))
    if os.getppid() != parent:
        sys.exit(0)


def _prctl(option: int, argument: int | bytes) -> None:
    if sys.platform == "linux":
        _libc().prctl(option, argument, 0, 0, 0)


@cache
def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None)
