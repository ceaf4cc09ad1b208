"""Wide tables made long: columns called 2023, 2024, … or Jan 2025, Feb 2025, … become rows of period and value."""

import re

from agentia.agents.analyst.tables.grid import MAX_CELLS, Grid
from agentia.agents.analyst.tables.moments import read_moments
from agentia.agents.analyst.tables.numbers import BLANKS, read_numbers

_YEAR = re.compile(r"(?:19|20)\d{2}")
_LEAST = 3  # columns called by a period, or two when but one other column names the rows


def unpivot(table: Grid) -> Grid:
    """The long form of a wide table; any other table as it is."""
    periods = _periods(table)
    others = [i for i in range(len(table.header)) if i not in periods]
    if len(periods) < (2 if len(others) == 1 else _LEAST) or not others or not _hold_numbers(table, periods):
        return table
    if len(table.rows) * len(periods) * (len(others) + 2) > MAX_CELLS:
        return table
    taken = {table.header[i].casefold() for i in others}
    period, value = ("period" if "period" not in taken else "period_"), ("value" if "value" not in taken else "value_")
    rows = [[*(row[i] for i in others), name, row[at]] for row in table.rows for at, name in periods.items()]
    names = [table.header[i] for i in periods]
    note = f"the columns {names[0]} to {names[-1]} were turned into rows of {period} and {value}"
    return Grid(
        table.name, (*(table.header[i] for i in others), period, value), rows, (*table.notes, note), table.decimal_comma
    )


def _periods(table: Grid) -> dict[int, str]:
    """The columns called by a period, with its first day."""
    years = {i: f"{name}-01-01" for i, name in enumerate(table.header) if _YEAR.fullmatch(name)}
    read = read_moments("period", table.header)
    dated = {i: read.texts[name] for i, name in enumerate(table.header) if name in read.texts} if read else {}
    return years or dated


def _hold_numbers(table: Grid, periods: dict[int, str]) -> bool:
    cells = {row[i] for row in table.rows[:200] for i in periods}
    filled = [cell for cell in cells if cell.casefold() not in BLANKS]
    read = read_numbers(filled)
    return bool(filled) and read is not None and len(read.texts) == len(filled)
