"""The librarian's tables, in the database of its tasks: one statement at a time, on SQLite or Postgres."""

import asyncio
import sqlite3
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final, Literal, Protocol

from agentia.agents.librarian.errors import StoreFailed
from agentia.core.database import DatabaseUnusable, connect, reported, statements
from agentia.core.migrate import migrate
from agentia.core.settings import Settings
from agentia.tasks.open import schema_of

PACKAGE: Final = "agentia.agents.librarian"
MIGRATIONS: Final = f"{PACKAGE}.migrations"
VERSIONS: Final = "memory_version"
_FAILED: Final = "The librarian's database cannot be read or written right now. See the service's log."


class Database(Protocol):
    """Where the tables are. A statement is a transaction of its own."""

    async def rows(self, name: str, *values: Any) -> list[Sequence[Any]]:
        """The rows that the statement called `name` returns for $1, $2, and so on. Raises StoreFailed."""

    async def close(self) -> None:
        """Wait for the statement at hand, then let go of the database."""


def open_database(settings: Settings, service: str) -> Database:
    """The tables in the database of the service with the id `service`, migrated; see `open_store` of the tasks.

    Raises DatabaseUnusable or MigrationMissing.
    """
    if settings.database_url is None:
        return SqliteDatabase(settings.data / "db" / f"{service}.sqlite", settings.migrate)
    return PostgresDatabase(settings.database_url, schema_of(service), settings.migrate)


class SqliteDatabase:
    """See Database: one connection on a thread of its own. What is deleted is overwritten."""

    def __init__(self, path: Path, mode: Literal["auto", "check"] = "auto") -> None:
        migrate(path, MIGRATIONS, mode, versions=VERSIONS)
        self._sql = statements(PACKAGE)
        self._connection = connect(path)
        with reported(path):
            self._connection.execute("PRAGMA secure_delete = ON")
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="librarian")

    async def rows(self, name: str, *values: Any) -> list[Sequence[Any]]:
        """See Database."""
        numbered = {str(number): value for number, value in enumerate(values, 1)}

        def fetch() -> list[Sequence[Any]]:
            return self._connection.execute(self._sql[name], numbered).fetchall()

        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, fetch)
        except (sqlite3.Error, RuntimeError) as exc:  # the last is the thread's when it has ended
            raise StoreFailed(_FAILED) from exc

    async def close(self) -> None:
        """See Database."""
        await asyncio.to_thread(self._thread.shutdown)
        self._connection.close()


class PostgresDatabase:
    """See Database: in the schema of the service."""

    def __init__(self, url: str, schema: str, mode: Literal["auto", "check"] = "auto") -> None:
        from agentia.core.migrate_postgres import migrate_database
        from agentia.core.postgres import Postgres

        migrate_database(url, schema, MIGRATIONS, mode, versions=VERSIONS)
        self._sql = statements(PACKAGE)
        self._database = Postgres(url, schema, connections=2)

    async def rows(self, name: str, *values: Any) -> list[Sequence[Any]]:
        """See Database."""
        try:
            return [tuple(row) for row in await self._database.rows(self._sql[name], *values)]
        except DatabaseUnusable as exc:
            raise StoreFailed(_FAILED) from exc

    async def close(self) -> None:
        """See Database."""
        await self._database.close()
