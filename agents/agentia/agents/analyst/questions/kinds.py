"""The kinds of question that are not about time: how each is recognised, and what it plans."""

from dataclasses import replace

from agentia.agents.analyst.questions.facts import Facts
from agentia.agents.analyst.questions.frame import Unclear, dated, merged, period_of_rows
from agentia.agents.analyst.questions.measures import is_level, main_column
from agentia.agents.analyst.questions.plan import Measure, Plan
from agentia.agents.analyst.tables.table import Table

_NEAR = 4  # words between "share of" and the value that it is a share of
_FROM = ("comes from", "come from", "came from", "from", "due to", "by", "is", "was", "are", "were")


def is_profile(_: Table, facts: Facts) -> bool:
    return facts.has("profile") and not (
        facts.wanted or facts.groups or facts.conditions or facts.is_ranked or facts.counted
    )


def profile(_: Table, facts: Facts, plan: Plan) -> Plan:
    return replace(plan, kind="profile", measures=(), period=period_of_rows(facts))


def is_moments(_: Table, facts: Facts) -> bool:
    """ "When was Ann hired", "what dates are covered": dates are the answer."""
    if facts.wanted or facts.is_ranked or facts.changes:
        return False
    return facts.has("range") or (facts.has("when") and bool(facts.conditions))


def moments(_: Table, facts: Facts, plan: Plan) -> Plan:
    return replace(plan, kind="moments", period=period_of_rows(facts), measures=(Measure("min", plan.time),))


def is_outliers(_: Table, facts: Facts) -> bool:
    return facts.has("outlier")


def outliers(table: Table, facts: Facts, plan: Plan) -> Plan | Unclear:
    measure = plan.measure
    if not facts.grain and (measure.column is None or measure.column.kind != "number"):
        column = main_column(table)
        if column is None:
            return Unclear("the table has no column of numbers, and the question needs one")
        plan = replace(plan, measures=(Measure("sum", column),))
    return replace(plan, kind="outliers", period=period_of_rows(facts), grain=facts.grain, limit=facts.limit)


def is_correlation(_: Table, facts: Facts) -> bool:
    return facts.has("correlation") and len({column.name for _, column in facts.wanted}) >= 2


def correlation(_: Table, facts: Facts, plan: Plan) -> Plan:
    return replace(plan, kind="correlation", period=period_of_rows(facts), groups=plan.groups[:1])


def is_share(_: Table, facts: Facts) -> bool:
    said = facts.has("share") or any(limit.is_percent for limit in facts.thresholds)
    return said and bool(facts.groups or facts.conditions)


def share(_: Table, facts: Facts, plan: Plan) -> Plan:
    """Of "share of A in B" A is the part and B the whole; of "A's share of B" and "share of B from A" too."""
    plan = dated(
        replace(plan, kind="share", period=period_of_rows(facts), limit=facts.limit, is_ranked=facts.is_ranked)
    )
    said = facts.share_at >= 0  # else only a limit in percent was: "more than 40 % of orders returned"
    of = [given for at, given in facts.first_values if not said or 0 < at - facts.share_at <= _NEAR]
    if plan.groups and not of:
        return replace(plan, whole=plan.conditions, conditions=())
    before = [condition for at, condition in facts.first_values if at < facts.share_at]
    named = (of if plan.groups else before) or list(plan.conditions)
    last = not before and len(plan.conditions) > 1 and not plan.groups and _comes_from(plan.question)
    part = named[-1 if last else 0].column
    conditions = tuple(condition for condition in plan.conditions if condition.column is part)
    return replace(plan, conditions=conditions, whole=tuple(c for c in plan.conditions if c.column is not part))


def _comes_from(question: str) -> bool:
    return any(f" {words} " in f" {question.lower()} " for words in _FROM)


def is_comparison(_: Table, facts: Facts) -> bool:
    """Several values of one column beside each other, or one among all others."""
    if any(len(condition.values) > 1 and not condition.is_negated for condition in merged(facts.conditions)):
        return facts.has("compare", "gap", "or") or (facts.is_ranked and not facts.groups)
    if len(facts.conditions) != 1 or facts.conditions[0].is_negated or len(facts.conditions[0].values) != 1:
        return False
    return set(facts.groups) <= {facts.conditions[0].column} and facts.has("compare", "ranked")


def comparison(_: Table, facts: Facts, plan: Plan) -> Plan:
    several = next((c for c in plan.conditions if len(c.values) > 1 and not c.is_negated), None)
    compared = several or plan.conditions[0]
    plan = replace(plan, kind="groups", compares=several is not None, period=period_of_rows(facts))
    plan = replace(plan, groups=(compared.column, *(g for g in plan.groups if g is not compared.column)))
    if several is None:
        others = tuple(given for given in plan.conditions if given is not compared)
        plan = replace(plan, conditions=others, focus=compared.values[0])
    return dated(replace(plan, is_absolute=facts.has("gap")))


def is_rows(_: Table, facts: Facts) -> bool:
    """Single rows: the newest, the greatest, or all beyond a limit."""
    if facts.counted or facts.counts_grain or (facts.entity and facts.over):
        return False
    if facts.has("newest", "earliest") and not (facts.wanted or facts.is_ranked or facts.spare):
        return True
    if facts.groups:
        return False
    if facts.is_ranked:
        return facts.limit is not None or facts.entity is not None or facts.has("rows")
    listed = facts.thresholds and (facts.entity is not None or facts.has("list")) and not facts.has("count")
    return bool(listed and not facts.spare and not any(aggregate for aggregate, _ in facts.wanted))


def rows(table: Table, facts: Facts, plan: Plan) -> Plan:
    plan = replace(plan, kind="rows", period=period_of_rows(facts), limit=facts.limit or 1, is_ranked=facts.is_ranked)
    if facts.has("newest", "earliest") and plan.time and not (facts.wanted or facts.is_ranked):
        early = not facts.has("newest")
        return replace(plan, measures=(Measure("min" if early else "max", plan.time),), is_ascending=early)
    column = plan.measure.column or main_column(table)
    plan = replace(plan, measures=(Measure("min" if plan.is_ascending else "max", column),))
    one = any(limit.comparison == "=" for limit in plan.thresholds)  # "order 1004"
    return plan if facts.is_ranked or one else replace(plan, limit=facts.limit)


def is_values(_: Table, facts: Facts) -> bool:
    """ "Which regions are there", "students with a score over 80": the names are the answer."""
    if not facts.groups or facts.grain or facts.is_ranked:
        return False
    if facts.has("compare", "count", "much", "sum", "avg", "relative", "ranked"):
        return False
    if facts.thresholds and not facts.spare and all(is_level(column) and not how for how, column in facts.wanted):
        return bool(facts.wanted)
    return bool(facts.asked_for or facts.has("list")) and not facts.wanted


def values(_: Table, facts: Facts, plan: Plan) -> Plan:
    return replace(plan, kind="values", groups=plan.groups[:1], period=period_of_rows(facts))


def is_grouped(_: Table, facts: Facts) -> bool:
    return bool(facts.groups)


def grouped(_: Table, facts: Facts, plan: Plan) -> Plan:
    ranked = facts.is_ranked or facts.has("frequent") or bool(facts.asked_for and facts.limit)
    plan = replace(plan, kind="groups", period=period_of_rows(facts), is_ranked=ranked, limit=facts.limit)
    return dated(replace(plan, within=facts.within))


def is_value(table: Table, facts: Facts) -> bool:
    named = (facts.wanted, facts.counted, facts.spare, facts.conditions, facts.whens, facts.thresholds, facts.entity)
    asked = any(named) or facts.is_ranked or facts.has("count", "sum", "much", "avg", "sold", "earned")
    return asked and (main_column(table) is not None or facts.has("count") or facts.entity is not None)


def value(_: Table, facts: Facts, plan: Plan) -> Plan:
    """One number. "Highest" without a group is the greatest single value; "average monthly" that of the months."""
    measures = plan.measures
    if facts.is_ranked and not facts.counted and not facts.grain:
        extreme = Measure("min" if facts.is_ascending else "max")
        measures = tuple(replace(extreme, column=m.column) if m.column else m for m in measures)
    plan = replace(plan, kind="value", measures=measures, period=period_of_rows(facts))
    if facts.grain and any(m.aggregate in ("avg", "median", "min", "max", "std") for m in measures):
        return dated(replace(plan, per_grain=True, grain=facts.grain))
    return dated(replace(plan, groups=()) if not facts.grain else plan)
