"""The pieces that SQL statements are put together from: every name quoted, every literal escaped."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from agentia.agents.analyst.questions.calendar import Period
from agentia.agents.analyst.questions.measures import label
from agentia.agents.analyst.questions.plan import Condition, Measure, Plan, Threshold
from agentia.agents.analyst.tables.table import Column, Grain, quoted

FUNCTIONS = {
    "sum": "sum",
    "avg": "avg",
    "median": "median",
    "min": "min",
    "max": "max",
    "std": "stddev_samp",
    "count": "count",
}


def literal(value: str | date | Decimal) -> str:
    """A value as an SQL literal."""
    if isinstance(value, date):
        return f"DATE '{value.isoformat()}'"
    if isinstance(value, Decimal):
        return f"{value:f}"
    return "'" + value.replace("'", "''").replace("\0", "") + "'"


def aggregate(measure: Measure, only: str = "") -> str:
    """A measure as an expression, `only` restricting the rows it takes."""
    filtered = f" FILTER (WHERE {only})" if only else ""
    over = measure.over
    if measure.column is None:
        return f"count(*){filtered}" + (f" / nullif(count(DISTINCT {over.sql}){filtered}, 0)" if over else "")
    column = measure.column.sql
    if over:
        return f"sum({column}){filtered} / nullif(sum({over.sql}){filtered}, 0)"
    if measure.aggregate == "distinct":
        return f"count(DISTINCT {column}){filtered}"
    return f"{FUNCTIONS[measure.aggregate]}({column}){filtered}"


def bucket(time: Column, grain: Grain) -> str:
    """The first day of the period that a row falls in."""
    return f"CAST(date_trunc('{grain}', {time.sql}) AS DATE)"


def within(time: Column | None, period: Period | None) -> str:
    """The rows of a period."""
    if time is None or period is None:
        return ""
    return f"{time.sql} >= {literal(period.start)} AND {time.sql} < {literal(period.end)}"


def condition(given: Condition) -> str:
    """The rows that have, or have not, one of some values."""
    column = given.column.sql
    if len(given.values) == 1:
        return f"{column} {'IS DISTINCT FROM' if given.is_negated else '='} {literal(given.values[0])}"
    values = ", ".join(map(literal, given.values))
    test = f"{column} {'NOT IN' if given.is_negated else 'IN'} ({values})"
    return f"({test} OR {column} IS NULL)" if given.is_negated else test


def limit(given: Threshold, plan: Plan) -> str:
    """The rows on one side of a number."""
    column = given.column or plan.measure.column
    return f"{column.sql} {given.comparison} {literal(given.number)}" if column else ""


def row_limits(plan: Plan) -> list[Threshold]:
    """Limits on numbers that rows hold; shares and growths are limited when they are worked out."""
    return [given for given in plan.thresholds if not given.is_percent]


def percent_limits(plan: Plan, name: str) -> str:
    """Limits on a share or a growth, which is a column of the result."""
    given = [limit for limit in plan.thresholds if limit.is_percent]
    return " AND ".join(f"{quoted(name)} {limit.comparison} {literal(limit.number)}" for limit in given)


def row_tests(plan: Plan) -> list[str]:
    """Which rows count, whatever is done with them. Limits on groups are for HAVING."""
    limits = [] if plan.kind == "groups" and plan.groups else [limit(given, plan) for given in row_limits(plan)]
    return [*(condition(given) for given in plan.conditions), *limits, within(plan.time, plan.period)]


def present(columns: Sequence[Column]) -> list[str]:
    """Rows that have these columns at all."""
    return [f"{column.sql} IS NOT NULL" for column in columns]


def named(columns: Sequence[Column]) -> list[str]:
    """Columns under their own names."""
    return [
        column.sql if column.sql == quoted(column.name) else f"{column.sql} AS {quoted(column.name)}"
        for column in columns
    ]


def measured(plan: Plan) -> list[str]:
    """All measures under their names, none twice."""
    parts = dict.fromkeys((label(measure), aggregate(measure)) for measure in plan.measures)
    return [f"{expression} AS {quoted(name)}" for name, expression in parts]


def select(parts: Sequence[str], plan: Plan, tests: Sequence[str], tail: str = "") -> str:
    """A SELECT from the plan's table."""
    given = [test for test in tests if test]
    where = "\nWHERE " + "\n  AND ".join(given) if given else ""
    return f"SELECT {', '.join(parts)}\nFROM {quoted(plan.table)}{where}{tail}"


def group_by(count: int) -> str:
    """GROUP BY the first columns."""
    return f"\nGROUP BY {places(count)}" if count else ""


def places(count: int) -> str:
    """1, 2, … as ORDER BY and GROUP BY number columns."""
    return ", ".join(str(i + 1) for i in range(count))


def direction(plan: Plan) -> str:
    """Which end of the order comes first; nothing never does."""
    return "ASC NULLS LAST" if plan.is_ascending else "DESC NULLS LAST"


def indented(sql: str) -> str:
    """A statement inside another."""
    return "  " + sql.replace("\n", "\n  ")
