"""The kinds of questions in the order in which they are tried, from the most to the least particular."""

from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType
from typing import Any, Final

from agentia.agents.quant.errors import NotUnderstood, Unanswerable
from agentia.agents.quant.kinds import (
    adjustment,
    arithmetic,
    counting,
    dates,
    days,
    derivative,
    equations,
    forms,
    integral,
    interest,
    limit,
    pairs,
    percent,
    rewriting,
    samples,
    series,
    sums,
    units,
    wholes,
)
from agentia.agents.quant.question import Question
from agentia.agents.quant.rational import Irrational
from agentia.agents.quant.request import Request
from agentia.agents.quant.working import Answer


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of question: its name for people, and how it is read and answered."""

    name: str
    read: Callable[[Question], Request | None]
    answer: Callable[[Any], Answer]


def _kind(name: str, module: ModuleType) -> Kind:
    return Kind(name, module.read, module.answer)


KINDS: Final = (
    _kind("a date", days),
    _kind("the time between dates", dates),
    _kind("interest", interest),
    _kind("an amount raised or lowered by percentages", adjustment),
    _kind("a percentage", percent),
    _kind("how many ways there are", counting),
    _kind("whole numbers", wholes),
    _kind("another way to write a number", forms),
    _kind("a limit", limit),
    _kind("a derivative", derivative),
    _kind("an integral", integral),
    _kind("a series", series),
    _kind("a sum over an index", sums),
    _kind("two lists", pairs),
    _kind("statistics", samples),
    _kind("units", units),
    _kind("equations", equations),
    _kind("an expression", rewriting),
    _kind("arithmetic", arithmetic),
)
_BY_MODULE: Final = {kind.answer.__module__: kind for kind in KINDS}
EXAMPLES: Final = (
    "15 % of 48,210.50",
    "convert 5 miles to km",
    "days between 2025-01-31 and 2025-03-01",
    "solve x^2 - 5x + 6 = 0",
    "mean of 3, 5, 10",
)


def read(question: Question) -> Request:
    """The request that a question makes. Raises NotUnderstood naming what was understood of it, or Unanswerable."""
    if not question.asks:
        raise NotUnderstood("I found no question.")
    for kind in KINDS:
        if request := kind.read(question):
            return request
    raise NotUnderstood("I found nothing in it that I can work out.")


def answer(request: Request) -> Answer:
    """Work a request out; runs in a worker when the request is slow."""
    try:
        return _BY_MODULE[type(request).__module__].answer(request)
    except Irrational as exc:
        raise Unanswerable(f"{exc.message} Percentages, interest and counts are worked out in fractions only.") from exc
