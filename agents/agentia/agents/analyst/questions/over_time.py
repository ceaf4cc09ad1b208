"""The kinds of question about time: growth, periods beside each other, trends, averages of months."""

from dataclasses import replace

from agentia.agents.analyst.questions.calendar import Period, Span, is_covered, period_of, span_of
from agentia.agents.analyst.questions.change import STEPS, pair_of
from agentia.agents.analyst.questions.facts import Facts
from agentia.agents.analyst.questions.frame import Unclear, period_of_rows
from agentia.agents.analyst.questions.plan import Plan
from agentia.agents.analyst.tables.table import GRAINS, Grain, Table

_READABLE: tuple[tuple[int, Grain], ...] = (
    (45, "day"),
    (150, "week"),
    (2200, "month"),
)  # thirty or so points to a curve


def is_change(_: Table, facts: Facts) -> bool:
    return facts.changes


def change(_: Table, facts: Facts, plan: Plan) -> Plan | Unclear:
    """One change, from a baseline to a period, of all or of each group; or every step of a series."""
    if _asks_for_steps(facts):
        return _steps(facts, plan)
    span = _span(plan)
    plan = _with_compared(facts, plan)
    pair = pair_of(facts.cues, facts.whens, span, facts.grain if not facts.grain_by else None)
    if pair is None:
        days = f"{span.text(span.first)} to {span.text(span.last)}"
        return Unclear(f"the data cover only {days}, which leaves no two periods to compare")
    return replace(
        plan,
        kind="change",
        baseline=pair[0],
        period=pair[1],
        groups=plan.groups or ((facts.within,) if facts.within else ()),
        within=facts.within if plan.groups else None,
        is_ranked=bool(plan.groups and (facts.asked_for or facts.is_ranked or facts.has("relative", "slow"))),
        is_ascending=_smallest_first(facts),
        is_absolute=_is_absolute(facts),
        limit=facts.limit,
    )


def _with_compared(facts: Facts, plan: Plan) -> Plan:
    """ "Growth of North compared to West" is of each of them."""
    several = next((c.column for c in plan.conditions if len(c.values) > 1 and not c.is_negated), None)
    compared = several and not plan.groups and facts.has("compare", "or", "gap")
    return replace(plan, groups=(several,)) if several and compared else plan


def _asks_for_steps(facts: Facts) -> bool:
    """Whether every step of a series is wanted, rather than one change."""
    if facts.grain and (facts.grain_by or facts.has("trend")) and not facts.asked_for:
        return True
    stepped = facts.has("mom", "qoq", "wow")
    return (stepped and not (facts.groups or facts.whens or facts.is_ranked)) or (
        facts.has("yoy") and facts.has("trend")
    )


def _steps(facts: Facts, plan: Plan) -> Plan:
    grain = facts.grain or next(grain for cue, grain in STEPS if facts.has(cue))
    ranked = facts.is_ranked and facts.grain_by
    plan = replace(plan, kind="trend", grain=grain, steps=True, period=period_of_rows(facts), groups=plan.groups[:1])
    return replace(plan, is_ranked=ranked, is_ascending=_smallest_first(facts))


def _smallest_first(facts: Facts) -> bool:
    """ "Declined most" and "grew least" begin with the smallest change; "declined least" does not."""
    least = facts.is_ascending or facts.has("slow")
    return least if facts.has("growth") or not facts.has("decline") else not least


def _is_absolute(facts: Facts) -> bool:
    """Whether units count rather than percent: "gained most", but not "grew fastest"."""
    most = facts.is_ranked and facts.has("growth", "decline", "change")
    return facts.has("absolute") or (not facts.has("relative", "slow", "grow", "share") and (most or facts.has("gap")))


def is_periods(_: Table, facts: Facts) -> bool:
    return len(facts.whens) > 1


def periods(table: Table, facts: Facts, plan: Plan) -> Plan | Unclear:
    """Two periods beside each other; more than two, of one length, are a series."""
    if len(facts.whens) > 2:
        grain = facts.whens[0].period.grain or "month"
        return replace(plan, kind="trend", grain=grain, period=period_of_rows(facts), groups=plan.groups[:1])
    changed = change(table, replace(facts, grain=None, grain_by=False), plan)
    return replace(changed, compares=True, is_absolute=facts.has("gap")) if isinstance(changed, Plan) else changed


def is_per_grain(_: Table, facts: Facts) -> bool:
    """ "Average monthly revenue": one number out of the totals of each month."""
    reduces = facts.spare or any(aggregate in ("avg", "median", "std", "min", "max") for aggregate, _ in facts.wanted)
    return bool(facts.grain and reduces and not (facts.asked_for or facts.has("trend") or facts.is_ranked))


def is_trend(_: Table, facts: Facts) -> bool:
    if facts.counts_grain and not (facts.wanted or facts.entity or facts.has("sold")):
        return False
    return facts.has("trend") or facts.grain_by or (facts.grain is not None and not facts.whens)


def trend(_: Table, facts: Facts, plan: Plan) -> Plan:
    """A series, or its best period. "The best product per month" is a ranking of products, not a series."""
    period, span = period_of_rows(facts), _span(plan)
    plan = replace(plan, grain=facts.grain or _readable_grain(span, period), period=period, limit=facts.limit)
    if facts.is_ranked and plan.groups:
        return replace(plan, kind="groups", is_ranked=True)
    plan = replace(_with_compared(facts, plan), kind="trend", is_ranked=facts.is_ranked and facts.grain_by)
    plan = replace(plan, groups=plan.groups[:1])
    return replace(plan, notes=(*plan.notes, *_unfinished(plan, span)))


def _readable_grain(span: Span, period: Period | None) -> Grain:
    start, end = (max(period.start, span.start), min(period.end, span.end)) if period else (span.start, span.end)
    fitting: Grain = next((grain for most, grain in _READABLE if (end - start).days <= most), "year")
    return max(fitting, span.grain, key=GRAINS.index)


def _unfinished(plan: Plan, span: Span) -> list[str]:
    """The first and the last point of a curve mislead when the data cover only a part of them."""
    grain = plan.grain or "month"
    first, last = period_of(span.first, grain), period_of(span.last, grain)
    inside = [
        p
        for p in dict.fromkeys((first, last))
        if plan.period is None or (plan.period.start <= p.start < plan.period.end)
    ]
    partial = [p.words for p in inside if not is_covered(p, span)]
    return [f"the data cover only a part of {' and of '.join(partial)}"] if partial else []


def _span(plan: Plan) -> Span:
    span = span_of(plan.time)
    assert span is not None, "whether there are dates was asked before"
    return span
