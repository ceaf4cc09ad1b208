"""Two lists side by side: correlation, covariance, the line of best fit and what it predicts."""

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from agentia.agents.quant.errors import NotUnderstood, Unanswerable
from agentia.agents.quant.figures import decimal, exact, portable, shown, terminates
from agentia.agents.quant.language import lists
from agentia.agents.quant.limits import QUICK_NUMBERS
from agentia.agents.quant.question import Question
from agentia.agents.quant.request import Request, asked
from agentia.agents.quant.statistic import root
from agentia.agents.quant.working import Answer, Working

_CORRELATION = re.compile(r"\bcorrelat(?:ion|ed?)\b|\bpearson\b", re.IGNORECASE)
_COVARIANCE = re.compile(r"\bcovariance\b", re.IGNORECASE)
_REGRESSION = re.compile(
    r"\b(?:linear )?regression\b|\bleast squares\b|\bbest[- ]fit\b|\btrend ?line\b|\blinear fit\b|\bfit a line\b",
    re.IGNORECASE,
)
_AT = re.compile(
    (
        r",? (?:and )?(?:predict(?:ion|ed)?(?: value| y)?|estimate)?,? ?(?:at|for|when|if|where|of y at) x ?(?:="
        r"|is) ?(?P<at>-?[\d.]+)"
    ),
    re.IGNORECASE,
)
_GROUP = re.compile(r"[\[({]([^\[\](){}]*)[\])}]")
_LABELLED = re.compile(
    r"\b[xa] ?[:=] ?(?P<x>[-\d][^a-zA-Z]*)[,;]? ?(?:and |vs\.? )?\b[yb] ?[:=] ?(?P<y>[-\d][^a-zA-Z]*)$", re.IGNORECASE
)
_BETWEEN = re.compile(r" (?:and|vs\.?|versus|against|with) | ?; ?", re.IGNORECASE)
Purpose = Literal["correlation", "covariance", "regression"]
Numbers = tuple[Fraction, ...]


@dataclass(frozen=True, slots=True)
class Pairs(Request):
    """Two lists of equal length, what is wanted of them, and for which x a value is to be predicted."""

    purpose: Purpose
    xs: Numbers
    ys: Numbers
    at: Fraction | None
    population: bool

    @property
    def slow(self) -> bool:
        return len(self.xs) > QUICK_NUMBERS


def read(question: Question) -> Pairs | None:
    """Read two lists of numbers, written in the text or columns of the data."""
    text = question.asks
    purpose = _purpose(text)
    if purpose is None:
        return None
    at = _AT.search(text)
    rest = re.sub(r"^.*?(?=[\d\[({x]|\bx\b|$)", "", _AT.sub("", text), flags=re.IGNORECASE)
    lists_read = _from_text(rest) or _from_columns(question, text)
    if lists_read is None:
        raise NotUnderstood(
            f'I understood that a {purpose} is wanted, but not of which two lists; write "x: 1, 2, 3; y: 2, 4, 7".'
        )
    xs, ys, notes = lists_read
    if len(xs) != len(ys):
        raise Unanswerable(f"The lists have {len(xs):,} and {len(ys):,} numbers; a {purpose} needs as many of both.")
    return Pairs(
        *asked(question, notes),
        purpose,
        xs,
        ys,
        Fraction(at["at"].rstrip(".")) if at else None,
        "population" in text.lower(),
    )


def _purpose(text: str) -> Purpose | None:
    if _REGRESSION.search(text):
        return "regression"
    return "correlation" if _CORRELATION.search(text) else "covariance" if _COVARIANCE.search(text) else None


def _from_text(text: str) -> tuple[Numbers, Numbers, tuple[str, ...]] | None:
    groups = [found.numbers for group in _GROUP.findall(text) if (found := lists.read(group))]
    if len(groups) > 2 and all(len(group) == 2 for group in groups):
        return tuple(x for x, _ in groups), tuple(y for _, y in groups), (f"Read {len(groups)} points (x, y).",)
    if len(groups) == 2:
        return groups[0], groups[1], ()
    if match := _LABELLED.search(text):
        return _two(match["x"], match["y"])
    halves = _BETWEEN.split(text)
    return _two(*halves) if len(halves) == 2 else None


def _two(left: str, right: str) -> tuple[Numbers, Numbers, tuple[str, ...]] | None:
    xs, ys = lists.read(left.strip(" ,;:")), lists.read(right.strip(" ,;:"))
    return (xs.numbers, ys.numbers, ()) if xs and ys else None


def _from_columns(question: Question, text: str) -> tuple[Numbers, Numbers, tuple[str, ...]] | None:
    columns = question.given.columns
    named = [
        column for column in columns if column.name and re.search(rf"\b{re.escape(column.name)}\b", text, re.IGNORECASE)
    ]
    chosen = named if len(named) == 2 else columns if len(columns) == 2 else ()
    if not chosen:
        return None
    if any(column.gaps for column in chosen):
        raise Unanswerable(
            "Some rows lack one of the two numbers; leave them out, as pairs cannot be told apart otherwise."
        )
    x, y = sorted(chosen, key=lambda column: text.lower().find(column.name.lower()) if column.name else 0)
    if re.search(rf"{re.escape(x.name)} (?:against|on|by|from|as a function of|over) ", text, re.IGNORECASE):
        x, y = y, x
    return x.numbers, y.numbers, (f'Took x from "{x.name}" and y from "{y.name}".',)


def answer(request: Pairs) -> Answer:
    """Work out the sums of squares and products, and from them what is wanted."""
    working, count = request.working(), len(request.xs)
    if count < 2:
        raise Unanswerable(f"A {request.purpose} needs at least two pairs.")
    sums = _sums(request, working)
    if request.purpose == "covariance":
        size = count if request.population else count - 1
        working.step(f"Covariance: {shown(sums.xy)} ÷ {size} = {shown(sums.xy / size)}")
        return working.number(f"The {'population' if request.population else 'sample'} covariance", sums.xy / size)
    if sums.xx == 0 or (request.purpose == "correlation" and sums.yy == 0):
        raise Unanswerable(f"All values of {'x' if sums.xx == 0 else 'y'} are equal, so there is no {request.purpose}.")
    return _correlation(sums, working) if request.purpose == "correlation" else _regression(sums, request.at, working)


@dataclass(frozen=True, slots=True)
class _Sums:
    """The means, and the sums of squares and products of the distances from them."""

    mean_x: Fraction
    mean_y: Fraction
    xx: Fraction
    yy: Fraction
    xy: Fraction


def _sums(request: Pairs, working: Working) -> _Sums:
    count = len(request.xs)
    mean_x, mean_y = sum(request.xs, Fraction(0)) / count, sum(request.ys, Fraction(0)) / count
    across = [(x - mean_x, y - mean_y) for x, y in zip(request.xs, request.ys, strict=True)]
    xx, yy, xy = (sum((a * b for a, b in terms), Fraction(0)) for terms in _products(across))
    working.step(f"Means: x {shown(mean_x)}, y {shown(mean_y)}")
    working.step(f"Sums over the {count:,} pairs: Sxx = {shown(xx)}, Syy = {shown(yy)}, Sxy = {shown(xy)}")
    return _Sums(mean_x, mean_y, xx, yy, xy)


def _correlation(sums: _Sums, working: Working) -> Answer:
    found = root("correlation", sums.xy**2 / (sums.xx * sums.yy))
    found = found.negated() if sums.xy < 0 else found
    working.step(f"r = Sxy ÷ sqrt(Sxx × Syy) = {found.text}")
    value = found.exact if found.value is None else portable(found.value)
    return working.text(f"The correlation is r = {found.text}.", value, found.exact, found.decimal)


def _regression(sums: _Sums, at: Fraction | None, working: Working) -> Answer:
    slope = sums.xy / sums.xx
    intercept = sums.mean_y - slope * sums.mean_x
    working.step(f"Slope: Sxy ÷ Sxx = {shown(slope)}")
    working.step(f"Intercept: {shown(sums.mean_y)} - {shown(slope)} × {shown(sums.mean_x)} = {shown(intercept)}")
    if at is not None:
        working.step(f"At x = {shown(at)}: {shown(intercept)} + {shown(slope)} × {shown(at)}")
        return working.number(f"The line of best fit at x = {shown(at)}", intercept + slope * at)
    sign = "-" if intercept < 0 else "+"
    factor = f"({exact(slope)})" if "/" in exact(slope) else exact(slope)
    line, digits = f"{factor}x {sign} {exact(abs(intercept))}", f"{decimal(slope)}x {sign} {decimal(abs(intercept))}"
    about = "" if terminates(slope) and terminates(intercept) else f", y ≈ {digits}"
    fit = "" if sums.yy == 0 else f", R² = {decimal(sums.xy**2 / (sums.xx * sums.yy))}"
    values = (f"slope = {exact(slope)}", f"intercept = {exact(intercept)}")
    sentence = f"The line of best fit is y = {line}{about}{fit}."
    return working.text(sentence, f"y = {line}", f"y = {line}", digits, None, values)


def _products(across: list[tuple[Fraction, Fraction]]) -> tuple[list[tuple[Fraction, Fraction]], ...]:
    return [(x, x) for x, _ in across], [(y, y) for _, y in across], across
