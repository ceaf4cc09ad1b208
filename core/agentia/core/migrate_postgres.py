"""Schema migrations on Postgres: Alembic writes the SQL, and one transaction under an advisory lock runs it."""

import asyncio
import io
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Final, Literal

from agentia.core.migrate import VERSIONS, MigrationMissing, due, head, revise
from agentia.core.postgres import PATIENCE, DatabaseLost, connected, translated

if TYPE_CHECKING:
    from asyncpg import Connection

LONGEST: Final = 3600.0
"""Seconds that a migration may take, and who waits for it waits."""


def migrate_database(
    url: str, schema: str, package: str, mode: Literal["auto", "check"] = "auto", *, versions: str = VERSIONS
) -> None:
    """Bring `schema` of the database at `url` to the newest revision of `package`, creating it when it is missing.

    Blocks, on a thread with an event loop of its own. Raises MigrationMissing as `migrate` does, DatabaseLost when the
    server does not come within PATIENCE, or DatabaseUnusable.
    """
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, _migrate(url, schema, package, mode, versions)).result()


async def _migrate(url: str, schema: str, package: str, mode: Literal["auto", "check"], versions: str) -> None:
    connection = await _patiently(url, schema)
    try:
        if due(await _current(connection, schema, versions), head(package), mode, _place(schema)):
            async with connection.transaction():
                await _upgrade(connection, schema, package, versions)
    except MigrationMissing:
        raise
    except Exception as exc:
        raise translated(exc) from exc
    finally:
        await connection.close()


async def _upgrade(connection: "Connection", schema: str, package: str, versions: str) -> None:
    await connection.execute("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", schema, timeout=LONGEST)
    found = await _current(connection, schema, versions)
    if due(found, head(package), "auto", _place(schema)):
        if not await connection.fetchval("SELECT EXISTS (SELECT FROM pg_namespace WHERE nspname = $1)", schema):
            await connection.execute(f'CREATE SCHEMA "{schema}"')
        await connection.execute(_script(package, found, versions), timeout=LONGEST)


async def _current(connection: "Connection", schema: str, versions: str) -> str | None:
    """The revision that the schema is at, None for an empty or missing one. Catalogs are read, as names are cached."""
    table = "SELECT FROM pg_tables WHERE schemaname = $1 AND tablename = $2"
    if not await connection.fetchval(f"SELECT EXISTS ({table})", schema, versions):
        return None
    found: str | None = await connection.fetchval(f'SELECT version_num FROM "{schema}".{versions}')  # noqa: S608  ours
    return found


def _script(package: str, since: str | None, versions: str) -> str:
    """The SQL that takes a schema from revision `since` to the newest."""
    script = io.StringIO()
    opts = {"as_sql": True, "starting_rev": since, "output_buffer": script, "version_table": versions}
    revise(package, dialect_name="postgresql", opts=opts)
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
