"""A replica of the first version works on while a newer one migrates the database under it: its statements still do.

They are kept as they were in `revision_0001`; every later revision may only add what they need not know of.
"""

import asyncio
import io
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from importlib import import_module
from importlib.resources import files
from pathlib import Path

import asyncpg
import pytest
from alembic.script import ScriptDirectory
from asyncpg.prepared_stmt import PreparedStatement

from agentia.core import migrate
from agentia.core.database import connect, statements
from agentia.core.migrate_postgres import migrate_database
from agentia.tasks.caller import LOCAL
from agentia.tasks.store import SqliteStore

TASKS = "agentia.tasks.migrations"
OLD = "tests.postgres.revision_0001"
WORKING, COMPLETED = 2, 3


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A SQLite file as the first version made it."""
    path = tmp_path / "tasks.sqlite"
    with closing(connect(path)) as connection:
        token = migrate._NEW.set(connection)
        import_module(f"{TASKS}.versions.0001_tasks").upgrade()
        migrate._NEW.reset(token)
        connection.execute("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)")
        connection.execute("INSERT INTO alembic_version VALUES ('0001')")
    assert migrate.current(path) == "0001" < migrate.head(TASKS)
    return path


@pytest.fixture
def old(path: Path) -> Iterator[sqlite3.Connection]:
    """The old replica's connection, which has written a task before the upgrade."""
    with closing(connect(path)) as connection:
        accept(connection, "t")
        yield connection


def accept(connection: sqlite3.Connection, task: str) -> None:
    """What the old replica writes of a new task."""
    sql = statements(OLD)
    connection.execute(sql["claim_message"], (*LOCAL.owner, f"asks for {task}", b"hash", task, None, 1.0))
    values = (task, *LOCAL.owner, "c", WORKING, 1.0, 1.0, 1, b"", 1, LOCAL.dump(), None, "1", "r", 1, 9e9, 1)
    connection.execute(sql["add_task"], values)
    connection.execute(sql["add_event"], (task, 1, b"", None, None, None))


async def test_a_task_begun_before_the_upgrade_is_finished_by_the_old_replica_and_read_by_the_new_one(
    path: Path, old: sqlite3.Connection
) -> None:
    sql = statements(OLD)
    store = await asyncio.to_thread(SqliteStore, path)
    try:
        old.execute(sql["renew"], (9e9, '["t"]', "r"))
        old.execute(sql["add_journal"], ("t", "step/x", b"hash", b"1"))
        old.execute(sql["write_task"], (2.0, 2, True, "t", 1))
        old.execute(sql["add_event"], ("t", 2, b"", "status/1", b"hash", None))
        old.execute(sql["set_push"], ("t", "p", b""))
        accept(old, "later")
        assert await store.find_task("later", LOCAL.owner)
        found = await store.find_task("t", LOCAL.owner)
        assert found
        assert (found.state, found.last_event, found.replica) == (WORKING, 2, "r")
        old.execute(sql["write_state"], (3.0, 3, False, COMPLETED, b"", 3, None, None, "t", 1))
        old.execute(sql["add_event"], ("t", 3, b"", None, None, None))
        assert [event.number for event in await store.events_after("t", 0)] == [1, 2, 3]
        assert [entry.step for entry in (await store.replay("t"))[1]] == ["step/x"]
        assert [row[0] for row in old.execute(sql["events_after"], ("t", 0, 10))] == [1, 2, 3]
    finally:
        await store.close()


def test_every_old_statement_is_one_of_the_newest_schema_too(path: Path) -> None:
    migrate.migrate(path, TASKS)
    with closing(connect(path)) as connection:
        for statement in statements(OLD).values():
            names = set(re.findall(r":(\w+)", statement))
            connection.execute(f"EXPLAIN {statement}", dict.fromkeys(names) if names else [None] * statement.count("?"))


async def test_statements_that_an_old_replica_has_prepared_on_postgres_work_on(database: str) -> None:
    scripts = ScriptDirectory(str(files(TASKS)), version_locations=[str(files(TASKS).joinpath("versions"))])
    first, schema = io.StringIO(), "agentia_test"
    migrate.revise(
        TASKS,
        dialect_name="postgresql",
        opts={
            "as_sql": True,
            "starting_rev": None,
            "output_buffer": first,
            "fn": lambda revision, _context: scripts._upgrade_revs("0001", revision),
        },
    )
    old = await asyncpg.connect(database, server_settings={"search_path": schema})
    try:
        await old.execute(f"CREATE SCHEMA {schema}")
        await old.execute(first.getvalue())
        assert await old.fetchval("SELECT version_num FROM alembic_version") == "0001"
        prepared = [await old.prepare(statement) for statement in statements(OLD, "postgres.sql").values()]
        for statement in prepared:
            await _tried(old, statement)
        migrate_database(database, schema, TASKS)
        assert await old.fetchval("SELECT version_num FROM alembic_version") == migrate.head(TASKS)
        for statement in prepared:
            await _tried(old, statement)
            await old.prepare(statement.get_query())
    finally:
        await old.close()


async def _tried(old: asyncpg.Connection, statement: PreparedStatement) -> None:
    """Execute a statement with nothing given: that a row is incomplete is all that may be said against it."""
    with suppress(asyncpg.IntegrityConstraintViolationError):
        await statement.fetch(*[None] * len(statement.get_parameters()))
