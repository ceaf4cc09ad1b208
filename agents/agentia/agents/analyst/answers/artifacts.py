"""Artifacts: the rows of an answer as CSV that is safe to open in a spreadsheet."""

import csv
import io
from typing import Any

from agentia.agents.analyst.answers.numbers import plain
from agentia.agents.analyst.answers.run import Result

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def csv_of(result: Result) -> str:
    """The rows with a header. Texts that a spreadsheet would take for a formula get an apostrophe in front."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([_safe(name) for name in result.columns])
    writer.writerows([_safe(plain(cell)) for cell in row] for row in result.rows)
    return out.getvalue()


def _safe(cell: Any) -> Any:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell
