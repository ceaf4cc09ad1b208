"""Groups in words: rankings, values beside each other, the best of each, and shares of a whole."""

from typing import Any

from agentia.agents.analyst.answers.numbers import listed, number, percent
from agentia.agents.analyst.answers.outcome import Finding
from agentia.agents.analyst.answers.phrases import capital, joined, most, per_grain, ranked_name, spoken
from agentia.agents.analyst.answers.pictures import bars, markdown
from agentia.agents.analyst.answers.run import Result
from agentia.agents.analyst.answers.scope import scope_of, subject_of, values_of
from agentia.agents.analyst.questions.measures import label, readable
from agentia.agents.analyst.questions.plan import Plan

_NAMED = 5  # groups that a sentence names
_MANY = 8

Named = list[tuple[str, Any]]


def groups(plan: Plan, result: Result) -> Finding:
    """A measure of each group, the first of the order being the subject."""
    if plan.within:
        return _best_of_each(plan, result)
    keys, unit = len(plan.groups), plan.measure.unit
    named = [(joined(row[:keys]), row[keys]) for row in result.rows if row[keys] is not None]
    picture = bars(result, keys, keys, unit)
    if plan.compares and keys == 1 and len(named) > 1:
        return _beside(plan, named, picture)
    if plan.focus and plan.focus in dict(named):
        return _place_of(plan, plan.focus, named, picture)
    return Finding(_ranking(plan, named), named[0][0], named[0][1], unit, picture)


def _ranking(plan: Plan, named: Named) -> str:
    said = _said(plan, named)
    others = f" and {len(said) - _NAMED} more" if len(said) > _NAMED + 1 else ""
    if plan.limit and plan.limit > 1:
        return f"{capital(most(plan))} {ranked_name(plan)}{scope_of(plan)}: {listed(said)}."
    if plan.is_ranked:
        return _winner(plan, named, said)
    by = listed([readable(group) for group in plan.groups])
    name = capital(per_grain(plan) if plan.per_grain else spoken(plan.measure))
    names = f"{', '.join(said[:_NAMED])}{others}" if others else listed(said)
    return f"{name} by {by}{scope_of(plan)}: {names}."


def _winner(plan: Plan, named: Named, said: list[str]) -> str:
    first, value = named[0]
    tied = [other for other, amount in named[1:] if amount == value]
    also = f", together with {listed(tied[:_NAMED])}" if tied else ""
    words = (
        f"{first} has the {most(plan)} {ranked_name(plan)}{scope_of(plan)}: {number(value, plan.measure.unit)}{also}."
    )
    rest = said[1 + len(tied) : _NAMED + len(tied)]
    return words + (
        f" After {'them' if tied else 'it'} come{'s' if len(rest) == 1 else ''} {listed(rest)}." if rest else ""
    )


def _said(plan: Plan, named: Named) -> list[str]:
    return [f"{name} ({number(amount, plan.measure.unit)})" for name, amount in named]


def _beside(plan: Plan, named: Named, picture: str) -> Finding:
    """Values beside each other, with the distance of the first to the second."""
    unit, scope = plan.measure.unit, scope_of(plan)
    (first, more), (second, less) = named[0], named[1]
    amounts = listed([f"{name} {number(amount, unit)}" for name, amount in named[:_MANY]])
    gap = more - less
    apart = f" ({percent(100 * float(gap) / float(less))})" if less else ""
    ahead = f"{first} is ahead of {second} by {number(gap, unit)}{apart}" if gap else f"{first} and {second} are level"
    words = f"{capital(label(plan.measure))}{scope}: {amounts}. {ahead}."
    return Finding(words, first, gap if plan.is_absolute else more, unit, picture)


def _place_of(plan: Plan, focus: str, named: Named, picture: str) -> Finding:
    """ "How does North compare": its place among all others."""
    unit, value = plan.measure.unit, dict(named)[focus]
    place = 1 + [name for name, _ in named].index(focus)
    words = f"{focus} is number {place} of {len(named)} by {label(plan.measure)}{scope_of(plan)}: "
    return Finding(f"{words}{listed(_said(plan, named[:_MANY]))}.", focus, value, unit, picture)


def _best_of_each(plan: Plan, result: Result) -> Finding:
    """ "The top product in each region"."""
    unit = plan.measure.unit
    said = [f"{row[0]}: {row[1]} ({number(row[2], unit)})" for row in result.rows[:12]]
    each = readable(plan.within) if plan.within else ""
    words = f"{capital(most(plan))} {ranked_name(plan)} in each {each}{scope_of(plan)}: {'; '.join(said)}."
    best = max(result.rows, key=lambda row: -row[2] if plan.is_ascending else row[2])
    return Finding(words, str(best[1]), best[2], unit, markdown(result))


def share(plan: Plan, result: Result) -> Finding:
    """Parts of a whole: of every group, of one value, or of one value in every group."""
    if plan.groups:
        return _shares(plan, result)
    part, total, percentage = result.rows[0]
    who = f"{'All but ' if plan.conditions[0].is_negated else ''}{values_of(plan.conditions)}"
    whole = f"{label(plan.measure)}{scope_of(plan, whole=True)}"
    amounts = f"{number(part or 0, plan.measure.unit)} of {number(total, plan.measure.unit)}"
    words = f"{who} makes up {percent(percentage)} of the {whole}: {amounts}."
    return Finding(capital(words), subject_of(plan), percentage, "%")


def _shares(plan: Plan, result: Result) -> Finding:
    keys, name = len(plan.groups), label(plan.measure)
    said = [f"{joined(row[:keys])} {percent(row[-1])}" for row in result.rows[:_MANY]]
    rest = " and others" if len(result.rows) > _MANY else ""
    by = listed([readable(group) for group in plan.groups])
    what = f"Share of {values_of(plan.conditions)} in the {name}" if plan.conditions else f"Share of the {name}"
    words = f"{what} by {by}{scope_of(plan, whole=True)}: {listed(said)}{rest}."
    first = result.rows[0]
    return Finding(words, joined(first[:keys]), first[-1], "%", bars(result, keys, len(first) - 1, "%"))
