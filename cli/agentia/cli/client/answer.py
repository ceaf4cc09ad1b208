"""An agent's words and tables on a terminal."""

import csv
import re
from pathlib import Path

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from agentia.cli.client.keep import Saved
from agentia.cli.console import clean

MARKDOWN = re.compile(r"^#{1,6} |^```|\*\*\S|^\s*[-*] \S|^\|.+\|\s*$", re.MULTILINE)
FENCE = re.compile(r"(^```.*?^```\s*?$)", re.MULTILINE | re.DOTALL)
ROWS, COLUMNS, CELL = 8, 8, 28
LONG_FRACTION = re.compile(r"^(-?\d+\.\d{4})\d{3,}$")
SEPARATORS = {"text/csv": ",", "text/tab-separated-values": "\t"}
LARGEST_PREVIEW = 5_000_000


def rendered(text: str) -> RenderableType:
    """Markdown when it looks like it (its line breaks kept), else the text as it is."""
    if not MARKDOWN.search(text):
        return Text(text)
    from rich.markdown import Markdown

    pieces = FENCE.split(text)
    return Markdown("".join(p if p.startswith("```") else _with_breaks(p) for p in pieces), hyperlinks=False)


def table_of(file: Saved) -> tuple[str, Table] | None:
    """Title and first rows of a CSV or TSV file; None when it is something else or cannot be read as one."""
    separator = SEPARATORS.get(file.kind.partition(";")[0].strip())
    if separator is None or file.size > LARGEST_PREVIEW:
        return None
    rows = _rows(file.path, separator)
    return _drawn(file.path.name, rows) if len(rows) > 1 else None


def _rows(path: Path, separator: str) -> list[list[str]]:
    try:
        with path.open(newline="", encoding="utf-8-sig") as text:
            return [[clean(cell) for cell in row] for row in csv.reader(text, delimiter=separator) if row]
    except (UnicodeDecodeError, csv.Error):
        return []


def _drawn(name: str, rows: list[list[str]]) -> tuple[str, Table]:
    head, *body = rows
    more = f", {len(body) - ROWS} more rows" if len(body) > ROWS else ""
    wide = f", {len(head) - COLUMNS} more columns" if len(head) > COLUMNS else ""
    table = Table(box=None, header_style="bold", padding=(0, 2, 0, 0), pad_edge=False)
    for place, title in enumerate(head[:COLUMNS]):
        numbers = all(_is_number(row[place]) for row in body if place < len(row) and row[place])
        table.add_column(Text(title), justify="right" if numbers else "left", max_width=CELL, no_wrap=True)
    for row in body[:ROWS]:
        table.add_row(*(Text(_short(cell)) for cell in row[:COLUMNS]))
    return f"{name}{more}{wide}", table


def _short(cell: str) -> str:
    """A long fraction is cut in the preview; the file has all of it."""
    return LONG_FRACTION.sub(r"\1", cell)


def _is_number(text: str) -> bool:
    try:
        float(text.replace(",", "").replace(" ", "").removesuffix("%"))
    except ValueError:
        return False
    return True


def _with_breaks(text: str) -> str:
    """Two blanks before each single line end, which Markdown else makes a blank of."""
    return re.sub(r"(?<=[^\n|])\n(?=[^\n])", "  \n", text)
