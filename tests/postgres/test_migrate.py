"""Migrations on Postgres: one schema a service, however many replicas start at once."""

import sqlite3
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import asyncpg
import pytest

from agentia.core.database import DatabaseUnusable
from agentia.core.migrate import MigrationMissing, head, migrate
from agentia.core.migrate_postgres import migrate_database
from agentia.core.postgres import DatabaseLost, Postgres

TASKS = "agentia.tasks.migrations"


async def _rows(url: str, statement: str, *values: object) -> list[asyncpg.Record]:
    connection = await asyncpg.connect(url)
    try:
        return list(await connection.fetch(statement, *values))
    finally:
        await connection.close()


async def _columns(url: str, schema: str) -> set[tuple[str, str]]:
    query = "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = $1"
    return {(row["table_name"], row["column_name"]) for row in await _rows(url, query, schema)}


def _columns_of_file(path: Path) -> set[tuple[str, str]]:
    query = "SELECT t.name, c.name FROM sqlite_schema t, pragma_table_info(t.name) c WHERE t.type = 'table'"
    with closing(sqlite3.connect(path)) as connection:
        return set(connection.execute(query))


async def test_both_databases_get_the_same_tables_and_columns(database: str, tmp_path: Path) -> None:
    migrate_database(database, "agentia_x", TASKS)
    migrate(tmp_path / "x.sqlite", TASKS)
    assert await _columns(database, "agentia_x") == _columns_of_file(tmp_path / "x.sqlite") != set()


async def test_two_replicas_that_start_at_once_on_an_empty_database_both_come_up(database: str) -> None:
    with ThreadPoolExecutor(4) as replicas:
        for done in [replicas.submit(migrate_database, database, "agentia_x", TASKS) for _ in range(4)]:
            done.result()
    assert [row[0] for row in await _rows(database, "SELECT version_num FROM agentia_x.alembic_version")] == [
        head(TASKS)
    ]


async def test_two_services_in_one_database_do_not_see_each_other(database: str) -> None:
    for schema in ("agentia_one", "agentia_two"):
        migrate_database(database, schema, TASKS)
    await _rows(database, "INSERT INTO agentia_one.contexts VALUES ('c', '', 'o')")
    two = Postgres(database, "agentia_two")
    assert await two.rows("SELECT * FROM contexts") == []
    await two.close()


async def test_a_role_without_rights_on_the_database_is_content_with_a_schema_of_its_own(database: str) -> None:
    await _rows(database, "CREATE ROLE narrow LOGIN")
    try:
        await _rows(database, "CREATE SCHEMA agentia_x AUTHORIZATION narrow")
        url = database.replace("//agentia@", "//narrow@")
        migrate_database(url, "agentia_x", TASKS)
        migrate_database(url, "agentia_x", TASKS, "check")
    finally:
        await _rows(database, "DROP OWNED BY narrow CASCADE")
        await _rows(database, "DROP ROLE narrow")


async def test_check_refuses_an_old_schema_and_says_what_to_do(database: str) -> None:
    with pytest.raises(MigrationMissing, match="agentia migrate"):
        migrate_database(database, "agentia_x", TASKS, "check")
    assert await _columns(database, "agentia_x") == set()


@pytest.mark.parametrize("mode", ["auto", "check"])
async def test_a_schema_of_a_newer_version_is_left_alone(database: str, mode: str) -> None:
    migrate_database(database, "agentia_x", TASKS)
    await _rows(database, "UPDATE agentia_x.alembic_version SET version_num = '9999'")
    with pytest.raises(MigrationMissing, match="newer"):
        migrate_database(database, "agentia_x", TASKS, mode)  # type: ignore[arg-type]  # one of the two


@pytest.mark.parametrize("url", ["postgresql://me:pass#word@host/x", "sqlite:///x", "host"])
def test_a_url_that_is_none_is_refused_with_a_sentence_that_keeps_the_password(url: str) -> None:
    with pytest.raises(DatabaseUnusable, match="AGENTIA_DATABASE_URL") as refused:
        migrate_database(url, "agentia_x", TASKS)
    assert "pass" not in refused.value.message
    assert "%40" in refused.value.fix


def test_a_missing_driver_is_named_with_the_way_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "asyncpg", None)
    with pytest.raises(DatabaseUnusable, match="asyncpg") as refused:
        migrate_database("postgresql://me@127.0.0.1/x", "agentia_x", TASKS)
    assert "agentia[postgres]" in refused.value.fix


async def test_a_server_that_is_not_there_is_said_to_be_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("agentia.core.migrate_postgres.PATIENCE", 0.0)
    with pytest.raises(DatabaseLost, match="cannot be reached"):
        migrate_database("postgresql://nobody@127.0.0.1:1/x", "agentia_x", TASKS)
