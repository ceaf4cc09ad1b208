"""Phrases that several kinds of answer share: what is measured, and which end of an order is meant."""

from typing import Any

from agentia.agents.analyst.answers.numbers import shown
from agentia.agents.analyst.questions.measures import label, readable
from agentia.agents.analyst.questions.plan import Measure, Plan

_ADVERBS = {"day": "daily", "week": "weekly", "month": "monthly", "quarter": "quarterly", "year": "yearly"}
_REDUCED = {"avg": "average", "median": "median", "min": "lowest", "max": "highest", "std": "standard deviation of the"}


def capital(text: str) -> str:
    """With a capital at its start, as a sentence has."""
    return text[:1].upper() + text[1:]


def spoken(measure: Measure) -> str:
    """A measure with "total" in front of what is added up."""
    name = label(measure)
    return (
        f"total {name}" if measure.aggregate == "sum" and not measure.over and "total" not in name.casefold() else name
    )


def per_grain(plan: Plan) -> str:
    """ "Average monthly revenue"."""
    name = readable(plan.measure.column) if plan.measure.column else f"number of {plan.measure.noun}"
    return f"{_REDUCED.get(plan.measure.aggregate, 'average')} {_ADVERBS[plan.grain or 'month']} {name}"


def most(plan: Plan) -> str:
    """ "Most" of what is counted, "highest" of what is measured."""
    measure, column = plan.measure, plan.measure.column
    pieces = measure.aggregate == "sum" and column and column.is_whole and not column.unit
    if not measure.over and (measure.aggregate in ("count", "distinct") or pieces):
        return "fewest" if plan.is_ascending else "most"
    return "lowest" if plan.is_ascending else "highest"


def ranked_name(plan: Plan) -> str:
    """The measure after "most" or "highest"."""
    name = per_grain(plan) if plan.per_grain else label(plan.measure)
    for prefix in ("number of ", "highest ", "lowest "):
        name = name.removeprefix(prefix)
    return name


def joined(cells: tuple[Any, ...]) -> str:
    """The name of a group of several columns: North / Laptop."""
    return " / ".join(shown(cell) for cell in cells)
