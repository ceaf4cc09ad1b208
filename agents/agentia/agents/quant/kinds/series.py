"""Power series: Taylor and Maclaurin expansions."""

import re
from dataclasses import dataclass
from typing import ClassVar

from agentia.agents.quant.language.expression import Expression
from agentia.agents.quant.question import Question
from agentia.agents.quant.request import Request, asked
from agentia.agents.quant.unknown import bound, function
from agentia.agents.quant.working import Answer

_HEAD = re.compile(
    (
        r"(?:(?:find|compute|give) )?(?:the )?(?:taylor|maclaurin|power|laurent)?(?: series)? ?(?:series|expansion"
        r"|polynomial|expand)(?: expansion)?(?: of| for)? "
    ),
    re.IGNORECASE,
)
_NAMED = re.compile(r"taylor|maclaurin|laurent|series|expansion|polynomial", re.IGNORECASE)
_ORDER = re.compile(
    (
        r",? (?:(?:up )?to|of|with|through|until)(?: the)? (?:order|degree|(?P<head>\d+)(?:th|st|nd|rd)? ?(?:order"
        r"|degree|terms?))(?: of)? ?(?P<order>\d+)?$"
    ),
    re.IGNORECASE,
)
_POINT = re.compile(
    r",? (?:around|about|at|near|centered at|centred at) (?:the point )?(?:[a-z] ?= ?)?(?P<at>[^ ,]+)", re.IGNORECASE
)
_MAX_ORDER = 30


@dataclass(frozen=True, slots=True)
class Series(Request):
    """The powers of a function around a point, up to an order."""

    home: ClassVar[str] = "agentia.agents.quant.symbols.expansions"

    expression: Expression
    variable: str
    point: Expression
    order: int


def read(question: Question) -> Series | None:
    """Read a question for a series."""
    head = _HEAD.match(question.asks)
    if head is None or not _NAMED.search(head[0]):
        return None
    text, order = question.asks[head.end() :], 5
    text, place = _cut(_POINT, text)
    if found := _ORDER.search(text):
        order = int(found["order"] or found["head"] or order)
        text = text[: found.start()] + text[found.end() :]
    of = function(text)
    notes = () if found else (f"Up to power {order}; say another order for more.",)
    return Series(
        *asked(question, of.notes, notes),
        of.expression,
        of.variable,
        bound(place["at"] if place else "0"),
        min(order, _MAX_ORDER),
    )


def _cut(pattern: re.Pattern[str], text: str) -> tuple[str, re.Match[str] | None]:
    match = pattern.search(text)
    return (text[: match.start()] + text[match.end() :], match) if match else (text, None)


def answer(request: Series) -> Answer:
    """Expand by derivatives at the point."""
    from agentia.agents.quant.symbols import expansions

    return expansions.answer(request.expression, request.variable, request.point, request.order, request.working())
