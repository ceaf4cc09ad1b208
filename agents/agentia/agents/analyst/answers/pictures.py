"""Small pictures of a result in Markdown: a table, and a table with bars."""

from datetime import date
from typing import Any

from agentia.agents.analyst.answers.numbers import number, shown
from agentia.agents.analyst.answers.run import Result
from agentia.agents.analyst.questions.calendar import short
from agentia.agents.analyst.questions.synonyms import LABELS
from agentia.agents.analyst.questions.words import stems
from agentia.agents.analyst.tables.table import Grain

_ROWS = 40
_LABELS = LABELS | {"year"}
_WIDTH = 24
_EIGHTHS = " ▏▎▍▌▋▊▉█"


def markdown(result: Result) -> str:
    """The first rows as a table."""
    lines = [_row(result.columns), _row(["---"] * len(result.columns))]
    lines += [
        _row([_cell(name, cell) for name, cell in zip(result.columns, row, strict=True)]) for row in result.rows[:_ROWS]
    ]
    more = len(result.rows) - _ROWS
    return "\n".join([*lines, f"\n… and {more:,} more rows"] if more > 0 else lines)


def bars(result: Result, keys: int, at: int, unit: str | None, grain: Grain | None = None) -> str:
    """Names, values and a bar for each; only when no value is negative."""
    rows = [row for row in result.rows if row[at] is not None][:_ROWS]
    if not rows or any(row[at] < 0 for row in rows):
        return markdown(result)
    most = max(float(row[at]) for row in rows)
    lines = [_row([*result.columns[:keys], result.columns[at], ""]), _row([*["---"] * keys, "---:", "---"])]
    for row in rows:
        cells = zip(result.columns[:keys], row, strict=False)
        names = [short(cell, grain) if grain and isinstance(cell, date) else _cell(name, cell) for name, cell in cells]
        lines.append(_row([*names, number(row[at], unit), bar(float(row[at]) / most if most else 0)]))
    more = len(result.rows) - len(rows)
    return "\n".join([*lines, f"\n… and {more:,} more rows"] if more > 0 else lines)


def bar(share: float) -> str:
    """A bar whose full length is 24 characters."""
    eighths = round(share * _WIDTH * 8)
    return "█" * (eighths // 8) + _EIGHTHS[eighths % 8].strip()


def _row(cells: Any) -> str:
    return f"| {' | '.join(cells)} |"


def cell_text(column: str, cell: Any) -> str:
    """A cell of a result; order numbers, years and other labels have no separators of thousands."""
    is_plain = isinstance(cell, int) and not _LABELS.isdisjoint(stems(column))
    return str(cell) if is_plain else shown(cell)


def _cell(column: str, cell: Any) -> str:
    return cell_text(column, cell).replace("|", "\\|").replace("\n", " ")[:80]
