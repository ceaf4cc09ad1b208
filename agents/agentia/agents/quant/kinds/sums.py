"""Sums and products over an index: finite ones, infinite ones, in closed form."""

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import ClassVar, Final

from agentia.agents.quant.language.expression import Expression, Name, Number
from agentia.agents.quant.language.grammar import parse
from agentia.agents.quant.question import Question
from agentia.agents.quant.request import Request, asked
from agentia.agents.quant.unknown import bound, function
from agentia.agents.quant.working import Answer

_HEAD: Final = (
    r"(?:(?:find|compute|calculate|evaluate) )?(?:the )?(?:infinite )?(?P<what>sum|summation|product|series)(?: of"
    r"| over)? "
)
_AFTER = re.compile(
    (
        rf"{_HEAD}(?P<of>.+?),? (?:for|from|over|with|where)(?: all)? (?:integers? )?(?P<name>[a-z]) ?(?:=|from|in"
        rf"|going from|running from) ?(?P<low>.+?) ?(?:to|\.\.\.?|through|until|up to) ?(?P<high>.+)$"
    ),
    re.IGNORECASE,
)
_BEFORE = re.compile(
    (
        rf"{_HEAD}(?:for |from |over |_)?\(?(?P<name>[a-z]) ?= ?(?P<low>\S+?) ?(?:to|\.\.\.?"
        rf"|\^) ?(?P<high>[^ ,)]+)\)?(?: of|,)? (?P<of>.+)$"
    ),
    re.IGNORECASE,
)
_FIRST = re.compile(
    r"(?:(?:add (?:up )?|(?:the )?sum of )(?:all )?(?:the )?first (?P<n>\d[\d,]*) (?:positive )?(?P<kind>odd |even "
    r"|square |cube )?(?:natural |whole )?(?:numbers?|integers?|naturals?|squares?|cubes?)"
    r"|(?:add (?:up )?(?:all )?(?:the )?(?:numbers?|integers?)"
    r"|(?:the )?sum of (?:all )?(?:the )?(?:numbers?|integers?)?) ?"
    r"(?:from )?(?P<low>\d[\d,]*) (?:to|through) (?P<high>\d[\d,]*))$",
    re.IGNORECASE,
)
_DOTS = re.compile(r"(?P<a>\d+) ?\+ ?(?P<b>\d+) ?\+ ?(?:(?P<c>\d+) ?\+ ?)?\.\.\.? ?\+ ?(?P<z>\d[\d,]*)$")


@dataclass(frozen=True, slots=True)
class Series(Request):
    """The sum, or the product, of a term for every whole index from low to high."""

    home: ClassVar[str] = "agentia.agents.quant.symbols.sums"

    product: bool
    term: Expression
    index: str
    low: Expression
    high: Expression


def read(question: Question) -> Series | None:
    """Read a sum over an index, of the first numbers of a kind, or with dots in it."""
    match = _AFTER.match(question.asks) or _BEFORE.match(question.asks)
    if match:
        of = function(match["of"], match["name"])
        product = match["what"].lower() == "product"
        return Series(
            *asked(question, of.notes), product, of.expression, of.variable, bound(match["low"]), bound(match["high"])
        )
    if first := _FIRST.match(question.asks):
        return _of_first(question, first)
    return _with_dots(question)


def _of_first(question: Question, match: re.Match[str]) -> Series:
    low, high = match["low"] or "1", match["high"] or match["n"]
    kind = (match["kind"] or "").strip().lower() or (
        "square" if "square" in match[0].lower() else "cube" if "cube" in match[0].lower() else ""
    )
    term = {"odd": "2k - 1", "even": "2k", "square": "k^2", "cube": "k^3"}.get(kind, "k")
    return Series(*asked(question), False, parse(term).expression, "k", bound(low), bound(high))


def _with_dots(question: Question) -> Series | None:
    """1 + 2 + 3 + ... + 100 and other even steps."""
    match = _DOTS.match(question.asks)
    if match is None:
        return None
    first, second, last = int(match["a"]), int(match["b"]), int(match["z"].replace(",", ""))
    step = second - first
    if step < 1 or (last - first) % step or (match["c"] and int(match["c"]) - second != step):
        return None
    term = parse(f"{first} + {step} k").expression if step > 1 or first > 1 else Name("k")
    low, high = (1, last) if isinstance(term, Name) else (0, (last - first) // step)
    note = (f"Read the dots as steps of {step}.",)
    return Series(
        *asked(question, note), False, term, "k", Number(Fraction(low), str(low)), Number(Fraction(high), str(high))
    )


def answer(request: Series) -> Answer:
    """Sum up in closed form."""
    from agentia.agents.quant.symbols import sums

    return sums.answer(request.product, request.term, request.index, request.low, request.high, request.working())
