"""Scope: the words for which rows an answer is about, and whom it is about."""

from collections.abc import Sequence

from agentia.agents.analyst.answers.numbers import listed, number
from agentia.agents.analyst.questions.calendar import Period
from agentia.agents.analyst.questions.measures import readable
from agentia.agents.analyst.questions.plan import Condition, Plan, Threshold
from agentia.agents.analyst.questions.synonyms import PLACE
from agentia.agents.analyst.questions.words import stems

_TRUTHS = frozenset({"yes", "no", "true", "false", "y", "n", "t", "f"})
_PLACES = PLACE | {"department", "dept", "division", "team"}
_COMPARISONS = {">": "above", ">=": "of at least", "<": "below", "<=": "of at most", "=": "of"}


def scope_of(plan: Plan, *, whole: bool = False) -> str:
    """ " for Laptop in North in June 2026", with a space in front, or nothing when all rows count."""
    conditions = plan.whole if whole else (*plan.whole, *plan.conditions)
    told = sorted((given for given in conditions if not _is_listed(plan, given)), key=_is_place)
    said = "".join([*map(_condition, told), *(_limit(limit) for limit in plan.thresholds if not limit.is_percent)])
    return said + (in_period(plan.period) if plan.period and plan.kind != "change" else "")


def _is_listed(plan: Plan, given: Condition) -> bool:
    """Whether the answer lists these values one by one anyway."""
    return given.column in plan.groups and len(given.values) > 1 and not given.is_negated


def _limit(limit: Threshold) -> str:
    name, unit = (readable(limit.column), limit.column.unit) if limit.column else ("it", None)
    return f" with {name} {_COMPARISONS[limit.comparison]} {number(limit.number, unit)}"


def _condition(given: Condition) -> str:
    if {value.casefold() for value in given.values} <= _TRUTHS:
        return f" with {readable(given.column)} {'not ' if given.is_negated else ''}{given.values[0]}"
    values = given.values if len(given.values) <= 6 else (*given.values[:5], f"{len(given.values) - 5} more")
    preposition = "without" if given.is_negated else "in" if _is_place(given) else "for"
    return f" {preposition} {listed(list(values))}"


def _is_place(given: Condition) -> bool:
    """Whether people say "in" of it: regions and shops, but also departments."""
    return not _PLACES.isdisjoint(stems(given.column.name))


def values_of(conditions: Sequence[Condition]) -> str:
    """The values that a part of something is told by."""
    return listed([f"{readable(c.column)} {v}" if v.casefold() in _TRUTHS else v for c in conditions for v in c.values])


def in_period(period: Period) -> str:
    """ " in June 2026", " in January–March 2026", " on 2026-06-30", " from 2026-01-05 to 2026-01-09"."""
    if period.grain == "day" or (period.words[:4].isdigit() and len(period.words) == 10):
        return f" on {period.words}"
    return f" from {period.words}" if " to " in period.words else f" in {period.words}"


def subject_of(plan: Plan) -> str | None:
    """The one value that a question is about, if it names one; the first, if it names one of several columns."""
    named = [
        given
        for given in plan.conditions
        if not given.is_negated and len(given.values) == 1 and given.values[0].casefold() not in _TRUTHS
    ]
    return named[0].values[0] if named else None
