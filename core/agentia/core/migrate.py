"""Schema migrations: Alembic, run once under a lock; a new SQLite file, and one that is up to date, go without it."""

import fcntl
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from contextvars import ContextVar
from importlib import import_module
from importlib.resources import files
from pathlib import Path
from typing import Any, Final, Literal

from agentia.core.database import check, connect, reported
from agentia.core.errors import AgentiaError

_REVISION = re.compile(r"^(\d{4})_\w+\.py$")
_SPELLING: Final = {r"\bBLOB\b": "BYTEA", r"\bREAL\b": "DOUBLE PRECISION", r"\)[\s,]*(STRICT|WITHOUT ROWID).*$": ")"}
"""How Postgres spells what migrations say in SQLite's words."""

VERSIONS: Final = "alembic_version"
"""The table that says which revision a schema is at. What shares a database with others' tables has one of its own."""

_NEW: ContextVar[sqlite3.Connection | None] = ContextVar("new", default=None)
"""The new file that migrations are run on without Alembic, which takes half a second to import."""


class MigrationMissing(AgentiaError):
    """The database's schema is not the one this version needs, and it may not be migrated here."""


def head(package: str) -> str:
    """The newest revision of `package`: its migration files are named `NNNN_what.py` and NNNN is the revision."""
    names = (entry.name for entry in files(package).joinpath("versions").iterdir())
    return max(match[1] for name in names if (match := _REVISION.match(name)))


def current(path: Path, versions: str = VERSIONS) -> str | None:
    """The revision that the SQLite file `path` is at, None when it has none. Raises DatabaseUnusable."""
    with closing(connect(path)) as connection, reported(path):
        check(connection, path)
        if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = ?", (versions,)).fetchone():
            return None
        row = connection.execute(f"SELECT version_num FROM {versions}").fetchone()  # noqa: S608  ours
        return str(row[0]) if row else None


def migrate(path: Path, package: str, mode: Literal["auto", "check"] = "auto", *, versions: str = VERSIONS) -> None:
    """Bring the SQLite file `path` to the newest revision of `package` (a package with a `versions` folder).

    Raises MigrationMissing when the file is behind and `mode` is "check", or when it is newer than this version.
    """
    newest = head(package)
    if due(current(path, versions), newest, mode, f"The database {path}"):
        with _locked(path):
            if (found := current(path, versions)) is None:
                _create(path, package, versions)
            elif found != newest:
                _upgrade(path, package, versions)


def due(found: str | None, newest: str, mode: Literal["auto", "check"], place: str) -> bool:
    """Whether what is at revision `found` must be migrated. Raises MigrationMissing when it may not be."""
    if found == newest:
        return False
    if found is not None and found > newest:
        raise MigrationMissing(
            f"{place} is at revision {found}, newer than {newest} of this version. Run the newer version again."
        )
    if mode == "check":
        raise MigrationMissing(f"{place} must be at revision {newest} and is at {found}. Run `agentia migrate`.")
    return True


def execute(statement: str) -> None:
    """Execute, inside a migration, a statement in SQLite's words as the database at hand spells it."""
    if (new := _NEW.get()) is not None:
        new.execute(statement)
        return
    from alembic import op

    if op.get_context().dialect.name == "postgresql":
        for words, theirs in _SPELLING.items():
            statement = re.sub(words, theirs, statement, flags=re.DOTALL)
    op.execute(statement)


def revise(package: str, **context: Any) -> None:
    """Run the migrations of `package` in Alembic's context of these arguments."""
    from alembic.migration import MigrationContext
    from alembic.operations import Operations
    from alembic.script import ScriptDirectory

    scripts = ScriptDirectory(str(files(package)), version_locations=[str(files(package).joinpath("versions"))])
    opts = {"fn": lambda revision, _context: scripts._upgrade_revs("head", revision), **context.pop("opts", {})}
    configured = MigrationContext.configure(opts=opts, **context)
    with Operations.context(configured):
        configured.run_migrations()


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.with_suffix(".migrate").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _create(path: Path, package: str, versions: str = VERSIONS) -> None:
    """Run all revisions on a file without any, in one transaction, and leave what Alembic would have left."""
    names = sorted(entry.name for entry in files(package).joinpath("versions").iterdir() if _REVISION.match(entry.name))
    with closing(connect(path)) as connection:
        token = _NEW.set(connection)
        try:
            connection.execute("BEGIN IMMEDIATE")
            for name in names:
                import_module(f"{package}.versions.{name.removesuffix('.py')}").upgrade()
            connection.execute(f"CREATE TABLE {versions} (version_num VARCHAR(32) NOT NULL PRIMARY KEY)")
            connection.execute(f"INSERT INTO {versions} VALUES (?)", (head(package),))  # noqa: S608  ours
            connection.execute("COMMIT")
        finally:
            _NEW.reset(token)


def _upgrade(path: Path, package: str, versions: str = VERSIONS) -> None:
    """Run the revisions that are due, in one transaction: after a crash all of them are done, or none."""
    from sqlalchemy import create_engine, event, pool

    engine = create_engine("sqlite://", creator=lambda: connect(path), poolclass=pool.NullPool)
    event.listen(engine, "begin", lambda begun: begun.exec_driver_sql("BEGIN IMMEDIATE"))
    try:
        with engine.connect() as connection, connection.begin():
            revise(package, connection=connection, opts={"version_table": versions})
    finally:
        engine.dispose()
