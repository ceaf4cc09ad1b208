"""Numbers that came with a task beside its text: single values by name, and columns of a table."""

import re
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, TypeVar

from agentia.agents.quant.errors import TooLarge
from agentia.agents.quant.language import literals
from agentia.agents.quant.limits import MAX_NUMBERS

_PRONOUN = re.compile(
    r"(?:that|it|this|them|those|these|(?:the|that|this) (?:result|answer|value|number|total|amount))$"
)
_MAX_DEPTH = 4


@dataclass(frozen=True, slots=True)
class Value:
    """One number, the words it is known by, and its currency or unit."""

    name: str
    number: Fraction
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class Column:
    """Numbers of one column in the order of their rows; `gaps` counts rows without a number."""

    name: str
    numbers: tuple[Fraction, ...]
    gaps: int = 0


@dataclass(frozen=True, slots=True)
class Given:
    """All that came along; `latest` is the answer before this question."""

    values: tuple[Value, ...] = ()
    columns: tuple[Column, ...] = ()
    latest: Value | None = None

    def value(self, phrase: str) -> Value | None:
        """The value that a phrase such as "its revenue" or "that" can only mean; None when that is not clear."""
        if self.latest and _PRONOUN.fullmatch(phrase.strip().lower()):
            return self.latest
        if len(self.values) == 1:
            return self.values[0]
        matching = _best(list(self.values), phrase)
        return matching[0] if len(matching) == 1 else None

    def column(self, phrase: str) -> Column | None:
        """The column that a phrase means: the only one, or the one whose name shares most words with it."""
        if len(self.columns) == 1:
            return self.columns[0]
        matching = _best(list(self.columns), phrase)
        return matching[0] if len(matching) == 1 else None

    def after(self, latest: Value | None) -> "Given":
        """The same for the question that follows an answer."""
        return replace(self, latest=latest)


def from_data(parts: list[Any]) -> Given:
    """Read data parts: numbers, lists, records, tables, and results of other agents. What is no number is left out."""
    values: list[Value] = []
    columns: list[Column] = []
    for part in parts:
        _collect(part, "value", values, columns, 0)
    if sum(len(column.numbers) for column in columns) > MAX_NUMBERS:
        raise TooLarge(f"The data holds more than {MAX_NUMBERS:,} numbers; I take up to that many.")
    return Given(tuple(values), tuple(columns))


def number(value: Any) -> Fraction | None:
    """A JSON number, or a text that is one number, exactly as written."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    text = repr(value) if isinstance(value, int | float) and abs(value) < 1e300 else str(value).strip()
    negative = text.startswith("-")
    literal = literals.read(text, 1 if negative else 0)
    if literal is None or literal.end != len(text):
        return None
    return -literal.value if negative else literal.value


def _collect(part: Any, name: str, values: list[Value], columns: list[Column], depth: int) -> None:
    if depth > _MAX_DEPTH:
        return
    if (single := number(part)) is not None:
        values.append(Value(name, single))
    elif isinstance(part, list):
        _collect_list(part, name, columns)
    elif isinstance(part, dict) and ("rows" in part or "value" in part):
        _collect_result(part, name, values, columns)
    elif isinstance(part, dict):
        for key, value in part.items():
            _collect(value, str(key), values, columns, depth + 1)


def _collect_result(part: dict[str, Any], name: str, values: list[Value], columns: list[Column]) -> None:
    """A table with `rows`, or the one `value` of another agent's result, or both."""
    if isinstance(part.get("rows"), list):
        _collect_table(part["rows"], part.get("columns"), columns)
    for key in ("value", "decimal"):
        if (result := number(part.get(key))) is not None:
            words = (part.get("subject"), part.get("measure"), part.get("question"))
            known_as = " ".join(word for word in words if isinstance(word, str))
            unit = part.get("unit")
            values.append(Value(known_as or name, result, unit if isinstance(unit, str) else None))
            return


def _collect_list(items: list[Any], name: str, columns: list[Column]) -> None:
    if any(isinstance(item, dict) for item in items):
        _collect_table(items, None, columns)
    else:
        _add_column(name, items, columns)


def _collect_table(rows: list[Any], header: Any, columns: list[Column]) -> None:
    records = [row for row in rows if isinstance(row, dict)]
    if records:
        for key in dict.fromkeys(key for record in records for key in record):
            _add_column(str(key), [record.get(key) for record in records], columns)
        return
    lists = [row for row in rows if isinstance(row, list)]
    names = (
        header
        if isinstance(header, list)
        else [f"column {index + 1}" for index in range(max(map(len, lists), default=0))]
    )
    for index, name in enumerate(names):
        title = name.get("name", f"column {index + 1}") if isinstance(name, dict) else name
        _add_column(str(title), [row[index] if index < len(row) else None for row in lists], columns)


def _add_column(name: str, cells: list[Any], columns: list[Column]) -> None:
    if len(cells) > MAX_NUMBERS:
        raise TooLarge(f"The data holds more than {MAX_NUMBERS:,} numbers; I take up to that many.")
    numbers = [found for cell in cells if (found := number(cell)) is not None]
    if numbers and 2 * len(numbers) >= len(cells):
        columns.append(Column(name, tuple(numbers), len(cells) - len(numbers)))


_Named = TypeVar("_Named", Value, Column)


def _best(named: list[_Named], phrase: str) -> list[_Named]:
    wanted = _words(phrase)
    scores = [(len(wanted & _words(item.name)), item) for item in named]
    top = max((score for score, _ in scores), default=0)
    return [item for score, item in scores if score == top > 0]


def _words(text: str) -> frozenset[str]:
    return frozenset(word.removesuffix("s") for word in re.findall(r"[^\W_]+", text.lower()))
