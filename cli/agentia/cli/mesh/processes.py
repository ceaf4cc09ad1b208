"""What Linux knows of a process: since when it lives, its memory, its children (elsewhere little is known)."""

import os
import signal
from contextlib import suppress
from pathlib import Path

PARENT, STARTED, ARGUMENTS = 3, 21, 47


def started(pid: int) -> int:
    """When it started, in the kernel's ticks; with the pid this names a process for good. 0 when there is none."""
    fields = stat(pid)
    return int(fields[STARTED]) if fields and fields[2] != "Z" else 0


def stat(pid: int | str) -> list[str]:
    """The fields of /proc/PID/stat, with the name (which may hold blanks) as one; empty when there is none."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return []
    number, _, rest = text.partition(" (")
    name, _, tail = rest.rpartition(") ")
    return [number, name, *tail.split()]


def family(pid: int) -> list[int]:
    """The process and all its descendants."""
    children: dict[int, list[int]] = {}
    for name in os.listdir("/proc") if os.path.isdir("/proc") else ():
        if name.isdigit() and (fields := stat(name)):
            children.setdefault(int(fields[PARENT]), []).append(int(name))
    found = [pid]
    for parent in found:
        found.extend(children.get(parent, ()))
    return found


def pss(pid: int) -> int:
    """Its share of memory in bytes (pages shared with n others count 1/n); 0 when that cannot be read."""
    with suppress(OSError, ValueError, IndexError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    return 0


def send(pid: int, signum: signal.Signals, *, group: bool = False) -> None:
    """Signal a process, or the group it leads; one that is gone already is fine."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signum) if group else os.kill(pid, signum)
