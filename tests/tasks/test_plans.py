"""No statement on SQLite reads a whole table: what a replica does must not take longer with each finished task."""

import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from agentia.core.database import statements
from agentia.core.migrate import migrate
from agentia.tasks.store import MIGRATIONS

STATEMENTS = statements("agentia.tasks")
WHOLE = re.compile(r"SCAN (tasks|events|journal|messages|contexts|push_configs|cancellations|[a-z])( |$)(?!USING)")
"""How SQLite says that it reads all rows of a table, and not those of an index that holds few."""


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database without tasks."""
    path = tmp_path_factory.mktemp("plans") / "tasks.sqlite"
    migrate(path, MIGRATIONS, "auto")
    return path


@pytest.mark.parametrize("name", STATEMENTS)
def test_a_statement_finds_its_rows_by_an_index(empty: Path, name: str) -> None:
    sql = STATEMENTS[name]
    named, numbered = re.findall(r":(\w+)", sql), re.findall(r"\?(\d+)", sql)
    values = dict.fromkeys(named) if named else [None] * max([int(n) for n in numbered], default=sql.count("?"))
    with closing(sqlite3.connect(empty)) as file:
        plan = [row[3] for row in file.execute(f"EXPLAIN QUERY PLAN {sql}", values)]
    assert [step for step in plan if WHOLE.match(step)] == []
