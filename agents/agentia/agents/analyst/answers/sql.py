"""Plans as SQL, one statement each, written to be read by the person who asked."""
# ruff: noqa: S608  # every name is quoted and every literal escaped

from collections.abc import Callable, Mapping
from math import prod

from agentia.agents.analyst.answers.expressions import (
    FUNCTIONS,
    aggregate,
    bucket,
    condition,
    direction,
    group_by,
    indented,
    limit,
    literal,
    measured,
    named,
    percent_limits,
    places,
    present,
    row_limits,
    row_tests,
    select,
    within,
)
from agentia.agents.analyst.questions.calendar import Period, short
from agentia.agents.analyst.questions.measures import label
from agentia.agents.analyst.questions.plan import Kind, Measure, Plan
from agentia.agents.analyst.tables.table import Column, Grain, quoted

ROW_CAP = 1_000
_FENCE = "1.5"  # Tukey's factor of the interquartile range


def sql_of(plan: Plan) -> str:
    """The statement that answers a plan. It yields at most `ROW_CAP` + 1 rows, the last telling that there are more."""
    return _WRITERS[plan.kind](plan)


def _top(plan: Plan) -> str:
    """LIMIT as asked for, or as the cap demands; none where there are few groups anyway."""
    few = (
        plan.kind in ("groups", "share", "change", "values")
        and prod(max(g.distinct, 1) for g in plan.groups) <= ROW_CAP
    )
    few = few or (plan.kind == "trend" and not plan.groups and plan.grain in ("month", "quarter", "year"))
    return "" if few and not plan.limit else f"\nLIMIT {min(plan.limit or ROW_CAP + 1, ROW_CAP + 1)}"


def _best_of(partition: str, order: str, plan: Plan) -> str:
    return f"\nQUALIFY row_number() OVER (PARTITION BY {partition} ORDER BY {order}) <= {plan.limit or 1}"


def _keys(plan: Plan) -> list[Column]:
    return [*([plan.within] if plan.within else []), *plan.groups]


def _value(plan: Plan) -> str:
    if plan.per_grain and plan.time and plan.grain:
        return _value_per_grain(plan, plan.time, plan.grain)
    count = len(plan.groups)
    return select([*named(plan.groups), *measured(plan), 'count(*) AS "rows"'], plan, row_tests(plan), group_by(count))


def _value_per_grain(plan: Plan, time: Column, grain: Grain) -> str:
    """The average of the totals of each month, not of the rows."""
    count = len(plan.groups)
    total = f'{aggregate(Measure("sum", plan.measure.column))} AS "total"'
    parts = [*named(plan.groups), f"{bucket(time, grain)} AS {quoted(grain)}", total]
    inside = select(parts, plan, row_tests(plan), group_by(count + 1))
    reduced = f'{FUNCTIONS[plan.measure.aggregate]}("total") AS {quoted(label(plan.measure))}'
    outside = [*(quoted(group.name) for group in plan.groups), reduced, f"count(*) AS {quoted(grain + 's')}"]
    order = f"{group_by(count)}\nORDER BY {count + 1} {direction(plan)}, {places(count)}" if count else ""
    return f"WITH totals AS (\n{indented(inside)}\n)\nSELECT {', '.join(outside)}\nFROM totals{order}"


def _groups(plan: Plan) -> str:
    keys = _keys(plan)
    parts, tests = [*named(keys), *measured(plan)], [*row_tests(plan), *present(keys)]
    tail, place = group_by(len(keys)) + _having(plan), len(keys) + 1
    if plan.within:
        order = f"{aggregate(plan.measure)} {direction(plan)}, {plan.groups[0].sql}"
        return select(
            parts, plan, tests, f"{tail}{_best_of(plan.within.sql, order, plan)}\nORDER BY 1, {place} {direction(plan)}"
        )
    return select(parts, plan, tests, f"{tail}\nORDER BY {place} {direction(plan)}, {places(len(keys))}{_top(plan)}")


def _having(plan: Plan) -> str:
    tests = []
    for given in plan.thresholds:
        measure = next((m for m in plan.measures if given.column in (None, m.column)), None) or Measure(
            "sum", given.column
        )
        tests.append(f"{aggregate(measure)} {given.comparison} {literal(given.number)}")
    return "\nHAVING " + " AND ".join(tests) if tests else ""


def _rows(plan: Plan) -> str:
    column = plan.measure.column
    order = f"\nORDER BY {column.sql} {direction(plan)}" if column else ""
    return select(["*"], plan, [*row_tests(plan), *present([column] if column else [])], f"{order}{_top(plan)}")


def _values(plan: Plan) -> str:
    parts, tests = [*named(plan.groups), 'count(*) AS "rows"'], [*row_tests(plan), *present(plan.groups)]
    return select(parts, plan, tests, f"{group_by(len(plan.groups))}\nORDER BY 1{_top(plan)}")


def _share(plan: Plan) -> str:
    """The measure of each part and its percentage of the whole."""
    count, total = len(plan.groups), aggregate(plan.measure)
    base = [*(condition(given) for given in plan.whole), within(plan.time, plan.period), *present(plan.groups)]
    name = quoted(label(plan.measure))
    limits = percent_limits(plan, "share %")
    qualify = f"\n{'HAVING' if plan.conditions else 'QUALIFY'} {limits}" if limits else ""
    ranked = f"\nORDER BY {count + (2 if not plan.conditions else 3)} {direction(plan)}, 1{_top(plan)}"
    order = f"{group_by(count)}{qualify}{ranked}" if count else ""
    if not plan.conditions:
        percentage = f'100.0 * {total} / nullif(sum({total}) OVER (), 0) AS "share %"'
        return select([*named(plan.groups), f"{total} AS {name}", percentage], plan, base, order)
    part = aggregate(plan.measure, " AND ".join(condition(given) for given in plan.conditions))
    percentage = f'100.0 * coalesce({part}, 0) / nullif({total}, 0) AS "share %"'
    return select([*named(plan.groups), f"{part} AS {name}", f'{total} AS "total"', percentage], plan, base, order)


def _change(plan: Plan) -> str:
    """Both periods side by side, the difference, and the difference in percent."""
    assert plan.baseline, "a change has a baseline"
    assert plan.period, "a change has a period"
    keys, first, last = _keys(plan), quoted(period_name(plan.baseline)), quoted(period_name(plan.period))
    before, after = (aggregate(plan.measure, within(plan.time, period)) for period in (plan.baseline, plan.period))
    tests = [
        *(condition(given) for given in plan.conditions),
        *(limit(given, plan) for given in row_limits(plan)),
        *present(keys),
    ]
    inside = select([*named(keys), f"{before} AS {first}", f"{after} AS {last}"], plan, tests, group_by(len(keys)))
    growth = f'100.0 * ({last} - {first}) / nullif(abs({first}), 0) AS "change %"'
    parts = [*(quoted(key.name) for key in keys), first, last, f'{last} - {first} AS "change"', growth]
    order = f"{quoted('change' if plan.is_absolute else 'change %')} {direction(plan)}"
    best = _best_of(quoted(plan.within.name), order, plan) if plan.within else ""
    limits = percent_limits(plan, "change %")
    best = f"\nWHERE {limits}{best}" if limits else best
    tail = f"{best}\nORDER BY {order}, {places(len(keys))}{_top(plan) if not plan.within else ''}" if keys else ""
    return f"WITH periods AS (\n{indented(inside)}\n)\nSELECT {', '.join(parts)}\nFROM periods{tail}"


def period_name(period: Period) -> str:
    """The name of a period's column in a result."""
    return short(period.start, period.grain) if period.grain else period.words


def _trend(plan: Plan) -> str:
    assert plan.time, "a trend has dates"
    assert plan.grain, "a trend has a grain"
    count, start = len(plan.groups), bucket(plan.time, plan.grain)
    parts = [*named(plan.groups), f"{start} AS {quoted(plan.grain)}", *measured(plan)]
    if plan.steps:
        parts.append(_step(plan, start))
    order = places(count + 1)
    if plan.is_ranked:
        order = f"{count + (3 if plan.steps else 2)} {direction(plan)}, {order}"
    tests = [*row_tests(plan), *present([*plan.groups, plan.time])]
    return select(parts, plan, tests, f"{group_by(count + 1)}\nORDER BY {order}{_top(plan)}")


def _step(plan: Plan, start: str) -> str:
    """The change from the period before, in percent."""
    partition = f"PARTITION BY {plan.groups[0].sql} " if plan.groups else ""
    total = aggregate(plan.measure)
    before = f"lag({total}) OVER ({partition}ORDER BY {start})"
    return f'100.0 * ({total} - {before}) / nullif(abs({before}), 0) AS "change %"'


def _outliers(plan: Plan) -> str:
    """Tukey's fences: what lies 1.5 interquartile ranges below the first or above the third quartile."""
    source, value, hidden = _source_of_outliers(plan)
    over = f"OVER (PARTITION BY {', '.join(quoted(group.name) for group in plan.groups)})" if plan.groups else "OVER ()"
    low, high = (f"quantile_cont({value}, {quantile}) {over}" for quantile in ("0.25", "0.75"))
    least, most = f'"_q1" - {_FENCE} * ("_q3" - "_q1")', f'"_q3" + {_FENCE} * ("_q3" - "_q1")'
    return (
        f"WITH source AS (\n{indented(source)}\n),\n"
        f'quartiles AS (\n  SELECT *, {low} AS "_q1", {high} AS "_q3" FROM source\n)\n'
        f'SELECT * EXCLUDE ({hidden}), {least} AS "usual from", {most} AS "usual to"\nFROM quartiles\n'
        f'WHERE {value} < "usual from" OR {value} > "usual to"\n'
        f'ORDER BY greatest("_q1" - {value}, {value} - "_q3") DESC{_top(plan)}'
    )


def _source_of_outliers(plan: Plan) -> tuple[str, str, str]:
    """What is looked over, the totals of periods or single rows; its column of numbers; and what is not shown."""
    column = plan.measure.column
    if plan.grain and plan.time:
        name = quoted(label(plan.measure))
        total = f"{aggregate(plan.measure)} AS {name}"
        parts = [*named(plan.groups), f"{bucket(plan.time, plan.grain)} AS {quoted(plan.grain)}", total]
        return select(parts, plan, row_tests(plan), group_by(len(plan.groups) + 1)), name, '"_q1", "_q3"'
    assert column, "outliers are of numbers"
    number = f'CAST({column.sql} AS DOUBLE) AS "_value"'
    added = [group for group in plan.groups if group.sql != quoted(group.name)]  # weekdays are no column of the table
    source = select(["*", *named(added), number], plan, [*row_tests(plan), *present([column])])
    return source, '"_value"', '"_value", "_q1", "_q3"'


def _correlation(plan: Plan) -> str:
    pair = ", ".join(measure.column.sql for measure in plan.measures[:2] if measure.column)
    parts = [*named(plan.groups), f'corr({pair}) AS "correlation"', 'count(*) AS "rows"']
    return select(parts, plan, row_tests(plan), group_by(len(plan.groups)))


def _moments(plan: Plan) -> str:
    assert plan.time, "moments are dates"
    return select(
        [f'min({plan.time.sql}) AS "first"', f'max({plan.time.sql}) AS "last"', 'count(*) AS "rows"'],
        plan,
        row_tests(plan),
    )


_WRITERS: Mapping[Kind, Callable[[Plan], str]] = {
    "value": _value,
    "groups": _groups,
    "rows": _rows,
    "values": _values,
    "share": _share,
    "change": _change,
    "trend": _trend,
    "outliers": _outliers,
    "correlation": _correlation,
    "moments": _moments,
}
