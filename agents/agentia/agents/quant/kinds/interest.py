"""Interest on money: what it grows to, what it earns, what a loan costs a month, when it doubles."""

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import Final, Literal

from agentia.agents.quant import growth
from agentia.agents.quant.errors import NotUnderstood
from agentia.agents.quant.growth import Loan
from agentia.agents.quant.language.expression import Money
from agentia.agents.quant.operands import operand
from agentia.agents.quant.question import Question
from agentia.agents.quant.rational import evaluate
from agentia.agents.quant.request import Request, asked
from agentia.agents.quant.working import Answer, Working

_CLAIM = re.compile(
    (
        r"\b(?:interest|compound(?:ed)?|invest(?:ed|ment)?|deposit(?:ed)?|savings?|loan|mortgage|future value"
        r"|per annum|p\.a\.)"
    ),
    re.I,
)
_DOUBLE = re.compile(
    r"\b(?:to|does it take|until|till|money|investment|capital|it)\b.*\b(?P<times>double|triple)s?\b", re.I
)
_RATE = re.compile(
    (
        r"(?<![\d.,])(?P<rate>\d[\d.,]*(?:/\d+)?) ?(?:%|percent|per cent)(?: (?:a|per|each|every) (?P<per>year|month"
        r"|quarter)| (?P<ly>monthly)\b)?"
    ),
    re.I,
)
_TERM = re.compile(r"(?<![\d.,])(?P<count>\d[\d.,]*(?:/\d+)?)[ -]?(?P<unit>year|yr|month|quarter|week|day)s?\b", re.I)
_PRINCIPAL = re.compile(
    r"(?P<sum>(?:[€$£¥₹] ?|\b[A-Z]{3} )?-?\d[\d.,' ]*\d?k?(?: ?(?:[€£¥₹]|\$|EUR|USD|GBP|CHF|euros?|dollars?)(?!\w))?)"
)
_PERIODS: Final = {
    "semi-annual": 2,
    "semiannual": 2,
    "half-year": 2,
    "twice a year": 2,
    "quarter": 4,
    "bimonth": 6,
    "month": 12,
    "fortnight": 26,
    "week": 52,
    "dail": 365,
    "day": 365,
    "annual": 1,
    "year": 1,
}
_YEARS: Final = {"year": 1, "yr": 1, "quarter": 4, "month": 12, "week": 52, "day": 365}
Wanted = Literal["interest", "amount", "payment"]


@dataclass(frozen=True, slots=True)
class Interest(Request):
    """Money at a yearly rate for some years; `periods` a year, 0 for simple interest."""

    principal: Fraction
    currency: str | None
    rate: Fraction
    years: Fraction
    periods: int
    wanted: Wanted

    @property
    def slow(self) -> bool:
        return self.periods * self.years > 500


@dataclass(frozen=True, slots=True)
class Doubling(Request):
    """How many years money needs to grow to a multiple of itself."""

    rate: Fraction
    times: int


def read(question: Question) -> Interest | Doubling | None:
    """Read a question about interest by the amount, rate and term in it, in whatever order they stand."""
    text, rate = question.asks, _RATE.search(question.asks)
    if rate and (times := _DOUBLE.search(text)) and not _TERM.search(text):
        return Doubling(
            *asked(question), _number(rate["rate"], question) / 100, 2 if times["times"].lower() == "double" else 3
        )
    if not _CLAIM.search(text) or not rate:
        return None
    term = _TERM.search(text)
    rest = text.replace(rate[0], " ").replace(term[0] if term else "\0", " ")
    principal = _PRINCIPAL.search(rest)
    if not term or not principal:
        missing = "the amount" if term else "for how long"
        raise NotUnderstood(f"I understood a question about interest at {rate[0]}, but not {missing}.")
    if more := re.search(r"\S*\d.*", rest.replace(principal[0], " ", 1)):
        raise NotUnderstood(
            f'I understood a question about interest at {rate[0]}, but not "{more[0][:40].strip()}" in it.'
        )
    amount = operand(principal["sum"].strip(" ,."), question)
    per = {"month": 12, "quarter": 4}.get((rate["per"] or ("month" if rate["ly"] else "year")).lower(), 1)
    periods, note = _periods(rest, per)
    return Interest(
        *asked(question, amount.notes, note),
        evaluate(amount.expression, Working("")),
        amount.expression.currency if isinstance(amount.expression, Money) else None,
        _number(rate["rate"], question) / 100 * per,
        _number(term["count"], question) / _YEARS[term["unit"].lower()],
        periods,
        _wanted(text),
    )


def _number(text: str, question: Question) -> Fraction:
    return evaluate(operand(text.rstrip(".,"), question).expression, Working(""))


def _wanted(text: str) -> Wanted:
    if re.search(r"\b(?:payment|instal+ment|repay|mortgage)", text, re.IGNORECASE):
        return "payment"
    grown = r"\b(?:worth|grow|future value|balance|total|final|end up|amount to|become|have)\b"
    return (
        "interest"
        if re.search(r"interest (?:on|for|of|earned)|earn", text, re.I) and not re.search(grown, text, re.I)
        else "amount"
    )


def _periods(text: str, per: int) -> tuple[int, tuple[str, ...]]:
    if re.search(r"\bsimple\b", text, re.IGNORECASE):
        return 0, ()
    if re.search(r"payment|instal+ment|repay|mortgage|loan", text, re.IGNORECASE):
        return 12, ("Paid off in equal monthly instalments, the yearly rate divided by 12.",)
    for word, count in _PERIODS.items():
        if re.search(
            (
                rf"(?:compound\w*|paid|credited|calculated)(?: interest)? (?:once |every |each |per |a )*{word}"
                rf"|{word}\w* compound"
            ),
            text,
            re.I,
        ):
            return count, ()
    return per, (
        f"Compounded once a {'month' if per == 12 else 'quarter' if per == 4 else 'year'}; say so if it is otherwise.",
    )


def answer(request: Interest | Doubling) -> Answer:
    """Work out interest by the usual formulas."""
    if isinstance(request, Doubling):
        return growth.doubling(request.rate, request.times, request.working())
    money = Loan(request.principal, request.currency, request.rate, request.years, request.periods)
    if request.wanted == "payment":
        return growth.payment(money, request.working())
    return growth.grown(money, request.working(), interest=request.wanted == "interest")
