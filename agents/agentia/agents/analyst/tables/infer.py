"""What a column holds: text, whole numbers, exact decimals, floating numbers, dates or moments."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from agentia.agents.analyst.tables.grid import Grid
from agentia.agents.analyst.tables.moments import is_compact, read_moments
from agentia.agents.analyst.tables.numbers import BLANKS, decimal_sign, read_numbers

_ENOUGH = 0.9  # of a column's cells must be numbers or dates, for the rest to be left out with a note
_EXACT_DIGITS = 18  # DuckDB sums DECIMAL(18, n) exactly


@dataclass(frozen=True)
class Typed:
    """A column with its SQL type; `texts` turns a cell into what DuckDB reads as that type, missing cells into null."""

    name: str
    type: str
    texts: dict[str, str]
    unit: str | None = None
    note: str | None = None


def infer(table: Grid) -> list[Typed]:
    """The types of all columns of a grid."""
    columns: list[Sequence[str]] = list(zip(*table.rows, strict=True))
    counts = [Counter(column) for column in columns]
    comma = table.decimal_comma and "." not in {decimal_sign(_filled(count)) for count in counts}
    return [_column(name, count, comma) for name, count in zip(table.header, counts, strict=True)]


def _filled(cells: Iterable[str]) -> list[str]:
    return [cell for cell in cells if cell.casefold() not in BLANKS]


def _column(name: str, counts: Counter[str], comma: bool) -> Typed:
    filled = _filled(counts)
    if filled:
        numbers = None if is_compact(name, filled) else read_numbers(filled, decimal_comma=comma)
        if numbers and _is_most(numbers.texts, filled, counts):
            return Typed(
                name, _number_type(numbers.texts), numbers.texts, numbers.unit, _left_out(name, numbers.texts, filled)
            )
        moments = read_moments(name, filled, prefer_day_first=comma)
        if moments and _is_most(moments.texts, filled, counts):
            note = _left_out(name, moments.texts, filled) or moments.note
            return Typed(name, "DATE" if moments.is_date else "TIMESTAMP", moments.texts, None, note)
    return Typed(name, "VARCHAR", {cell: cell for cell in counts if cell})


def _is_most(read: dict[str, str], filled: Sequence[str], counts: Counter[str]) -> bool:
    return sum(counts[cell] for cell in read) >= _ENOUGH * sum(counts[cell] for cell in filled) > 0


def _left_out(name: str, read: dict[str, str], filled: Sequence[str]) -> str | None:
    missing = [cell for cell in filled if cell not in read]
    if not missing:
        return None
    shown = ", ".join(f"“{cell[:30]}”" for cell in missing[:3])
    return f"cells of “{name}” that could not be read were left out: {shown}{' …' if len(missing) > 3 else ''}"


def _number_type(texts: dict[str, str]) -> str:
    plain = texts.values()
    if any("e" in text or "E" in text for text in plain):
        return "DOUBLE"
    whole = max(len(text.lstrip("-").partition(".")[0]) for text in plain)
    scale = max(len(text.partition(".")[2]) for text in plain)
    if scale == 0:
        return "BIGINT"
    return f"DECIMAL({_EXACT_DIGITS}, {scale})" if whole + scale <= _EXACT_DIGITS and scale <= 6 else "DOUBLE"
