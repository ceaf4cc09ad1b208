"""The plan: what a question asks, in terms of columns and dates, ready to be written as SQL and as words."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from agentia.agents.analyst.questions.calendar import Period
from agentia.agents.analyst.tables.table import Column, Grain

Kind = Literal[
    "profile", "value", "groups", "rows", "share", "change", "trend", "outliers", "values", "correlation", "moments"
]
Aggregate = Literal["sum", "avg", "median", "min", "max", "std", "count", "distinct"]
Comparison = Literal[">", ">=", "<", "<=", "="]


@dataclass(frozen=True)
class Measure:
    """A number of a set of rows: an aggregate of a column, the count of rows without one, a quotient with `over`."""

    aggregate: Aggregate
    column: Column | None = None
    over: Column | None = None
    noun: str = "rows"  # what a row is, as far as the question says

    @property
    def unit(self) -> str | None:
        """The unit of the result, None for counts and quotients."""
        return (
            self.column.unit if self.column and not self.over and self.aggregate not in ("count", "distinct") else None
        )


@dataclass(frozen=True)
class Condition:
    """Rows whose column has one of these values, or none of them."""

    column: Column
    values: tuple[str, ...]
    is_negated: bool = False


@dataclass(frozen=True)
class Threshold:
    """A limit on a number: of single rows, or of groups when the plan says so."""

    column: Column | None
    comparison: Comparison
    number: Decimal
    is_percent: bool = False  # of a share or of a growth, which no column holds


@dataclass(frozen=True)
class Plan:
    """One question. `period` limits the rows; of a change, `baseline` is what `period` is compared with."""

    kind: Kind
    table: str
    question: str = ""
    measures: tuple[Measure, ...] = ()
    groups: tuple[Column, ...] = ()
    within: Column | None = None  # "top product in each region": the best of each of these
    conditions: tuple[Condition, ...] = ()
    whole: tuple[Condition, ...] = ()  # of a share: what makes the hundred percent
    thresholds: tuple[Threshold, ...] = ()
    time: Column | None = None
    grain: Grain | None = None
    per_grain: bool = False  # "average monthly revenue": of the totals of each month
    period: Period | None = None
    baseline: Period | None = None
    is_ascending: bool = False
    is_ranked: bool = False  # someone asked for the best or worst, not for all
    limit: int | None = None
    focus: str | None = None  # the group whose place among all is asked for
    is_absolute: bool = False  # a change in units rather than in percent
    compares: bool = False
    steps: bool = False  # a trend with the change from step to step
    percent_of: Decimal | None = None  # "15 % of": wanted of the value in the end
    notes: tuple[str, ...] = ()

    @property
    def measure(self) -> Measure:
        """The first measure, the one that ranks."""
        return self.measures[0]
