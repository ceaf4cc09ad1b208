"""SQLite files and named SQL: how every store opens its database and finds its statements."""

import re
import sqlite3
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Final

from agentia.core.errors import AgentiaError

BUSY_SECONDS: Final = 10.0
"""How long another process may write before its file counts as locked for good."""
CHECKED: Final = 32_000_000
"""Bytes of the largest file that is looked through when it is opened, which takes about 0.1 s."""

_NAMED = re.compile(r"^-- name: (\w+)[^\n]*\n", re.MULTILINE)


class DatabaseUnusable(AgentiaError):
    """The database file cannot be opened or is not a database."""


@cache
def statements(package: str, resource: str = "queries.sql") -> dict[str, str]:
    """The statements of a `.sql` file in `package`, by the name in their `-- name: …` line."""
    text = files(package).joinpath(resource).read_text(encoding="utf-8")
    pieces = _NAMED.split(text)[1:]
    return {name: body.strip().rstrip(";") for name, body in zip(pieces[::2], pieces[1::2], strict=True)}


def connect(path: Path, *, read_only: bool = False) -> sqlite3.Connection:
    """Open `path` in WAL mode, every commit synced to disk, in autocommit (the caller writes BEGIN and COMMIT).

    Raises DatabaseUnusable when the file is not a database, is damaged, or its folder cannot be written.
    """
    with reported(path), ExitStack() as stack:
        path.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=BUSY_SECONDS)
        stack.callback(connection.close)
        _use_wal(connection)
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA temp_store=MEMORY")
        if read_only:
            connection.execute("PRAGMA query_only=ON")
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        stack.pop_all()
        return connection


def _use_wal(connection: sqlite3.Connection) -> None:
    """SQLite itself does not wait for another process that is just doing the same with a new file."""
    until = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as exc:
            if exc.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
        time.sleep(0.01)


def check(connection: sqlite3.Connection, path: Path) -> None:
    """Look for damage in `path`, unless it is so large that this would take long. Raises DatabaseUnusable."""
    with reported(path):
        if path.stat().st_size <= CHECKED:
            (found,) = connection.execute("PRAGMA quick_check(1)").fetchone()
            if found != "ok":
                raise sqlite3.DatabaseError(str(found).splitlines()[-1])


@contextmanager
def reported(path: Path) -> Iterator[None]:
    """What SQLite and the file system say of `path`, as a DatabaseUnusable."""
    try:
        yield
    except (sqlite3.Error, OSError) as exc:
        raise DatabaseUnusable(
            f"The database {path} cannot be used ({exc}). Check the disk, or move the file away to start an empty one."
        ) from exc
