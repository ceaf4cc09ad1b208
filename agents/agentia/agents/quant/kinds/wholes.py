"""Whole numbers: primes, prime factors, divisors, common divisors and multiples, Fibonacci numbers."""

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import ClassVar, Final, Literal

from agentia.agents.quant import integers, number_theory, primes
from agentia.agents.quant.language import lists
from agentia.agents.quant.operands import operand
from agentia.agents.quant.question import Question
from agentia.agents.quant.rational import evaluate
from agentia.agents.quant.request import Request, asked
from agentia.agents.quant.working import Answer, Working

Form = Literal[
    "prime",
    "composite",
    "factors",
    "divisors",
    "divisor count",
    "next",
    "previous",
    "nth",
    "first",
    "between",
    "prime count",
    "gcd",
    "lcm",
    "fibonacci",
]
_N: Final = r"(?P<n>.+?)"
_WORDINGS: Final[tuple[tuple[Form, str], ...]] = (
    ("prime", rf"(?:is|are) {_N} (?:an? )?(?:prime|prime number|composite|composite number)$"),
    ("prime", rf"(?:check (?:if|whether) )?{_N} (?:is|be) (?:an? )?prime(?: number)?$"),
    (
        "factors",
        rf"(?:the )?(?:prime factor(?:s|i[sz]ation|ization)?|factori[sz]ation|prime decomposition)(?: of)? {_N}$",
    ),
    ("factors", r"(?:factor(?:i[sz]e)?|prime factori[sz]e) (?:the number )?(?P<n>[\d,_ ^*+!()-]+)(?: into primes)?$"),
    (
        "divisors",
        (
            rf"(?:(?:how many|the|all|list(?: all)?(?: the)?|number of) )*(?:divisors|factors)(?: of| does"
            rf"| has)* {_N}(?: have| has)?$"
        ),
    ),
    (
        "next",
        (
            rf"(?:the )?(?:next|smallest|first) prime(?: number)? (?:after|above|greater than|larger than"
            rf"|bigger than|from|following) {_N}$"
        ),
    ),
    (
        "previous",
        (
            rf"(?:the )?(?:previous|largest|last|biggest) prime(?: number)? (?:before|below|less than|smaller than"
            rf"|under) {_N}$"
        ),
    ),
    ("nth", r"(?:the )?(?P<n>\d[\d,]*)(?:st|nd|rd|th) prime(?: number)?$"),
    ("first", r"(?:(?:the|list(?: the)?) )*first (?P<n>\d[\d,]*) primes?(?: numbers?)?$"),
    (
        "between",
        (
            r"(?:(?:how many|the|all|list(?: all)?(?: the)?) )*primes?(?: numbers?)?(?: are there)? (?:between"
            r"|from) (?P<m>\d[\d,]*) (?:and|to) (?P<n>\d[\d,]*)$"
        ),
    ),
    (
        "between",
        (
            r"(?:(?:how many|the|all|list(?: all)?(?: the)?) )*primes?(?: numbers?)?(?: are there)? (?:below|under"
            r"|up to|less than|smaller than) (?P<n>\d[\d,]*)$"
        ),
    ),
    (
        "gcd",
        (
            rf"(?:the )?(?:gcd|hcf|gcf|greatest common (?:divisor|factor|denominator)|highest common factor"
            rf"|largest common (?:divisor|factor))(?: of| between)? ?{_N}$"
        ),
    ),
    (
        "lcm",
        (
            rf"(?:the )?(?:lcm|least common (?:multiple|denominator)|lowest common (?:multiple|denominator)"
            rf"|smallest common multiple)(?: of| between)? ?{_N}$"
        ),
    ),
    (
        "fibonacci",
        (
            r"(?:the )?(?P<n>\d[\d,]*)(?:st|nd|rd|th) fibonacci(?: number)?$"
            r"|(?:the )?fibonacci(?: number)? (?:of )?(?P<m>\d[\d,]*)$"
        ),
    ),
)
_FORMS: Final = tuple((form, re.compile(pattern, re.IGNORECASE)) for form, pattern in _WORDINGS)


@dataclass(frozen=True, slots=True)
class Whole(Request):
    """What is wanted of one or more whole numbers."""

    home: ClassVar[str] = "agentia.agents.quant.symbols.factors"

    form: Form
    numbers: tuple[int, ...]

    @property
    def slow(self) -> bool:
        if self.form in ("gcd", "lcm"):
            return sum(number.bit_length() for number in self.numbers) > 8192
        largest = max(map(abs, self.numbers))
        if self.form in ("prime", "composite", "next", "previous"):
            return largest > primes.PROVEN
        return largest > (primes.QUICK if self.form in ("factors", "divisors", "divisor count") else 2000)


def read(question: Question) -> Whole | None:
    """Read a question about whole numbers."""
    for form, pattern in _FORMS:
        match = pattern.match(question.asks)
        if match is None:
            continue
        texts = [text for text in (match.groupdict().get("m"), match["n"]) if text]
        values = _several(texts[0], question) if form in ("gcd", "lcm") else [_value(text, question) for text in texts]
        if form == "between" and re.search(r"\b(?:below|under|less|smaller)\b", question.asks, re.IGNORECASE):
            values = [values[0] - 1]
        if values:
            numbers = tuple(integers.whole(value, "This question") for value in values)
            return Whole(*asked(question), _counted(form, question.asks), numbers)
    return None


def _several(text: str, question: Question) -> list[Fraction]:
    """Two numbers or more, each a number or an expression; empty when there are fewer."""
    found = lists.read(re.sub(r"(?<=\d),? and (?=\d)", ", ", text))
    if found:
        return list(found.numbers) if len(found.numbers) > 1 else []
    pieces = [piece for piece in re.split(r",? and |, ", text) if piece]
    return [_value(piece, question) for piece in pieces] if len(pieces) > 1 else []


def _counted(form: Form, text: str) -> Form:
    """The same question when only a count, or the opposite, is wanted."""
    if form == "prime" and "composite" in text.lower():
        return "composite"
    if re.search(r"how many|number of divisors|number of factors", text, re.IGNORECASE):
        return "divisor count" if form == "divisors" else "prime count" if form == "between" else form
    return form


def _value(text: str, question: Question) -> Fraction:
    expression = operand(text, question).expression
    return evaluate(expression, Working(""))


def answer(request: Whole) -> Answer:
    """Answer it exactly; large numbers with SymPy."""
    return number_theory.ANSWERS[request.form](request.numbers, request.working())
