"""Schema migrations on Postgres: Alembic writes the SQL, and one transaction under an advisory lock runs it."""

import asyncio
import io
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Final, Literal

from agentia.core.migrate import MigrationMissing, due, head, revise
from agentia.core.postgres import PATIENCE, DatabaseLost, connected, translated

if TYPE_CHECKING:
    from asyncpg import Connection

LONGEST: Final = 3600.0
"""Seconds that a migration may take, and who waits for it waits."""


def migrate_database(url: str, schema: str, package: str, mode: Literal["auto", "check"] = "auto") -> None:
    """Bring `schema` of the database at `url` to the newest revision of `package`, creating it when it is missing.

    Blocks, on a thread with an event loop of its own. Raises MigrationMissing as `migrate` does, DatabaseLost when the
    server does not come within PATIENCE, or DatabaseUnusable.
    """
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, _migrate(url, schema, package, mode)).result()


async def _migrate(url: str, schema: str, package: str, mode: Literal["auto", "check"]) -> None:
    connection = await _patiently(url, schema)
    try:
        if due(await _current(connection, schema), head(package), mode, _place(schema)):
            async with connection.transaction():
                await _upgrade(connection, schema, package)
    except MigrationMissing:
        raise
    except Exception as exc:
        raise translated(exc) from exc
    finally:
        await connection.close()


async def _upgrade(connection: "Connection", schema: str, package: str) -> None:
    await connection.execute("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", schema, timeout=LONGEST)
    found = await _current(connection, schema)
    if due(found, head(package), "auto", _place(schema)):
        if not await connection.fetchval("SELECT EXISTS (SELECT FROM pg_namespace WHERE nspname = $1)", schema):
            await connection.execute(f'CREATE SCHEMA "{schema}"')
        await connection.execute(_script(package, found), timeout=LONGEST)


async def _current(connection: "Connection", schema: str) -> str | None:
    """The revision that the schema is at, None for an empty or missing one. Catalogs are read, as names are cached."""
    table = "SELECT FROM pg_tables WHERE schemaname = $1 AND tablename = 'alembic_version'"
    if not await connection.fetchval(f"SELECT EXISTS ({table})", schema):
        return None
    found: str | None = await connection.fetchval(f'SELECT version_num FROM "{schema}".alembic_version')  # noqa: S608  ours
    return found


def _script(package: str, since: str | None) -> str:
    """The SQL that takes a schema from revision `since` to the newest."""
    script = io.StringIO()
    revise(package, dialect_name="postgresql", opts={"as_sql": True, "starting_rev": since, "output_buffer": script})
    return script.getvalue()


async def _patiently(url: str, schema: str) -> "Connection":
    """A connection, as soon as a server that is just starting lets us in."""
    until = time.monotonic() + PATIENCE
    while True:
        try:
            return await connected(url, schema)
        except DatabaseLost:
            if time.monotonic() > until:
                raise
        await asyncio.sleep(0.2)


def _place(schema: str) -> str:
    return f"The schema {schema} in Postgres"
