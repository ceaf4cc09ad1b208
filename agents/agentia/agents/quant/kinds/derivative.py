"""Derivatives: first and higher, partial, at a point; tangents."""

import re
from dataclasses import dataclass
from typing import ClassVar, Final

from agentia.agents.quant.errors import NotUnderstood
from agentia.agents.quant.language.expression import Expression
from agentia.agents.quant.question import Question
from agentia.agents.quant.request import Request, asked
from agentia.agents.quant.unknown import bound, function
from agentia.agents.quant.working import Answer

_ORDERS: Final = {
    "first": 1,
    "second": 2,
    "third": 3,
    "fourth": 4,
    "fifth": 5,
    "1st": 1,
    "2nd": 2,
    "3rd": 3,
    "4th": 4,
    "5th": 5,
}
_WORDS = re.compile(
    rf"(?:(?:find|compute|calculate|take|get) )?(?:the )?(?:(?P<order>{'|'.join(_ORDERS)}) )?(?:partial "
    rf")?(?:derivative|differential quotient|slope)"
    r"(?: with respect to (?P<name>[a-z]))?(?: of| for)? ",
    re.IGNORECASE,
)
_VERB = re.compile(r"(?:differentiate|derive) (?P<twice>twice )?", re.IGNORECASE)
_LEIBNIZ = re.compile(r"d(?:\^(?P<order>\d))? ?/ ?d(?P<name>[a-z])(?:\^\d)? ?(?:of |\[)?", re.IGNORECASE)
_PRIME = re.compile(r"[a-zA-Z](?P<primes>'{1,3})\([a-z]\) (?:if|for|when|where|of|given) ", re.IGNORECASE)
_TANGENT = re.compile(
    r"(?:(?:find|compute) )?(?:the )?(?:equation of the )?tangent(?: line)?(?: of| to| for)? ", re.IGNORECASE
)
_AT = re.compile(
    r",? (?:at|for|when|in|where) (?:the point )?(?:where )?(?P<name>[a-z]) ?= ?(?P<at>[^=]+)$", re.IGNORECASE
)
_MAX_ORDER: Final = 20


@dataclass(frozen=True, slots=True)
class Derivative(Request):
    """The derivative of an order, everywhere or at a point; with `tangent`, the line that touches there."""

    home: ClassVar[str] = "agentia.agents.quant.symbols.derivatives"

    expression: Expression
    variable: str
    order: int
    at: Expression | None
    tangent: bool


def read(question: Question) -> Derivative | None:
    """Read a question for a derivative in words or in Leibniz's notation."""
    text = question.asks
    match = next((found for form in (_WORDS, _VERB, _LEIBNIZ, _PRIME, _TANGENT) if (found := form.match(text))), None)
    if match is None:
        return None
    named = match.groupdict()
    order = 2 if named.get("twice") else len(named["primes"]) if named.get("primes") else _order(named.get("order"))
    if order > _MAX_ORDER:
        raise NotUnderstood(f"I differentiate up to {_MAX_ORDER} times.")
    text = text[match.end() :].removesuffix("]")
    if text.lower().endswith(" twice"):
        text, order = text[: -len(" twice")], 2
    place = _AT.search(text)
    of = function(text[: place.start()] if place else text, named.get("name") or (place["name"] if place else None))
    tangent = match.re is _TANGENT
    if tangent and not place:
        raise NotUnderstood(
            "I understood that a tangent is wanted, but not at which point; add, for example, at x = 1."
        )
    return Derivative(
        *asked(question, of.notes), of.expression, of.variable, order, bound(place["at"]) if place else None, tangent
    )


def _order(word: str | None) -> int:
    return int(word) if word and word.isdigit() else _ORDERS.get((word or "first").lower(), 1)


def answer(request: Derivative) -> Answer:
    """Differentiate rule by rule."""
    from agentia.agents.quant.symbols import derivatives

    return derivatives.answer(
        request.expression, request.variable, request.order, request.at, request.tangent, request.working()
    )
