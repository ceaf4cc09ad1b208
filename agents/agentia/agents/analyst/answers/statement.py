"""A statement of the user's own: found in the text, checked, run, and reported like any other answer."""

import re
from typing import Any

from agentia.agents.analyst.answers.answering import Loaded
from agentia.agents.analyst.answers.guard import allow
from agentia.agents.analyst.answers.numbers import shown
from agentia.agents.analyst.answers.outcome import Finding, Outcome
from agentia.agents.analyst.answers.pictures import markdown
from agentia.agents.analyst.answers.run import Result, run

_MARKER = re.compile(r"(?:^|\n)\s*sql\s*:\s*(?P<sql>.*)", re.IGNORECASE | re.DOTALL)
_FENCE = re.compile(r"\A\s*```(?:sql)?\s*\n?(?P<sql>.*?)```\s*\Z", re.IGNORECASE | re.DOTALL)


def statement_in(text: str) -> str | None:
    """What stands after `sql:`, or the whole text when it is one fenced block of SQL."""
    match = _MARKER.search(text)
    statement = match["sql"] if match else text
    fenced = _FENCE.match(statement)
    if fenced:
        return fenced["sql"].strip()
    return statement.strip() if match else None


def run_statement(loaded: Loaded, statement: str) -> Outcome:
    """The outcome of a statement. Raises `StatementRefused`, `StatementFailed`."""
    sql = allow(statement, [table.name for table in loaded.tables])
    result = run(loaded.connection, sql)
    return Outcome(_finding(result), statement, "sql", "", result, sql)


def _finding(result: Result) -> Finding:
    rows, columns = len(result.rows), len(result.columns)
    if rows == 1 and columns == 1:
        return Finding(f"{result.columns[0]}: {shown(result.rows[0][0])}.", None, _number(result.rows[0][0]))
    count = f"the first {rows:,} rows" if result.is_cut else f"{rows:,} row{'s' if rows != 1 else ''}"
    words = f"The statement yields {count} of {columns} column{'s' if columns != 1 else ''}."
    if not rows:
        return Finding(words)
    first = result.rows[0]
    subject = first[0] if isinstance(first[0], str) else None
    value = next((number for cell in first if (number := _number(cell)) is not None), None)
    return Finding(words, subject, value, None, markdown(result))


def _number(cell: Any) -> Any:
    return (
        cell if not isinstance(cell, (str, bool)) and hasattr(cell, "__abs__") and not hasattr(cell, "days") else None
    )
