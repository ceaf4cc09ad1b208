"""Migrations of SQLite files: all of what is due or nothing, once, whoever else starts at the same moment."""

import sqlite3
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from agentia.core.database import DatabaseUnusable
from agentia.core.migrate import MigrationMissing, current, head, migrate

Package = Callable[..., str]

REVISION = '''"""A revision."""

from agentia.core.migrate import execute

revision, down_revision, branch_labels, depends_on = {number!r}, {before!r}, None, None


def upgrade() -> None:
    """Go on."""
    for statement in {statements!r}:
        execute(statement)
'''


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Package:
    """Makes packages of migrations, each with a list of statements for each revision."""
    monkeypatch.syspath_prepend(str(tmp_path / "packages"))

    def make(name: str, *revisions: list[str]) -> str:
        versions = tmp_path / "packages" / name / "versions"
        versions.mkdir(parents=True, exist_ok=True)
        for folder in (versions, versions.parent):
            (folder / "__init__.py").write_text('"""Revisions."""\n')
        for index, statements in enumerate(revisions, 1):
            before = None if index == 1 else f"{index - 1:04}"
            text = REVISION.format(number=f"{index:04}", before=before, statements=statements)
            (versions / f"{index:04}_step.py").write_text(text)
        for known in [module for module in sys.modules if module.startswith(name)]:
            del sys.modules[known]
        return name

    return make


def _tables(path: Path) -> set[str]:
    with closing(sqlite3.connect(path)) as connection:
        return {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}


def test_a_file_is_brought_to_the_newest_revision_and_stays_there(tmp_path: Path, package: Package) -> None:
    path = tmp_path / "odd name? #1%.sqlite"
    migrate(path, package("one", ["CREATE TABLE a (x)"]))
    assert current(path) == "0001"
    longer = package("one_longer", ["CREATE TABLE a (x)"], ["CREATE TABLE b (x)"], ["ALTER TABLE b ADD COLUMN y"])
    for _ in range(2):
        migrate(path, longer)
        assert current(path) == head(longer) == "0003"
    assert _tables(path) == {"a", "b", "alembic_version"}
    assert [file.name for file in tmp_path.glob("*.sqlite")] == [path.name]


def test_an_upgrade_that_fails_half_way_leaves_nothing_of_itself(tmp_path: Path, package: Package) -> None:
    path = tmp_path / "x.sqlite"
    migrate(path, package("two", ["CREATE TABLE a (x)"]))
    broken = package("two_broken", ["CREATE TABLE a (x)"], ["CREATE TABLE b (x)"], ["CREATE TABLE c (x)", "NO SQL"])
    with pytest.raises(Exception, match="NO"):
        migrate(path, broken)
    assert current(path) == "0001"
    assert _tables(path) == {"a", "alembic_version"}
    migrate(path, package("two_fixed", ["CREATE TABLE a (x)"], ["CREATE TABLE b (x)"], ["CREATE TABLE c (x)"]))
    assert _tables(path) == {"a", "b", "c", "alembic_version"}


def test_who_may_only_check_is_told_what_to_run(tmp_path: Path, package: Package) -> None:
    name = package("three", ["CREATE TABLE a (x)"])
    with pytest.raises(MigrationMissing, match="Run `agentia migrate`"):
        migrate(tmp_path / "x.sqlite", name, "check")
    migrate(tmp_path / "x.sqlite", name)
    migrate(tmp_path / "x.sqlite", name, "check")


def test_a_file_of_a_newer_version_is_left_alone(tmp_path: Path, package: Package) -> None:
    migrate(tmp_path / "x.sqlite", package("four", ["CREATE TABLE a (x)"], ["CREATE TABLE b (x)"]))
    with pytest.raises(MigrationMissing, match="newer than 0001"):
        migrate(tmp_path / "x.sqlite", package("four_older", ["CREATE TABLE a (x)"]))


def test_a_damaged_file_is_not_taken_for_an_empty_one(tmp_path: Path, package: Package) -> None:
    path = tmp_path / "x.sqlite"
    name = package("five", ["CREATE TABLE a (x)"])
    migrate(path, name)
    body = path.read_bytes()
    path.write_bytes(body[:4096] + b"\xff" * (len(body) - 4096))
    with pytest.raises(DatabaseUnusable, match="cannot be used"):
        migrate(path, name)


def test_replicas_that_start_at_once_migrate_once(tmp_path: Path) -> None:
    path = tmp_path / "x.sqlite"
    with ThreadPoolExecutor(4) as replicas:
        starting = [replicas.submit(migrate, path, "agentia.tasks.migrations") for _ in range(4)]
    assert [each.result() for each in starting] == [None] * 4
    assert current(path) == head("agentia.tasks.migrations")
