"""Limits at a point, from a side, and at infinity."""

import re
from dataclasses import dataclass
from typing import ClassVar, Final, Literal

from agentia.agents.quant.errors import NotUnderstood
from agentia.agents.quant.language.expression import Expression
from agentia.agents.quant.question import Question
from agentia.agents.quant.request import Request, asked
from agentia.agents.quant.unknown import bound, function
from agentia.agents.quant.working import Answer

_HEAD = re.compile(r"(?:(?:find|compute|evaluate) )?(?:the )?(?:limit|lim)(?![a-z])[ _({]*", re.IGNORECASE)
_TO: Final = r"(?P<name>[a-z])(?: ?-> ?| ?=> ?| approaches| goes to| tends to| to| ?= ?)(?P<point> ?.+?)"
_SIDE: Final = r"(?:(?: from)?(?: the)? ?(?P<side>left|right|below|above)|(?P<sign>[+-]))?"
_AFTER = re.compile(rf"(?:of )?(?P<of>.+?),? (?:as|when|for|at|where) {_TO}{_SIDE}$", re.IGNORECASE)
_BEFORE = re.compile(
    rf"(?:as |when |for )?{_TO.replace('.+?', '[^ ,)}]+')}{_SIDE}[)}}]*,?(?: of)? (?P<of>.+)$", re.IGNORECASE
)
Side = Literal["both", "left", "right"]


@dataclass(frozen=True, slots=True)
class Limit(Request):
    """What an expression comes close to as its variable approaches a point."""

    home: ClassVar[str] = "agentia.agents.quant.symbols.limits"

    expression: Expression
    variable: str
    point: Expression
    side: Side


def read(question: Question) -> Limit | None:
    """Read a question for a limit."""
    head = _HEAD.match(question.asks)
    if head is None:
        return None
    rest = question.asks[head.end() :]
    match = _BEFORE.match(rest) or _AFTER.match(rest)
    if match is None:
        raise NotUnderstood(
            'I understood that a limit is wanted, but not where; write "limit of sin(x)/x as x approaches 0".'
        )
    of = function(match["of"], match["name"])
    word = (match["side"] or match["sign"] or "").lower()
    side: Side = "left" if word in ("left", "below", "-") else "right" if word in ("right", "above", "+") else "both"
    return Limit(*asked(question, of.notes), of.expression, of.variable, bound(match["point"]), side)


def answer(request: Limit) -> Answer:
    """Find the limit, with de l'Hôpital's rule shown where it applies."""
    from agentia.agents.quant.symbols import limits

    return limits.answer(request.expression, request.variable, request.point, request.side, request.working())
