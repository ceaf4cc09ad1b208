"""Single answers in words: one number, some rows, names, dates, outliers, a correlation."""

from decimal import Decimal

from agentia.agents.analyst.answers.groups import groups
from agentia.agents.analyst.answers.numbers import listed, number, shown
from agentia.agents.analyst.answers.outcome import Finding
from agentia.agents.analyst.answers.phrases import capital, most, per_grain, spoken
from agentia.agents.analyst.answers.pictures import cell_text, markdown
from agentia.agents.analyst.answers.run import Result
from agentia.agents.analyst.answers.scope import scope_of, subject_of
from agentia.agents.analyst.questions.measures import label, plural, readable
from agentia.agents.analyst.questions.plan import Plan

_NAMES = 30
_STRENGTHS = ((0.7, "a strong"), (0.4, "a moderate"), (0.1, "a weak"), (0.0, "no"))


def rows_said(count: int) -> str:
    """ "1 row", "1,200 rows"."""
    return f"{count:,} row{'' if count == 1 else 's'}"


def value(plan: Plan, result: Result) -> Finding:
    """One number, or several numbers of the same rows."""
    if plan.groups:
        return groups(plan, result)
    row, unit, scope = result.rows[0], plan.measure.unit, scope_of(plan)
    if plan.per_grain:
        words = f"The {per_grain(plan)}{scope} is {number(row[0], unit)}, over {row[1]} {plan.grain}s."
        return Finding(words, subject_of(plan), row[0], unit)
    count = row[len(result.columns) - 1]
    counted = f" ({rows_said(count)})" if plan.measure.column else ""
    if len(plan.measures) == 1:
        name = label(plan.measure) if count == 1 else spoken(plan.measure)
        words = f"{name}{scope}: {number(row[0], unit)}{counted}."
    else:
        said = [f"{spoken(m)} {number(amount, m.unit)}" for m, amount in zip(plan.measures, row, strict=False)]
        words = f"{listed(said)}{scope}{counted}."
    return Finding(capital(words), subject_of(plan), row[0], unit)


def rows(plan: Plan, result: Result) -> Finding:
    """Single rows: the greatest, the newest, or those beyond a limit."""
    column, first, count = plan.measure.column, result.rows[0], len(result.rows)
    place = result.columns.index(column.name) if column else 0
    others = [
        cell_text(name, cell)
        for i, (name, cell) in enumerate(zip(result.columns, first, strict=True))
        if i != place and cell is not None
    ]
    top = f"{shown(first[place], plan.measure.unit)} ({', '.join(others)})"
    name, scope = readable(column) if column else "value", scope_of(plan)
    if plan.limit is None:
        more = "More than " if result.is_cut else ""
        words = f"{more}{rows_said(count)}{scope}; the one with the highest {name} has {top}."
        return Finding(words, None, count, None, markdown(result))
    order = ("earliest" if plan.is_ascending else "latest") if column and column.kind == "time" else most(plan)
    what = (
        f"The row with the {order} {name}{scope}:"
        if count == 1
        else f"The {count} rows with the {order} {name}{scope}, the first being"
    )
    asked = next((result.columns.index(group.name) for group in plan.groups if group.name in result.columns), None)
    subject = str(first[asked]) if asked is not None else next((cell for cell in first if isinstance(cell, str)), None)
    amount = first[place] if isinstance(first[place], (int, float, Decimal)) else None
    return Finding(f"{what} {top}.", subject if count == 1 else None, amount, plan.measure.unit, markdown(result))


def values(plan: Plan, result: Result) -> Finding:
    """The different values of a column."""
    names, name = [shown(row[0]) for row in result.rows], readable(plan.groups[0])
    more = f", and {len(names) - _NAMES} more" if len(names) > _NAMES else ""
    what = f"{len(names)} {name if len(names) == 1 else plural(name)}"
    return Finding(f"{what}{scope_of(plan)}: {', '.join(names[:_NAMES])}{more}.", None, len(names))


def moments(plan: Plan, result: Result) -> Finding:
    """When something was, or from when to when."""
    first, last, count = result.rows[0]
    name = readable(plan.time) if plan.time else "date"
    when = shown(first) if first == last else f"{shown(first)} to {shown(last)}"
    return Finding(f"{capital(name)}{scope_of(plan)}: {when} ({rows_said(count)}).", subject_of(plan))


def outliers(plan: Plan, result: Result) -> Finding:
    """The rows, or periods, beyond Tukey's fences."""
    column, unit, count = plan.measure.column, plan.measure.unit, len(result.rows)
    at = result.columns.index(label(plan.measure) if plan.grain or not column else column.name)
    said = []
    for row in result.rows[:5]:
        others = [cell_text(result.columns[i], cell) for i, cell in enumerate(row[:-2]) if i != at and cell is not None]
        said.append(f"{number(row[at], unit)} ({', '.join(others)})")
    low, high = result.rows[0][-2:]
    low = max(low, 0) if all(row[at] >= 0 for row in result.rows) else low
    usual = "" if plan.groups else f", outside the usual {number(low, unit)} to {number(high, unit)}"
    what = f"{count} {plan.grain or 'row'}{' has' if count == 1 else 's have'}"
    name = label(plan.measure) if plan.grain or not column else readable(column)
    fences = "(more than 1.5 interquartile ranges beyond the quartiles)"
    words = f"{what} an unusual {name}{scope_of(plan)}{usual} {fences}: {'; '.join(said)}"
    return Finding(f"{words}{' …' if count > 5 else ''}.", None, count, None, markdown(result))


def correlation(plan: Plan, result: Result) -> Finding:
    """How two columns go together, by Pearson's coefficient."""
    one, other = (readable(measure.column) for measure in plan.measures[:2] if measure.column)
    keys = len(plan.groups)
    amount, count = result.rows[0][keys : keys + 2]
    if amount is None:
        return Finding(f"{capital(one)} and {other} do not both vary, so they have no correlation.")
    strength = next(words for least, words in _STRENGTHS if abs(amount) >= least)
    direction = "" if strength == "no" else " positive" if amount > 0 else " negative"
    words = f"{capital(one)} and {other} have {strength}{direction} correlation{scope_of(plan)}: "
    words += f"{amount:.2f} (Pearson, {rows_said(count)})."
    each = "; ".join(f"{row[0]} {row[1]:.2f}" for row in result.rows if row[1] is not None) if keys else ""
    return Finding(
        f"{words} By {readable(plan.groups[0])}: {each}." if keys else words,
        None,
        amount,
        None,
        markdown(result) if keys else "",
    )
