"""Integrals, with bounds and without; areas under a curve."""

import re
from dataclasses import dataclass
from typing import ClassVar

from agentia.agents.quant.language.expression import Expression
from agentia.agents.quant.question import Question
from agentia.agents.quant.request import Request, asked
from agentia.agents.quant.unknown import bound, function
from agentia.agents.quant.working import Answer

_WORDS = re.compile(
    r"(?:(?:find|compute|calculate|evaluate|take) )?(?:the )?(?:(?:definite|indefinite|improper) )?"
    r"(?:integrate|integral|antiderivative|anti-derivative|primitive|area under(?: the (?:curve"
    r"|graph)(?: of)?)?)(?: of| for)? ?",
    re.IGNORECASE,
)
_BOUNDS = re.compile(
    (
        r",? (?:from|between|over|on)(?: the interval)? (?:\[|\()?(?:(?P<name>[a-z]) ?= ?)?(?P<low>[^,\[\]]+?)(?: to"
        r" | and |, ?)(?:[a-z] ?= ?)?(?P<high>[^,\[\]]+?)[\])]?$"
    ),
    re.IGNORECASE,
)
_LEADING = re.compile(r"(?:from|_) ?(?P<low>\S+) (?:to|\^) ?(?P<high>\S+)(?: of)? (?P<rest>.+)$", re.IGNORECASE)
_DIFFERENTIAL = re.compile(r"\s*\*?\s*\bd(?P<name>[a-z])\b(?= |$)|(?<=[)\d]) ?d(?P<name2>[a-z])$")


@dataclass(frozen=True, slots=True)
class Integral(Request):
    """An integral; without bounds the antiderivative."""

    home: ClassVar[str] = "agentia.agents.quant.symbols.integrals"

    expression: Expression
    variable: str
    bounds: tuple[Expression, Expression] | None


def read(question: Question) -> Integral | None:
    """Read a question for an integral."""
    match = _WORDS.match(question.asks)
    if match is None or match.end() == 0:
        return None
    text, name, bounds = question.asks[match.end() :], None, None
    if leading := _LEADING.match(text):
        text, bounds = leading["rest"], (bound(leading["low"]), bound(leading["high"]))
    elif found := _BOUNDS.search(text):
        text, name, bounds = text[: found.start()], found["name"], (bound(found["low"]), bound(found["high"]))
    if differential := _DIFFERENTIAL.search(text):
        name = differential["name"] or differential["name2"]
        text = text[: differential.start()] + text[differential.end() :]
    of = function(text or "1", name)
    return Integral(*asked(question, of.notes), of.expression, of.variable, bounds)


def answer(request: Integral) -> Answer:
    """Integrate, tell the rules used, and check by differentiating."""
    from agentia.agents.quant.symbols import integrals

    return integrals.answer(request.expression, request.variable, request.bounds, request.working())
