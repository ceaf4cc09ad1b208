"""Changes in words: who grew, from what to what, and between which periods."""

from typing import Any

from agentia.agents.analyst.answers.numbers import listed, number, percent, shown, signed
from agentia.agents.analyst.answers.outcome import Finding
from agentia.agents.analyst.answers.pictures import markdown
from agentia.agents.analyst.answers.run import Result
from agentia.agents.analyst.answers.scope import scope_of, subject_of
from agentia.agents.analyst.questions.measures import label, readable
from agentia.agents.analyst.questions.plan import Plan


def change(plan: Plan, result: Result) -> Finding:
    """The finding of a change, of all rows or of each group."""
    if plan.within:
        return _in_each(plan, result)
    return _of_groups(plan, result) if plan.groups else _of_all(plan, result)


def periods(plan: Plan) -> str:
    """ "from January 2025 to June 2026"."""
    assert plan.baseline, "a change has a baseline"
    assert plan.period, "a change has a period"
    one, other = plan.baseline.words, plan.period.words
    return f"between ({one}) and ({other})" if " to " in one + other else f"from {one} to {other}"


def _of_all(plan: Plan, result: Result) -> Finding:
    before, after, difference, share = result.rows[0]
    name, unit = label(plan.measure), plan.measure.unit
    value, value_unit = (difference, unit) if plan.is_absolute else (share, "%")
    if before is None or after is None:
        missing = plan.baseline if before is None else plan.period
        return Finding(
            f"There is no {name}{scope_of(plan)} in {_words(missing)}, so no change can be told.",
            subject_of(plan),
        )
    moved = _verb(difference)
    amount = "" if difference == 0 else f" by {percent(abs(share))}" if share is not None else ""
    words = f"{name[:1].upper()}{name[1:]}{scope_of(plan)} {moved}{amount} {periods(plan)}, "
    words += f"from {number(before, unit)} to {number(after, unit)} ({signed(difference, unit)})."
    return Finding(words, subject_of(plan), value, value_unit, markdown(result))


def _verb(difference: Any) -> str:
    return "stayed the same" if difference == 0 else "rose" if difference > 0 else "fell"


def _of_groups(plan: Plan, result: Result) -> Finding:
    """The first of the order, and the others after it. When the first of the fallers did not fall, it says so."""
    keys, unit = len(plan.groups), plan.measure.unit
    known = [
        row for row in result.rows if row[keys + 2] is not None and (plan.is_absolute or row[keys + 3] is not None)
    ]
    if not known:
        return Finding(
            f"No {readable(plan.groups[0])} has data both in {_words(plan.baseline)} and in {_words(plan.period)}."
        )
    at = keys + (2 if plan.is_absolute else 3)
    name, value = _name(known[0], keys), known[0][at]
    others = [f"{_name(row, keys)} ({_amount(plan, row[at])})" for row in known]
    if plan.is_ranked:
        amounts = f"from {number(known[0][keys], unit)} to {number(known[0][keys + 1], unit)}"
        words = f"{_headline(plan, name, known[0], keys)} {periods(plan)}, {amounts}."
        words += f" After it come{'s' if len(others) == 2 else ''} {listed(others[1:6])}." if others[1:] else ""
    else:
        by = listed([readable(group) for group in plan.groups])
        words = f"Change of {label(plan.measure)} by {by}{scope_of(plan)} {periods(plan)}: {listed(others[:8])}."
    left = [_name(row, keys) for row in result.rows if row not in known]
    words += f" {listed(left[:5])} cannot be compared: no {label(plan.measure)} in one of the periods." if left else ""
    return Finding(words, name, value, unit if plan.is_absolute else "%", markdown(result))


def _headline(plan: Plan, name: str, row: tuple[Any, ...], keys: int) -> str:
    measure, unit = label(plan.measure), plan.measure.unit
    difference, share = row[keys + 2], row[keys + 3]
    by = f"{percent(abs(share))} ({signed(difference, unit)})" if share is not None else number(abs(difference), unit)
    if plan.is_absolute and share is not None:
        by = f"{number(abs(difference), unit)} ({percent(share, signed=True)})"
    how = "most" if plan.is_absolute else "fastest"
    if plan.is_ascending:
        if difference < 0:
            return f"{name} declined most{scope_of(plan)}: its {measure} fell by {by}"
        return f"Nothing declined{scope_of(plan)}; {name} grew least: its {measure} {_verb(difference)} by {by}"
    if difference > 0:
        return f"{name} grew {how}{scope_of(plan)}: its {measure} rose by {by}"
    return f"Nothing grew{scope_of(plan)}; {name} declined least: its {measure} {_verb(difference)} by {by}"


def _amount(plan: Plan, value: Any) -> str:
    return signed(value, plan.measure.unit) if plan.is_absolute else percent(value, signed=True)


def _name(row: tuple[Any, ...], keys: int) -> str:
    return " / ".join(shown(cell) for cell in row[:keys])


def _words(period: Any) -> str:
    return period.words if period else ""


def _in_each(plan: Plan, result: Result) -> Finding:
    each = readable(plan.within) if plan.within else ""
    how = "Largest decline" if plan.is_ascending else "Fastest growth"
    said = [f"{row[0]}: {row[1]} ({percent(row[-1], signed=True)})" for row in result.rows[:12] if row[-1] is not None]
    first = result.rows[0]
    return Finding(
        f"{how} of {label(plan.measure)} in each {each} {periods(plan)}: {'; '.join(said)}.",
        str(first[1]),
        first[-1],
        "%",
        markdown(result),
    )
