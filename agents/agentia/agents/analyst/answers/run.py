"""Running a statement on the loaded tables, with a cap on the rows that come back."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from math import isfinite
from typing import TYPE_CHECKING, Any

from agentia.agents.analyst.answers.sql import ROW_CAP
from agentia.agents.analyst.errors import StatementFailed

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


_CHARACTERS = 1_000_000  # of all cells together, as an answer is a message and no file transfer


@dataclass(frozen=True)
class Result:
    """What a statement yields. `is_cut` when there was more than an answer may hold."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    is_cut: bool = False


def run(connection: "DuckDBPyConnection", sql: str) -> Result:
    """The first `ROW_CAP` rows, fewer when they are long.

    Raises `StatementFailed` with what DuckDB says, which speaks of the tables alone.
    """
    import duckdb

    try:
        cursor = connection.execute(sql)
        columns = tuple(described[0] for described in cursor.description or ())
        rows = cursor.fetchmany(ROW_CAP + 1)
    except duckdb.OutOfMemoryException as exc:
        raise StatementFailed(
            "The query needs more memory than is allowed.", fix="Ask for fewer rows or groups."
        ) from exc
    except duckdb.Error as exc:
        raise StatementFailed(f"DuckDB cannot run this: {_first_line(exc)}") from exc
    kept = _fitting(rows[:ROW_CAP])
    return Result(columns, kept, len(rows) > len(kept))


def _fitting(rows: Sequence[tuple[Any, ...]]) -> tuple[tuple[Any, ...], ...]:
    """As many rows as fit, but one in any case."""
    lengths = accumulate(sum(len(str(cell)) + 1 for cell in row) for row in rows)
    count = sum(length <= _CHARACTERS for length in lengths)
    return tuple(tuple(map(_known, row)) for row in rows[: max(count, 1)])


def _known(cell: Any) -> Any:
    """What is no number (a correlation with a constant) is nothing, in SQL's sense."""
    return None if isinstance(cell, float) and not isfinite(cell) else cell


def _first_line(exc: Exception) -> str:
    lines = [line.strip() for line in str(exc).splitlines() if line.strip()]
    return " ".join(lines[:2])[:300]
