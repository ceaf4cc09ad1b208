"""Plain sums: whatever is an expression of numbers, in signs or in words."""

import operator
import re
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import ClassVar, Final

from agentia.agents.quant.currency import currency_of
from agentia.agents.quant.errors import NotUnderstood
from agentia.agents.quant.figures import shown
from agentia.agents.quant.language.expression import Expression, Money, Number, Relation
from agentia.agents.quant.language.notation import written
from agentia.agents.quant.operands import operand
from agentia.agents.quant.question import Question
from agentia.agents.quant.rational import Irrational, evaluate, is_quick
from agentia.agents.quant.request import Request, asked
from agentia.agents.quant.working import Answer, Working

_A, _B = r"(?P<a>.+?)", r"(?P<b>.+)"
_PHRASES: Final = [
    (re.compile(pattern, re.IGNORECASE), form)
    for pattern, form in [
        (
            rf"(?:round(?:ed)? )?{_A} (?:rounded )?to (?P<b>\d{{1,3}}) (?:decimal )?(?:places?|decimals|digits|dp)$",
            "round({a}; {b})",
        ),
        (
            (
                r"round(?:ed)? (?P<b>.+) to the (?:nearest |next )?(?:whole number|integer|unit|one)$"
                r"|round(?:ed)? (?P<c>[^a-z]+)$"
            ),
            "round({b}{c})",
        ),
        (r"round(?:ed)? (?P<b>.+) to the nearest (?:cent|hundredth)$", "round({b}; 2)"),
        (r"round(?:ed)? (?P<b>.+) to the nearest tenth$", "round({b}; 1)"),
        (r"round(?:ed)? (?P<b>.+) to the nearest (?:ten|10)$", "round({b}; -1)"),
        (r"round(?:ed)? (?P<b>.+) to the nearest (?:hundred|100)$", "round({b}; -2)"),
        (r"round(?:ed)? (?P<b>.+) to the nearest (?:thousand|1000|1,000)$", "round({b}; -3)"),
        (r"(?:multiply|times) (?:it |that |this |the result )?by (?P<b>.+)", "(that) * ({b})"),
        (r"divide (?:it |that |this |the result )?by (?P<b>.+)", "(that) / ({b})"),
        (r"add (?P<b>[^a-z]+)$", "(that) + ({b})"),
        (r"subtract (?P<b>[^a-z]+)$", "(that) - ({b})"),
        (rf"add {_A} (?:to|and|with) {_B}$", "({b}) + ({a})"),
        (rf"(?:subtract|take|take away) {_A} from {_B}$", "({b}) - ({a})"),
        (rf"multiply {_A} (?:by|and|with) {_B}$", "({a}) * ({b})"),
        (rf"divide {_A} by {_B}$", "({a}) / ({b})"),
        (rf"(?:the )?sum of {_A} and {_B}$", "({a}) + ({b})"),
        (rf"(?:the )?difference (?:between|of) {_A} and {_B}$", "({a}) - ({b})"),
        (rf"(?:the )?product of {_A} and {_B}$", "({a}) * ({b})"),
        (rf"(?:the )?quotient of {_A} and {_B}$", "({a}) / ({b})"),
        (rf"(?:the )?ratio of {_A} to {_B}$", "({a}) / ({b})"),
        (rf"(?:the )?remainder (?:of|when|if) {_A} (?:is )?(?:divided by|/) {_B}$", "({a}) mod ({b})"),
        (rf"(?:the )?square of {_B}$", "({b})^2"),
        (rf"(?:the )?cube of {_B}$", "({b})^3"),
        (rf"(?:the )?(?:reciprocal|inverse) of {_B}$", "1 / ({b})"),
        (rf"{_A} (?:more|greater) than {_B}$", "({b}) + ({a})"),
        (rf"{_A} (?:less|fewer) than {_B}$", "({b}) - ({a})"),
    ]
]


@dataclass(frozen=True, slots=True)
class Sum(Request):
    """An expression of numbers to be worked out, and the currency of the result."""

    home: ClassVar[str] = "agentia.agents.quant.symbols.numbers"

    expression: Expression
    currency: str | None

    @property
    def slow(self) -> bool:
        return not is_quick(self.expression)


def read(question: Question) -> Sum | None:
    """Read what is left when no other kind claims it; None for a text that names no number."""
    text = re.sub(r"^(?:is|are|does) ", "", question.asks, flags=re.IGNORECASE)
    text = re.sub(r" (?:as|in) (?:an? )?decimal(?: number| form)?$", "", text, flags=re.IGNORECASE)
    phrase = _phrase(text) if not question.asks.lower().startswith(("is ", "are ", "does ")) else None
    reading = operand(phrase or text, question)
    if isinstance(reading.expression, Number | Money) and not phrase:
        raise NotUnderstood(f"I understood {written(reading.expression)}, but not what to do with it.")
    return Sum(*asked(question, reading.notes), reading.expression, currency_of(reading.expression))


def _phrase(text: str) -> str | None:
    for pattern, form in _PHRASES:
        if match := pattern.match(text):
            found = match.groupdict()
            return form.format(a=found.get("a", ""), b=found["b"] or "", c=found.get("c") or "")
    return None


def answer(request: Sum) -> Answer:
    """Work the expression out: exactly in fractions, by SymPy where it has roots, π or functions."""
    working = request.working()
    try:
        if isinstance(request.expression, Relation):
            return _verdict(request.expression, working)
        value = evaluate(request.expression, working)
    except Irrational:
        from agentia.agents.quant.symbols import numbers

        return numbers.answer(request.expression, request.currency, request.working())
    return working.number(written(request.expression), value, request.currency, verb="=")


def _verdict(relation: Relation, working: Working) -> Answer:
    sides = [evaluate(side, working) for side in (relation.first, *(side for _, side in relation.rest))]
    signs = [sign for sign, _ in relation.rest]
    holds = all(COMPARISONS[sign](left, right) for sign, left, right in zip(signs, sides, sides[1:], strict=False))
    working.step(" and ".join(map(_compared, sides, sides[1:])))
    return verdict(relation, holds, working)


def _compared(left: Fraction, right: Fraction) -> str:
    sign = "<" if left < right else ">" if left > right else "="
    return f"{shown(left)} {sign} {shown(right)}"


def verdict(relation: Relation, holds: bool, working: Working) -> Answer:
    """The answer to whether a relation holds."""
    truth = "true" if holds else "false"
    return working.text(f"{'Yes' if holds else 'No'}: {written(relation)} is {truth}.", truth, truth)


COMPARISONS: Final[dict[str, Callable[[Fraction, Fraction], bool]]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
