"""CSV and its relatives: finding the delimiter, and refusing what is ragged."""

import csv
import io
from collections import Counter
from collections.abc import Sequence

from agentia.agents.analyst.errors import TableUnreadable
from agentia.agents.analyst.tables.decode import decode
from agentia.agents.analyst.tables.grid import Grid, grid
from agentia.agents.analyst.tables.source import READS, Source, refuse_markup

_DELIMITERS = (",", ";", "\t", "|")
_SAMPLE_LINES = 40
_PROSE = 120  # a single column whose cells are longer than this on average is prose


def read_delimited(source: Source) -> Grid:
    """The grid of a CSV or TSV file. Raises `TableUnreadable` with the line that is wrong."""
    text = decode(source.name, source.body)
    refuse_markup(source.name, text)
    declared, text = _declared_delimiter(text)
    delimiter = declared or find_delimiter(text, tab=_is_tsv(source))
    rows = _rows(source.name, text, delimiter)
    _refuse_ragged(source.name, rows)
    cells = [[cell.strip() for cell in row] for _, row in rows]
    if delimiter is None and cells and sum(len(row[0]) for row in cells) / len(cells) > _PROSE:
        raise TableUnreadable(f"“{source.name}” reads like prose, not like a table.", fix=READS)
    return grid(source.name, cells, decimal_comma=delimiter == ";")


def find_delimiter(text: str, *, tab: bool = False) -> str | None:
    """The delimiter that splits most lines into the same number of cells, or None for a single column."""
    lines = [line for line in text[:100_000].splitlines()[: _SAMPLE_LINES + 1] if line.strip()][:_SAMPLE_LINES]
    best: tuple[float, int, str] | None = None
    for delimiter in ("\t", *_DELIMITERS) if tab else _DELIMITERS:
        widths = Counter(len(row) for row in csv.reader(lines, delimiter=delimiter))
        width, lines_of_it = widths.most_common(1)[0] if widths else (1, 0)
        if width > 1 and (best is None or (lines_of_it / len(lines), width) > best[:2]):
            best = (lines_of_it / len(lines), width, delimiter)
    return best[2] if best else None


def _declared_delimiter(text: str) -> tuple[str | None, str]:
    """Excel writes `sep=;` as a first line of its own."""
    first, _, rest = text.partition("\n")
    first = first.strip().strip('"')
    return (first[4], rest) if len(first) == 5 and first.lower().startswith("sep=") else (None, text)


def _is_tsv(source: Source) -> bool:
    return source.name.lower().endswith((".tsv", ".tab")) or "tab-separated" in source.media_type


def _rows(name: str, text: str, delimiter: str | None) -> list[tuple[int, list[str]]]:
    """Rows with the number of the line they end on. A quote that never closes is an error, not a giant cell."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter or ",", strict=True)
    if delimiter is None:
        return [(number, [line]) for number, line in enumerate(text.splitlines(), 1) if line.strip()]
    try:
        return [(reader.line_num, row) for row in reader if row and (len(row) > 1 or row[0].strip())]
    except csv.Error as exc:
        raise TableUnreadable(
            f"Line {reader.line_num} of “{name}” cannot be read as CSV.",
            fix="Look for a quote that is opened and never closed, or a very long cell.",
        ) from exc


def _refuse_ragged(name: str, rows: Sequence[tuple[int, list[str]]]) -> None:
    """Every row as wide as the header; cells that are empty to the right may be missing or too many.

    Lines of one cell above the header are titles and not looked at.
    """
    start = next((i for i, (_, row) in enumerate(rows[:6]) if sum(map(bool, row)) > 1), 0)
    table = rows[start:]
    if not table:
        return
    width = _width(table[0][1])
    wrong = [(line, len(row)) for line, row in table if _width(row) > width or len(row) < width]
    if wrong:
        line, cells = wrong[0]
        more = f" ({len(wrong):,} rows are wrong like this)" if len(wrong) > 1 else ""
        raise TableUnreadable(
            f"“{name}” is ragged: line {line} has {cells} cells, the header has {width}{more}.",
            fix="Put texts that contain the delimiter in quotes, or add the missing cells.",
        )


def _width(row: Sequence[str]) -> int:
    return next((i for i in range(len(row), 0, -1) if row[i - 1].strip()), 0)
