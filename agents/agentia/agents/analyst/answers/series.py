"""Series in words: where a curve starts and ends, its peak and its low, or its best period."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from agentia.agents.analyst.answers.numbers import listed, number, percent
from agentia.agents.analyst.answers.outcome import Finding
from agentia.agents.analyst.answers.phrases import capital, most, ranked_name
from agentia.agents.analyst.answers.pictures import bars, markdown
from agentia.agents.analyst.answers.run import Result
from agentia.agents.analyst.answers.scope import scope_of, subject_of
from agentia.agents.analyst.questions.calendar import named
from agentia.agents.analyst.questions.measures import label, readable
from agentia.agents.analyst.questions.plan import Plan
from agentia.agents.analyst.tables.table import Grain


def trend(plan: Plan, result: Result) -> Finding:
    """The finding of a series; of several, of each in short."""
    grain: Grain = plan.grain or "month"
    if plan.groups:
        return _several(plan, result, grain)
    points = [(named(row[0], grain), row[1]) for row in result.rows if isinstance(row[0], date) and row[1] is not None]
    if plan.is_ranked:
        return _ranked(plan, result, grain)
    if plan.steps:
        return _steps(plan, result, grain)
    if len(points) < 2:
        only = f"{points[0][0]}: {number(points[0][1], plan.measure.unit)}" if points else "nothing"
        return Finding(
            f"{_name(plan)}{scope_of(plan)} has one {grain} only, {only}.",
            subject_of(plan),
            points[0][1] if points else None,
        )
    return Finding(
        _curve(plan, points),
        subject_of(plan),
        points[-1][1],
        plan.measure.unit,
        bars(result, 1, 1, plan.measure.unit, grain),
    )


def _name(plan: Plan) -> str:
    name = label(plan.measure)
    return name[:1].upper() + name[1:]


def _curve(plan: Plan, points: Sequence[tuple[str, Any]]) -> str:
    unit = plan.measure.unit
    (start, first), (end, last) = points[0], points[-1]
    high, low = max(points, key=lambda point: point[1]), min(points, key=lambda point: point[1])
    moved = "stayed level" if first == last else "rose" if last > first else "fell"
    share = f" ({percent(100 * float(last - first) / abs(float(first)), signed=True)})" if first else ""
    ends = f"from {number(first, unit)} in {start} to {number(last, unit)} in {end}{share}"
    words = f"{_name(plan)}{scope_of(plan)} {moved} {ends}, over {len(points)} {plan.grain}s."
    return f"{words} Highest in {high[0]} ({number(high[1], unit)}), lowest in {low[0]} ({number(low[1], unit)})."


def _ranked(plan: Plan, result: Result, grain: Grain) -> Finding:
    """ "Which month was best": the value, or with `steps` the change from the month before."""
    unit, at = ("%", 2) if plan.steps else (plan.measure.unit, 1)

    def say(value: Any) -> str:
        return percent(value, signed=True) if plan.steps else number(value, unit)

    rows = [row for row in result.rows if row[at] is not None]
    if not rows:
        return _no_step(plan, grain)
    said = [f"{named(row[0], grain)} ({say(row[at])})" for row in rows]
    what = f"change of {label(plan.measure)}" if plan.steps else ranked_name(plan)
    order = ("lowest" if plan.is_ascending else "highest") if plan.steps else most(plan)
    best = named(rows[0][0], grain)
    if plan.limit and plan.limit > 1:
        words = f"{capital(order)} {what}{scope_of(plan)}: {listed(said[: plan.limit])}."
    else:
        rest = f" After it: {listed(said[1:4])}." if said[1:] else ""
        words = f"{best} has the {order} {what}{scope_of(plan)}: {say(rows[0][at])}.{rest}"
    return Finding(words, best, rows[0][at], unit, markdown(result))


def _steps(plan: Plan, result: Result, grain: Grain) -> Finding:
    """Every step's change in percent; the last one is the value."""
    rows = [row for row in result.rows if row[2] is not None]
    if not rows:
        return _no_step(plan, grain)
    last = rows[-1]
    mean = sum(float(row[2]) for row in rows) / len(rows)
    best, worst = (named(row[0], grain) + f" ({percent(row[2], signed=True)})" for row in _extremes(rows))
    latest = f"by {percent(last[2], signed=True)} in {named(last[0], grain)} against the {grain} before"
    words = f"{_name(plan)}{scope_of(plan)} changed {latest}; on average by {percent(mean, signed=True)} a {grain}. "
    return Finding(f"{words}Best step: {best}, worst: {worst}.", subject_of(plan), last[2], "%", markdown(result))


def _no_step(plan: Plan, grain: Grain) -> Finding:
    return Finding(
        f"There is only one {grain} of data, so there is no change from {grain} to {grain}.", subject_of(plan)
    )


def _extremes(rows: Sequence[tuple[Any, ...]]) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
    return max(rows, key=lambda row: row[2]), min(rows, key=lambda row: row[2])


def _several(plan: Plan, result: Result, grain: Grain) -> Finding:
    """One line of words for each group, the one that ends highest first."""
    series: dict[str, list[tuple[date, Any]]] = {}
    for row in result.rows:
        if row[2] is not None and row[0] is not None:
            series.setdefault(str(row[0]), []).append((row[1], row[2]))
    ordered = sorted(series.items(), key=lambda item: -float(item[1][-1][1]))
    unit = plan.measure.unit
    said = [f"{name} from {number(line[0][1], unit)} to {number(line[-1][1], unit)}" for name, line in ordered[:8]]
    start = min(line[0][0] for _, line in ordered)
    end = max(line[-1][0] for _, line in ordered)
    stretch = f"{named(start, grain)} to {named(end, grain)}"
    words = f"{_name(plan)}{scope_of(plan)} by {readable(plan.groups[0])} and {grain}, {stretch}: {'; '.join(said)}."
    top, line = ordered[0]
    return Finding(words, top, line[-1][1], unit, markdown(result))
