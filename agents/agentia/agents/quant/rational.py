"""Expressions of rational numbers worked out exactly, each operation a step; needs no library."""

from collections.abc import Callable
from fractions import Fraction
from math import inf
from typing import Final

from agentia.agents.quant import integers
from agentia.agents.quant.errors import QuantError, Unanswerable
from agentia.agents.quant.figures import shown
from agentia.agents.quant.language.expression import (
    Call,
    Chain,
    Expression,
    Factorial,
    Money,
    Name,
    Negation,
    Number,
    Percent,
    Power,
    Relation,
    children,
)
from agentia.agents.quant.language.notation import written
from agentia.agents.quant.limits import QUICK_BITS
from agentia.agents.quant.working import Working


class Irrational(Unanswerable):
    """The expression has a part that is no rational number: a root, π, a sine, an unknown."""


def weigh(expression: Expression) -> float:
    """An upper bound for the bits of the result, infinite when that cannot be told without working it out."""
    match expression:
        case Number(value, _):
            return value.numerator.bit_length() + value.denominator.bit_length()
        case Money(operand, _) | Negation(operand) | Percent(operand):
            return weigh(operand) + 7
        case Power(base, Number(value, _) | Negation(Number(value, _))) if value.denominator == 1:
            return weigh(base) * (abs(value.numerator) if value.numerator.bit_length() < 60 else inf)
        case Factorial(Number(value, _)) | Call("factorial", (Number(value, _),)):
            return min(abs(float(value)), QUICK_BITS) * 14
        case Call("binomial" | "permutations", (Number(value, _), _)):
            return min(abs(float(value)), QUICK_BITS) * 14
        case Chain(first, rest) | Relation(first, rest):
            return weigh(first) + sum(weigh(part) + 1 for _, part in rest)
        case Call(function, arguments) if function in integers.CALLS:
            return sum(weigh(argument) for argument in arguments)
    return inf


def is_quick(expression: Expression) -> bool:
    """Whether the value is small and rational, so that it can be had in a few milliseconds."""
    if weigh(expression) > QUICK_BITS:
        return False
    try:
        for side in children(expression) if isinstance(expression, Relation) else (expression,):
            evaluate(side, Working(""))
    except Irrational:
        return False
    except QuantError:
        return True  # the refusal itself is quick
    return True


def evaluate(expression: Expression, working: Working) -> Fraction:
    """The exact value, its operations added to the working. Raises Irrational, Unanswerable or TooLarge."""
    match expression:
        case Number(value, text):
            if " " in text:
                working.step(f"{text} = {shown(value)}")
            return value
        case Money(operand, _):
            return evaluate(operand, working)
        case Negation(operand):
            return -evaluate(operand, working)
        case Percent(operand):
            rate = evaluate(operand, working)
            working.step(f"{shown(rate)} % = {shown(rate / 100)}")
            return rate / 100
        case Factorial(operand):
            number = evaluate(operand, working)
            return _told(f"{shown(number)}!", integers.factorial(number), working)
        case Power(base, exponent):
            return _power(evaluate(base, working), evaluate(exponent, working), working)
        case Chain(first, rest):
            return _chain(evaluate(first, working), rest, working)
        case Call(function, arguments):
            return _call(function, [evaluate(argument, working) for argument in arguments], working)
        case Name() | Relation():
            raise Irrational(f"{written(expression)} is no rational number.")


def _chain(total: Fraction, rest: tuple[tuple[str, Expression], ...], working: Working) -> Fraction:
    shown_so_far = _signed(total, leading=True)
    for sign, part in rest:
        value = evaluate(part, working)
        if sign in "+-" and isinstance(part, Percent):
            working.note(f"Read {written(part)} after a plus or minus as {written(part)} of what stands before it.")
            working.step(
                f"{shown(value * 100)} % of {shown(total)} = {shown(value)} × {shown(total)} = {shown(value * total)}"
            )
            value *= total
        shown_so_far += f" {_SIGNS.get(sign, sign)} {_signed(value)}"
        total = _OPERATIONS[sign](total, value)
    terms = len(rest) + 1
    label = (
        shown_so_far if terms <= 12 else f"{'the sum' if rest[0][0] in '+-' else 'the product'} of the {terms} terms"
    )
    return _told(label, total, working)


def _power(base: Fraction, exponent: Fraction, working: Working) -> Fraction:
    label = f"{_signed(base)}^{_signed(exponent)}" if base.denominator == 1 else f"({shown(base)})^{_signed(exponent)}"
    if base == 0 and exponent == 0:
        working.note("0^0 is taken as 1, the usual convention.")
    result = integers.power(base, exponent)
    if result is None:
        raise Irrational(f"{label} is no rational number.")
    return _told(label, result, working)


def _call(function: str, values: list[Fraction], working: Working) -> Fraction:
    label = f"{function}({', '.join(map(shown, values))})"
    result = integers.call(function, values)
    if result is None:
        raise Irrational(f"{label} is no rational number.")
    if function == "round" and (values[0] * 2).denominator == 1 and values[0].denominator == 2:
        working.note("A half is rounded away from zero.")
    return _told(label, result, working)


def _told(label: str, value: Fraction, working: Working) -> Fraction:
    if label != shown(value):
        working.step(f"{label} = {shown(value)}")
    return value


def _signed(value: Fraction, *, leading: bool = False) -> str:
    text = shown(value)
    return f"({text})" if (value < 0 and not leading) or "/" in text else text


def _divide(left: Fraction, right: Fraction) -> Fraction:
    if right == 0:
        raise Unanswerable(f"Cannot divide {shown(left)} by 0: division by zero has no result.")
    return left / right


def _remainder(left: Fraction, right: Fraction) -> Fraction:
    if right == 0:
        raise Unanswerable(f"There is no remainder of {shown(left)} divided by 0: division by zero has no result.")
    return left % right


def _multiply(left: Fraction, right: Fraction) -> Fraction:
    integers.check_product(left, right)
    return left * right


_SIGNS: Final = {"*": "×", "/": "÷", "of": "×"}
_OPERATIONS: Final[dict[str, Callable[[Fraction, Fraction], Fraction]]] = {
    "+": Fraction.__add__,
    "-": Fraction.__sub__,
    "*": _multiply,
    "of": _multiply,
    "/": _divide,
    "mod": _remainder,
}
