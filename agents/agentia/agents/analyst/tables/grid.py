"""A grid: a header and rows of text, as every kind of file becomes before its columns are typed."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from agentia.agents.analyst.errors import TableRefused, TableUnreadable

MAX_COLUMNS = 500
MAX_CELLS = 3_000_000
_TOTALS = {"total", "totals", "grand total", "sum", "overall"}
_NUMBER = re.compile(r"[-+]?[\d.,]*\d[\d.,]*%?")


@dataclass(frozen=True)
class Grid:
    """Rows are as long as the header; an empty text is an empty cell. `decimal_comma` is a hint for the numbers."""

    name: str
    header: tuple[str, ...]
    rows: Sequence[Sequence[str]]
    notes: tuple[str, ...] = ()
    decimal_comma: bool = False


def grid(name: str, lines: Iterable[Sequence[str]], *, decimal_comma: bool = False) -> Grid:
    """Find header and rows: drops what is empty, titles above the header and a totals row below, and says so.

    Raises `TableUnreadable` for no rows, `TableRefused` for too many cells.
    """
    rows = [row for row in lines if any(row)]
    if not rows:
        raise TableUnreadable(f"“{name}” is empty.", fix="Send a table with a header and at least one row.")
    notes: list[str] = []
    rows = _without_titles(rows, notes)
    rows = _even(rows)
    header, rows = _header(rows, notes)
    if not rows:
        raise TableUnreadable(f"“{name}” has a header but no rows.", fix="Send the rows, too.")
    _check_size(name, header, rows)
    rows = _without_totals(rows, notes)
    return Grid(name, header, rows, tuple(notes), decimal_comma)


def _without_titles(rows: list[Sequence[str]], notes: list[str]) -> list[Sequence[str]]:
    """Reports put a title or two above the header: rows of one cell over rows of three or more."""
    for skipped, row in enumerate(rows[:6]):
        if sum(map(bool, row)) > 1 or max(map(len, rows)) < 3:
            if skipped:
                notes.append(f"{skipped} title line{'s' if skipped > 1 else ''} above the header left out")
            return rows[skipped:]
    return rows


def _even(rows: list[Sequence[str]]) -> list[Sequence[str]]:
    """All rows of one width, columns empty to the right cut off (the strict check for CSV came before)."""
    width = max(max((i for i, cell in enumerate(row, 1) if cell), default=0) for row in rows)
    return [row if len(row) == width else [*row, *[""] * (width - len(row))][:width] for row in rows]


def _header(rows: list[Sequence[str]], notes: list[str]) -> tuple[tuple[str, ...], list[Sequence[str]]]:
    first = rows[0]
    if all(_NUMBER.fullmatch(cell) for cell in first):
        notes.append("no header found, so the columns are numbered")
        return tuple(f"column_{i}" for i in range(1, len(first) + 1)), rows
    return names(first, notes), rows[1:]


def names(cells: Sequence[str], notes: list[str]) -> tuple[str, ...]:
    """Column names: one line each, none empty, no two alike (also not in another case, as SQL sees it)."""
    plain = [" ".join(cell.split())[:100] or f"column_{i}" for i, cell in enumerate(cells, 1)]
    taken = {name.casefold() for name in plain}
    seen: Counter[str] = Counter()
    result = []
    for name in plain:
        seen[name.casefold()] += 1
        number = seen[name.casefold()]
        if number > 1:
            old = name
            while f"{old}_{number}".casefold() in taken:
                number += 1
            name = f"{old}_{number}"
            taken.add(name.casefold())
            notes.append(f"the repeated column “{old}” is called “{name}”")
        result.append(name)
    return tuple(result)


def _check_size(name: str, header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    if len(header) > MAX_COLUMNS:
        raise TableRefused(f"“{name}” has {len(header):,} columns; at most {MAX_COLUMNS} are read.")
    if len(header) * len(rows) > MAX_CELLS:
        raise TableRefused(f"“{name}” has {len(header) * len(rows):,} cells; at most {MAX_CELLS:,} are read.")


def _without_totals(rows: list[Sequence[str]], notes: list[str]) -> list[Sequence[str]]:
    """A totals row at the end would be counted twice in every sum."""
    last = {cell.strip().rstrip(":").casefold() for cell in rows[-1]}
    if (
        len(rows) < 3
        or not last & _TOTALS
        or any(cell.strip().casefold() in _TOTALS for row in rows[:-1] for cell in row)
    ):
        return rows
    notes.append("the totals row at the end left out")
    return rows[:-1]
