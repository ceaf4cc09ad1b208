"""Measures: which numbers of a table are worth adding up, which are averaged, and which only name things."""

import re
from collections.abc import Sequence

from agentia.agents.analyst.questions.plan import Aggregate, Measure
from agentia.agents.analyst.questions.synonyms import LABELS, LEVELS, MONEY, QUANTITY, SNAPSHOTS
from agentia.agents.analyst.questions.words import stems
from agentia.agents.analyst.tables.table import Column, Table

_BRACKET = re.compile(r"\s*[(\[][^()\[\]]{1,10}[)\]]\s*$")


def is_label(column: Column) -> bool:
    """Whether its numbers name things: customer_id, zip, order no."""
    words = set(stems(column.name))
    return (
        column.kind == "number"
        and column.is_whole
        and bool(words & (LABELS | {"year", "month", "quarter", "week", "day"}))
    )


def is_level(column: Column) -> bool:
    """Whether adding its numbers up makes no sense: prices, rates, percentages, ages."""
    return column.unit == "%" or not LEVELS.isdisjoint(stems(column.name))


def is_snapshot(column: Column) -> bool:
    """Whether adding its numbers up over time makes no sense: balances, stocks, populations."""
    return not SNAPSHOTS.isdisjoint(stems(column.name))


def is_money(column: Column) -> bool:
    """Whether it is called revenue, sales, amount or the like."""
    return not MONEY.isdisjoint(stems(column.name)) and not is_level(column)


def truth_of(column: Column) -> str | None:
    """The value for "yes" of a column that holds only yes and no."""
    values = {value.casefold(): value for value in column.values}
    if column.kind != "text" or not values or not values.keys() <= {"yes", "no", "true", "false", "y", "n", "t", "f"}:
        return None
    return next((values[word] for word in ("yes", "true", "y", "t") if word in values), None)


def quantity_of(table: Table) -> Column | None:
    """The column of pieces sold, if there is one."""
    return next(
        (
            c
            for c in table.of_kind("number")
            if c.is_whole and not QUANTITY.isdisjoint(stems(c.name)) and not is_level(c)
        ),
        None,
    )


def main_column(table: Table) -> Column | None:
    """What a question is about when it does not say: money, else pieces, else the first number that adds up."""
    numbers: Sequence[Column] = [column for column in table.of_kind("number") if not is_label(column)]
    sums = [column for column in numbers if not is_level(column)]
    money = [column for column in sums if is_money(column)]
    quantity = quantity_of(table)
    return next(iter([*money, *([quantity] if quantity else []), *sums, *numbers]), None)


def natural(column: Column, *, ranked: bool = False, ascending: bool = False) -> Aggregate:
    """How a column is reduced when nobody says: amounts are added, prices averaged, and ranked by their extreme."""
    if not is_level(column):
        return "sum"
    return "avg" if not ranked else "min" if ascending else "max"


def label(measure: Measure) -> str:
    """The measure as people call it: "total revenue", "average price", "revenue per unit"."""
    if measure.column is None:
        counted = f"number of {measure.noun}"
        return f"{counted} per {readable(measure.over)}" if measure.over else counted
    name = readable(measure.column)
    if measure.over:
        over = readable(measure.over)
        return f"{name} per {over.removesuffix('s')}"
    prefix = {
        "sum": "",
        "avg": "average ",
        "median": "median ",
        "min": "lowest ",
        "max": "highest ",
        "std": "standard deviation of ",
        "count": "number of ",
        "distinct": "number of different ",
    }[measure.aggregate]
    return f"{prefix}{plural(name) if measure.aggregate in ('count', 'distinct') else name}"


def plural(name: str) -> str:
    """The plural of a column's name."""
    if name.endswith("s"):
        return name
    return f"{name[:-1]}ies" if name.endswith("y") and name[-2:-1] not in "aeou" else f"{name}s"


def readable(column: Column) -> str:
    """A column's name in a sentence: unit_price is "unit price"; its unit is said with the numbers."""
    name = column.name.replace("_", " ")
    if column.unit and name.casefold().endswith(f" {column.unit.casefold()}"):
        name = name[: -len(column.unit) - 1]
    return _BRACKET.sub("", name).strip() or column.name
