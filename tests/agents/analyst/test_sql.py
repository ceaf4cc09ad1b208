"""Statements after `sql:`: one that only reads the loaded tables runs, everything else is refused with a reason."""

from typing import TYPE_CHECKING

import pytest

from agentia.agents.analyst.answers.guard import allow
from agentia.agents.analyst.answers.statement import statement_in
from agentia.agents.analyst.errors import StatementFailed, StatementRefused
from agentia.agents.analyst.tables.source import Source

if TYPE_CHECKING:
    from tests.agents.analyst.conftest import Analyst


@pytest.mark.parametrize(
    ("statement", "value"),
    [
        ("SELECT count(*) FROM sales", 216),
        ("FROM sales SELECT count(*)", 216),
        ("WITH north AS (SELECT * FROM sales WHERE region = 'North') SELECT count(*) FROM north", 54),
        ("SELECT count(*) FROM (SELECT region FROM sales UNION SELECT product FROM sales)", 7),
        ("SELECT 1 UNION ALL SELECT 2", 1),
        ("(SELECT max(units) FROM sales)", 198),
        ("SELECT sum(units) FILTER (WHERE region = 'North') FROM Sales s;", 2970),
        ("SELECT units, rank() OVER (ORDER BY units DESC) AS place FROM sales QUALIFY place = 1", 198),
        ("SELECT ';' AS a, 216 -- a comment; DROP TABLE sales", 216),
    ],
)
def test_a_statement_that_reads_is_run(statement: str, value: int, analyst: "Analyst") -> None:
    data = analyst.data(f"sql: {statement}")
    assert (data["kind"], data["value"]) == ("sql", value)


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("DROP TABLE sales", "DROP"),
        ("DELETE FROM sales", "DELETE"),
        ("INSERT INTO sales SELECT * FROM sales", "INSERT"),
        ("UPDATE sales SET units = 0", "UPDATE"),
        ("CREATE TABLE x AS SELECT * FROM sales", "CREATE"),
        ("COPY sales TO '/tmp/x.csv'", "COPY"),
        ("ATTACH '/tmp/x.db'", "ATTACH"),
        ("PRAGMA database_list", "PRAGMA"),
        ("SET threads = 4", "SET"),
        ("INSTALL httpfs", "INSTALL"),
        ("LOAD httpfs", "not run"),
        ("EXPORT DATABASE '/tmp/x'", "cannot be parsed"),
        ("CALL pragma_version()", "not run"),
        ("EXPLAIN SELECT 1", "not run"),
        ("SUMMARIZE sales", "not run"),
        ("SELECT 1; SELECT 2", "2 statements"),
        ("SELECT * FROM sales; DROP TABLE sales", "2 statements"),
        ("", "no statement"),
        ("-- nothing", "no statement"),
        ("SELECT * INTO x FROM sales", "INTO"),
        ("SELECT * FROM read_csv('/etc/passwd')", "read_csv"),
        ("SELECT * FROM read_text('/etc/passwd')", "read_text"),
        ("SELECT * FROM parquet_scan('x')", "parquet_scan"),
        ("SELECT * FROM glob('/*')", "glob"),
        ("SELECT * FROM '/etc/passwd'", "no table"),
        ("SELECT * FROM 'x.parquet'", "no table"),
        ("SELECT * FROM range(10)", "Table functions"),
        ("SELECT * FROM query('DROP TABLE sales')", "query"),
        ("SELECT * FROM query_table('sales')", "query_table"),
        ("SELECT * FROM duckdb_settings()", "duckdb_settings"),
        ("SELECT getenv('HOME')", "getenv"),
        ("SELECT current_setting('allowed_paths')", "current_setting"),
        ("SELECT * FROM information_schema.tables", "no table"),
        ("SELECT * FROM pg_catalog.pg_tables", "no table"),
        ("SELECT * FROM main.sales", "no table"),
        ("SELECT * FROM other", "no table “other”"),
        ("SELECT (SELECT count(*) FROM other) FROM sales", "no table"),
        ("SELECT * FROM sales WHERE region IN (SELECT name FROM secrets)", "no table"),
        ("WITH x AS (DELETE FROM sales RETURNING *) SELECT * FROM x", "cannot be parsed|DELETE"),
        ("SELEC region FROM sales", "not run|cannot be parsed"),
        ("SELECT FROM WHERE", "cannot be parsed"),
        ("SELECT " + "(" * 5000 + "1" + ")" * 5000, "cannot be parsed"),
        ("SELECT '" + "x" * 30_000 + "'", "longer than 20,000 characters"),
    ],
)
def test_everything_else_is_refused(statement: str, words: str) -> None:
    with pytest.raises(StatementRefused, match=words) as caught:
        allow(statement, ["sales"])
    assert caught.value.rejected
    assert caught.value.fix


def test_what_the_guard_let_through_by_mistake_would_still_find_a_locked_door(example: Source) -> None:
    import duckdb

    from agentia.agents.analyst.tables.load import load

    connection, _ = load([example])
    for statement in (
        "SELECT * FROM read_csv('/etc/passwd')",
        "COPY sales TO '/tmp/x.csv'",
        "ATTACH '/tmp/x.db'",
        "SET enable_external_access = true",
        "SET allowed_paths = ['/etc/passwd']",
        "INSTALL httpfs",
        "LOAD httpfs",
        "SELECT * FROM example",
    ):
        with pytest.raises(duckdb.Error):
            connection.execute(statement)
    connection.close()


def test_a_statement_that_fails_says_what_duckdb_says(analyst: "Analyst") -> None:
    with pytest.raises(StatementFailed, match='"profit" not found') as caught:
        analyst.data("sql: SELECT profit FROM sales")
    assert not caught.value.rejected


def test_a_query_that_needs_too_much_memory_fails_with_a_sentence(analyst: "Analyst") -> None:
    with pytest.raises(StatementFailed, match="needs more memory than is allowed"):
        analyst.data("sql: SELECT list(a.revenue) FROM sales a, sales b, sales c, sales d")


def test_more_rows_than_the_cap_are_cut_and_noted(analyst: "Analyst") -> None:
    outcome = analyst.outcomes("sql: SELECT a.units FROM sales a, sales b")[0]
    assert (len(outcome["data"]["rows"]), outcome["data"]["is_cut"]) == (1000, True)
    assert "only the first 1,000 rows are returned" in outcome["words"]


@pytest.mark.parametrize(
    ("text", "statement"),
    [
        ("sql: SELECT 1", "SELECT 1"),
        ("SQL :\nSELECT 1\nFROM sales", "SELECT 1\nFROM sales"),
        ("Please run this\nsql: SELECT 1", "SELECT 1"),
        ("sql:\n```sql\nSELECT 1\n```\n", "SELECT 1"),
        ("```sql\nSELECT 1\n```", "SELECT 1"),
        ("Which region grew fastest?", None),
        ("what is sql?", None),
    ],
)
def test_a_statement_is_found_in_the_text(text: str, statement: str | None) -> None:
    assert statement_in(text) == statement


def test_names_and_values_that_look_like_sql_stay_names_and_values(analyst: "Analyst") -> None:
    body = b'"na""me",amount\n"Robert\'); DROP TABLE x;--",5\n"O\'Brien",7\n'
    data = analyst.data("total amount of “O'Brien”", Source("x.csv", body=body))
    assert data["value"] == 7
    data = analyst.data("total amount by na me", Source("x.csv", body=body))
    assert [row[1] for row in data["rows"]] == [7, 5]


def test_the_statement_that_is_shown_is_the_one_that_ran(analyst: "Analyst") -> None:
    answered = analyst.data("revenue by region in Q2 2026 without West")
    again = analyst.data(f"sql: {answered['sql']}")
    assert again["rows"] == answered["rows"]


def test_rows_too_long_for_a_message_are_cut_and_noted(analyst: "Analyst") -> None:
    outcome = analyst.outcomes("sql: SELECT repeat('x', 200000) AS long FROM sales")[0]
    assert len(outcome["data"]["rows"]) == 4
    assert "only the first 4 rows are returned" in outcome["words"]
