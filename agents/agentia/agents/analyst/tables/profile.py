"""Looking a loaded table over: what each column holds, its range, its gaps, its most frequent values."""
# ruff: noqa: S608  # every name is quoted and every literal escaped

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from agentia.agents.analyst.tables.stage import Staged
from agentia.agents.analyst.tables.table import GRAINS, Column, ColumnKind, Grain, Table, quoted

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

MAX_VALUES = 5_000  # distinct texts of a column that questions may name
MAX_VALUE_LENGTH = 80
_TOP = 5
_DENSE = 0.6  # of the months between the first and the last must occur, for monthly data to be called so
_DAYS = {"week": 7, "month": 30, "quarter": 91, "year": 365}
_UNIT_IN_NAME = re.compile(
    r"(?:[(\[]\s*(?P<bracket>[^()\[\]]{1,10})\s*[)\]]|[_\s](?P<code>usd|eur|gbp|chf|jpy|pct|percent|kg|km))\s*$", re.I
)
_UNIT_WORDS = {"pct": "%", "percent": "%"}


def profile(connection: "DuckDBPyConnection", part: Staged) -> Table:
    """The table as loaded from a staged part, with all columns profiled."""
    described = connection.execute(f"DESCRIBE {quoted(part.name)}").fetchall()
    units = {column.name: column.unit for column in part.columns}
    columns = [_column(name, kind, units.get(name)) for name, kind, *_ in described]
    rows, stats = _stats(connection, part.name, columns)
    columns = [_with_stats(column, rows, stats) for column in columns]
    columns = _with_years(columns)
    columns = [_with_details(connection, part.name, column) for column in columns]
    return Table(part.name, part.source, rows, tuple(columns), part.notes)


def _column(name: str, kind: str, unit: str | None) -> Column:
    return Column(name, kind, _kind(kind), _text_sql(name, kind), unit or _unit_in(name))


def _kind(kind: str) -> ColumnKind:
    if kind in ("DATE", "TIMESTAMP"):
        return "time"
    return "text" if kind in ("VARCHAR", "BOOLEAN") else "number"


def _text_sql(name: str, kind: str) -> str:
    return f"CAST({quoted(name)} AS VARCHAR)" if kind == "BOOLEAN" else quoted(name)


def _unit_in(name: str) -> str | None:
    """ "Revenue (EUR)", "price_usd", "weight [kg]" name their unit."""
    match = _UNIT_IN_NAME.search(name)
    if not match:
        return None
    unit = (match["bracket"] or match["code"]).strip()
    return _UNIT_WORDS.get(unit.lower(), unit.upper() if match["code"] and len(unit) == 3 else unit)


def _stats(
    connection: "DuckDBPyConnection", table: str, columns: list[Column]
) -> tuple[int, Mapping[str, tuple[Any, ...]]]:
    """One pass over the table: present cells, distinct cells, least and greatest, for all columns."""
    parts = ", ".join(f"count({c.sql}), count(DISTINCT {c.sql}), min({c.sql}), max({c.sql})" for c in columns)
    row = connection.execute(f"SELECT count(*), {parts} FROM {quoted(table)}").fetchall()[0]
    return row[0], {column.name: row[1 + 4 * i : 5 + 4 * i] for i, column in enumerate(columns)}


def _with_stats(column: Column, rows: int, stats: Mapping[str, tuple[Any, ...]]) -> Column:
    present, distinct, least, greatest = stats[column.name]
    return replace(column, nulls=rows - present, distinct=distinct, minimum=least, maximum=greatest)


def _with_years(columns: list[Column]) -> list[Column]:
    """Without a date column, whole numbers called "year" (with "month" or "quarter") are the dates."""
    if any(column.kind == "time" for column in columns):
        return columns
    year = next((c for c in columns if "year" in c.name.lower() and _within(c, 1800, 2200)), None)
    if year is None:
        return columns
    month = next((c for c in columns if "month" in c.name.lower() and _within(c, 1, 12)), None)
    quarter = next((c for c in columns if "quarter" in c.name.lower() and _within(c, 1, 4)), None)
    month_sql = month.sql if month else f"{quarter.sql} * 3 - 2" if quarter else "1"
    dated = replace(year, kind="time", sql=f"make_date({year.sql}, {month_sql}, 1)")
    return [dated if column is year else column for column in columns]


def _within(column: Column, least: int, greatest: int) -> bool:
    return (
        column.is_whole
        and isinstance(column.minimum, int)
        and least <= column.minimum <= int(str(column.maximum)) <= greatest
    )


def _with_details(connection: "DuckDBPyConnection", table: str, column: Column) -> Column:
    if column.kind == "text":
        return _with_values(connection, table, column)
    return _with_grain(connection, table, column) if column.kind == "time" else column


def _with_values(connection: "DuckDBPyConnection", table: str, column: Column) -> Column:
    counted = connection.execute(
        f"SELECT {column.sql}, count(*) FROM {quoted(table)} WHERE length({column.sql}) <= {MAX_VALUE_LENGTH} "
        f"GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT {MAX_VALUES}"
    ).fetchall()
    return replace(column, values=tuple(value for value, _ in counted), top=tuple(counted[:_TOP]))


def _with_grain(connection: "DuckDBPyConnection", table: str, column: Column) -> Column:
    """How often there are dates: the widest grain in which no two dates of the table fall together."""
    counts = ", ".join(f"count(DISTINCT date_trunc('{grain}', {column.sql}))" for grain in GRAINS)
    row = connection.execute(f"SELECT min({column.sql}), max({column.sql}), {counts} FROM {quoted(table)}").fetchall()[
        0
    ]
    least, greatest, days, *wider = row
    grain: Grain = "day"
    first, last = _day(least), _day(greatest)
    for name, count in zip(GRAINS[1:], wider, strict=True):
        dense = first and last and count * _DAYS[name] >= _DENSE * (last - first).days
        grain = name if count == days and days > 1 and dense else grain
    return replace(column, minimum=first, maximum=last, grain=grain)


def _day(moment: Any) -> date | None:
    return moment.date() if isinstance(moment, datetime) else moment if isinstance(moment, date) else None
