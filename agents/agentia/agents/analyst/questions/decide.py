"""Deciding: from the facts of a question to the plan of its answer."""

from collections.abc import Callable
from dataclasses import replace

from agentia.agents.analyst.questions import kinds, over_time
from agentia.agents.analyst.questions.choose import choose
from agentia.agents.analyst.questions.facts import Facts
from agentia.agents.analyst.questions.frame import Unclear, frame, hindrance, with_implied_groups
from agentia.agents.analyst.questions.plan import Plan
from agentia.agents.analyst.tables.table import Table

_Is = Callable[[Table, Facts], bool]
_Build = Callable[[Table, Facts, Plan], Plan | Unclear]
_KINDS: tuple[tuple[_Is, _Build], ...] = (
    (kinds.is_profile, kinds.profile),
    (kinds.is_moments, kinds.moments),
    (kinds.is_outliers, kinds.outliers),
    (kinds.is_correlation, kinds.correlation),
    (over_time.is_change, over_time.change),
    (over_time.is_periods, over_time.periods),
    (kinds.is_share, kinds.share),
    (over_time.is_per_grain, kinds.value),
    (over_time.is_trend, over_time.trend),
    (kinds.is_comparison, kinds.comparison),
    (kinds.is_rows, kinds.rows),
    (kinds.is_values, kinds.values),
    (kinds.is_grouped, kinds.grouped),
    (kinds.is_value, kinds.value),
)  # the more special before the more general


def decide(table: Table, facts: Facts, question: str) -> Plan | Unclear:
    """The plan that the facts ask for."""
    time = facts.time or table.time
    implied = with_implied_groups(table, facts, time)
    unclear = hindrance(facts, time) or (implied if isinstance(implied, Unclear) else None)
    if unclear or isinstance(implied, Unclear):
        return unclear or Unclear("")
    plan = replace(frame(table, implied, question, time), measures=choose(table, implied))
    for applies, build in _KINDS:
        if applies(table, implied):
            return _checked(build(table, implied, plan))
    return Unclear("I found nothing in it that I could work out")


def _checked(plan: Plan | Unclear) -> Plan | Unclear:
    if isinstance(plan, Plan) and plan.kind not in ("share", "change"):
        percent = next((limit for limit in plan.thresholds if limit.is_percent), None)
        return Unclear(f"I cannot tell what {percent.number:f} % is a limit of") if percent else plan
    return plan
