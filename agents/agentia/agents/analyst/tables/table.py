"""A loaded table and its columns, as everything after the loading knows them."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Literal

ColumnKind = Literal["number", "time", "text"]
Grain = Literal["day", "week", "month", "quarter", "year"]
Scalar = str | int | float | bool | Decimal | date | None

GRAINS: tuple[Grain, ...] = ("day", "week", "month", "quarter", "year")


def grain_of(word: str) -> Grain:
    """The grain that a word names. Raises ValueError for any other word."""
    return GRAINS[GRAINS.index(word)]


@dataclass(frozen=True)
class Column:
    """A column and what it holds. `sql` is the expression that yields it, usually its quoted name."""

    name: str
    type: str
    kind: ColumnKind
    sql: str
    unit: str | None = None
    nulls: int = 0
    distinct: int = 0
    minimum: Scalar = None
    maximum: Scalar = None
    values: tuple[str, ...] = field(default=(), repr=False)
    top: tuple[tuple[str, int], ...] = field(default=(), repr=False)
    grain: Grain | None = None

    @property
    def is_whole(self) -> bool:
        """Whether its numbers are integers."""
        return "INT" in self.type


@dataclass(frozen=True)
class Table:
    """`name` is its name in SQL, `source` that of the file it came from."""

    name: str
    source: str
    rows: int
    columns: tuple[Column, ...]
    notes: tuple[str, ...] = ()

    def of_kind(self, kind: ColumnKind) -> tuple[Column, ...]:
        """Its columns of one kind, in their order."""
        return tuple(column for column in self.columns if column.kind == kind)

    @property
    def time(self) -> Column | None:
        """The column that dates a row: of several the one with the fewest gaps, else the first."""
        return min(self.of_kind("time"), key=lambda column: column.nulls, default=None)


def quoted(name: str) -> str:
    """A name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'
