"""Who holds a port, read from Linux's /proc; nothing is known elsewhere, or of other users' processes."""

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

LISTENING = "0A"


def who_listens(port: int) -> str:
    """Like `python3 -m http.server (pid 4711)`, or empty when it cannot be told."""
    inodes = {f"socket:[{inode}]" for inode in _listening_inodes(port)}
    if not inodes:
        return ""
    for pid in _pids():
        if inodes & _sockets(pid):
            return f"{_command(pid)} (pid {pid})"
    return ""


def _listening_inodes(port: int) -> Iterator[str]:
    for table in (Path("/proc/net/tcp"), Path("/proc/net/tcp6")):
        for line in _read(table).splitlines()[1:]:
            fields = line.split()
            if fields[3] == LISTENING and int(fields[1].rsplit(":", 1)[1], 16) == port:
                yield fields[9]


def _pids() -> list[int]:
    try:
        return sorted(int(name) for name in os.listdir("/proc") if name.isdigit())
    except OSError:
        return []


def _sockets(pid: int) -> set[str]:
    found = set()
    with suppress(OSError):
        for name in os.listdir(f"/proc/{pid}/fd"):
            with suppress(OSError):
                found.add(os.readlink(f"/proc/{pid}/fd/{name}"))
    return found


def _command(pid: int) -> str:
    words = _read(Path(f"/proc/{pid}/cmdline")).split("\0")
    text = " ".join(word for word in words if word)
    return text if len(text) <= 60 else text[:59] + "…"


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
