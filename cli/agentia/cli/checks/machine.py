"""The data folder, the disk, memory and the clock."""

import os
import shutil
import sqlite3
import stat
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from agentia.cli.checks.finding import Found
from agentia.cli.mesh.folder import ROOM_NEEDED, TOKEN_FILE

LITTLE_ROOM = 2**30
LITTLE_MEMORY = 600_000_000
SKEW = 2.0
RELEASED = datetime(2025, 1, 1, tzinfo=UTC)


def check(data: Path) -> Iterator[Found]:
    """Everything that the machine gives."""
    nearest = next(folder for folder in (data.absolute(), *data.absolute().parents) if folder.exists())
    yield _folder(data, nearest)
    yield _room(nearest)
    if data.is_dir() and os.access(data, os.W_OK):
        yield _database(data)
        yield from _token(data / TOKEN_FILE)
    yield from _memory()
    yield _clock(nearest)


def _folder(data: Path, nearest: Path) -> Found:
    if data.exists() and not data.is_dir():
        return Found("fail", "Data folder", f"{data} is a file", "Move it away, or choose another with --data.")
    if not os.access(nearest, os.W_OK | os.X_OK):
        return Found("fail", "Data folder", f"{data} cannot be written", f"Give yourself rights to {nearest}.")
    return Found("ok", "Data folder", str(data) if data.exists() else f"{data}  (made by the first `agentia up`)")


def _room(nearest: Path) -> Found:
    free = shutil.disk_usage(nearest).free
    said = f"{free / 1e9:.1f} GB free"
    if free < ROOM_NEEDED:
        return Found("fail", "Disk", said, f"Make room: a mesh starts with {ROOM_NEEDED / 1e6:.0f} MB or more.")
    if free < LITTLE_ROOM:
        return Found("warn", "Disk", said, "Make room before tasks with large files fill it.")
    return Found("ok", "Disk", said)


def _database(data: Path) -> Found:
    """Tasks are kept in SQLite's write-ahead mode, which network file systems do not offer."""
    try:
        with tempfile.TemporaryDirectory(dir=data) as folder:
            with closing(sqlite3.connect(Path(folder) / "try.sqlite")) as connection:
                mode = connection.execute("PRAGMA journal_mode=WAL").fetchone()[0]
                connection.execute("CREATE TABLE try (x)")
    except (sqlite3.Error, OSError) as exc:
        return Found(
            "fail", "Databases", f"SQLite cannot work there: {exc}", "Use a folder on a local disk for --data."
        )
    if mode != "wal":
        return Found("fail", "Databases", "no write-ahead log there", "Use a folder on a local disk for --data.")
    return Found("ok", "Databases", "SQLite works there, with write-ahead log")


def _token(path: Path) -> Iterator[Found]:
    if path.exists():
        open_to_others = stat.S_IMODE(path.stat().st_mode) & 0o077
        if open_to_others:
            yield Found("warn", "Join token", "others on this machine can read it", f"chmod 600 {path}")
        else:
            yield Found("ok", "Join token", "readable by you alone")


def _memory() -> Iterator[Found]:
    try:
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
        free = next(int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable:"))
    except (OSError, StopIteration):
        return
    said = f"{free / 1e9:.1f} GB available"
    if free < LITTLE_MEMORY:
        yield Found("warn", "Memory", said, "A mesh takes up to 500 MB: `agentia up --only quant` takes less.")
    else:
        yield Found("ok", "Memory", said)


def _clock(nearest: Path) -> Found:
    """Tokens between services live for minutes, so a wrong clock breaks calls to other machines."""
    now = datetime.now(UTC)
    if now < RELEASED:
        return Found(
            "fail", "Clock", f"it shows {now:%Y-%m-%d}", "Set the clock: certificates and tokens depend on it."
        )
    try:
        with tempfile.NamedTemporaryFile(dir=nearest) as file:
            skew = abs(Path(file.name).stat().st_mtime - time.time())
    except OSError:
        skew = 0.0
    if skew > SKEW:
        return Found("warn", "Clock", f"the disk's clock differs by {skew:.0f} s", "Synchronise both, as with NTP.")
    return Found("ok", "Clock", f"{now:%Y-%m-%d %H:%M} UTC")
