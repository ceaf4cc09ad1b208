"""Whole-number and rational operations that stay exact, bounded before they are carried out."""

import math
from collections.abc import Callable
from fractions import Fraction
from math import log10
from typing import Final

from agentia.agents.quant.errors import TooLarge, Unanswerable
from agentia.agents.quant.figures import shown
from agentia.agents.quant.limits import MAX_BITS

_MAX_DIGITS = int(MAX_BITS * log10(2))


def power(base: Fraction, exponent: Fraction) -> Fraction | None:
    """base^exponent when that is rational, else None."""
    if base == 0 and exponent < 0:
        raise Unanswerable(f"0^({shown(exponent)}) would divide by zero, which has no result.")
    if base in (0, 1) or exponent == 0:
        return base if exponent else Fraction(1)
    if base == -1 and exponent.denominator == 1:
        return Fraction(-1 if exponent.numerator % 2 else 1)
    rooted = root(base, exponent.denominator) if exponent.denominator.bit_length() < 16 else None
    if rooted is None:
        return None
    check_power(rooted, exponent.numerator)
    return rooted**exponent.numerator


def root(value: Fraction, degree: int) -> Fraction | None:
    """The real root when it is rational, else None."""
    if degree == 1:
        return value
    if value < 0:
        return None if degree % 2 == 0 else _negated(root(-value, degree))
    over, under = _whole_root(value.numerator, degree), _whole_root(value.denominator, degree)
    exact = over**degree == value.numerator and under**degree == value.denominator
    return Fraction(over, under) if exact else None


def factorial(value: Fraction) -> Fraction:
    """n! of a whole number from 0 up."""
    number = whole(value, "A factorial")
    if number < 0:
        raise Unanswerable(f"A factorial needs a whole number from 0 up; {shown(value)} is negative.")
    _check_digits(f"{number:,}!" if number < 10**30 else "That factorial", _log_factorial(number))
    return Fraction(math.factorial(number))


def check_product(left: Fraction, right: Fraction) -> None:
    """Raise TooLarge when a product would outgrow the bounds."""
    bits = max(
        left.numerator.bit_length() + right.numerator.bit_length(),
        left.denominator.bit_length() + right.denominator.bit_length(),
    )
    if bits > MAX_BITS:
        raise _too_large("A product on the way", bits * log10(2))


def binomial(of: Fraction, chosen: Fraction) -> Fraction:
    """How many ways to choose so many of so many, order aside."""
    n, k = whole(of, "A choice"), whole(chosen, "A choice")
    if n < 0 or k < 0:
        raise Unanswerable("A choice needs whole numbers from 0 up.")
    _check_digits(
        f"C({shown(of)}, {shown(chosen)})",
        _log_factorial(n) - _log_factorial(k) - _log_factorial(n - k) if k <= n else 0,
    )
    return Fraction(math.comb(n, k))


def permutations(of: Fraction, taken: Fraction) -> Fraction:
    """How many ordered rows of so many out of so many."""
    n, k = whole(of, "An arrangement"), whole(taken, "An arrangement")
    if n < 0 or k < 0:
        raise Unanswerable("An arrangement needs whole numbers from 0 up.")
    _check_digits(f"P({shown(of)}, {shown(taken)})", _log_factorial(n) - _log_factorial(n - k) if k <= n else 0)
    return Fraction(math.perm(n, k))


def whole(value: Fraction, what: str) -> int:
    """The number as an int, or a sentence that `what` needs a whole one."""
    if value.denominator != 1:
        raise Unanswerable(f"{what} needs whole numbers; {shown(value)} is none.")
    return value.numerator


def rounded(value: Fraction, places: Fraction = Fraction(0)) -> Fraction:
    """Rounded to decimal places, halves away from zero."""
    count = whole(places, "Rounding")
    if abs(count) > 1000:
        raise TooLarge("I round to at most 1,000 places.")
    scale = Fraction(10) ** count
    result = Fraction(math.floor(abs(value) * scale + Fraction(1, 2))) / scale
    return result if value >= 0 else -result


def call(function: str, values: list[Fraction]) -> Fraction | None:
    """The function's value when that is rational, else None."""
    found = CALLS.get(function)
    return found(*values) if found else None


def _over(name: str, combine: Callable[..., int]) -> Callable[..., Fraction]:
    return lambda *values: Fraction(combine(*(whole(value, name) for value in values)))


def lcm(*numbers: int) -> int:
    """The least common multiple, refused when it could outgrow the bounds."""
    if sum(number.bit_length() for number in numbers) > MAX_BITS:
        raise _too_large("The least common multiple", MAX_BITS)
    return math.lcm(*numbers)


def check_power(base: Fraction, exponent: int) -> None:
    """Raise TooLarge when a power would outgrow the bounds."""
    size = max(abs(base.numerator), base.denominator)
    if size == 1:
        return
    if exponent.bit_length() > 64:
        raise TooLarge(
            f"{shown(base)} to a power of {shown(Fraction(exponent))} has more digits than could ever be written down."
        )
    if size.bit_length() * abs(exponent) > MAX_BITS:
        raise _too_large(f"{shown(base)}^{exponent:,}", math.log10(size) * abs(exponent))


def _log_factorial(number: int) -> float:
    """Decimal digits of n!, roughly."""
    return math.lgamma(min(number, 10**300) + 1) / math.log(10)


def _check_digits(what: str, digits: float) -> None:
    if digits > _MAX_DIGITS:
        raise _too_large(what, digits)


def _too_large(what: str, digits: float) -> TooLarge:
    return TooLarge(f"{what} has about {int(digits) + 1:,} digits; I work out exact results of up to {_MAX_DIGITS:,}.")


def _negated(value: Fraction | None) -> Fraction | None:
    return None if value is None else -value


def _whole_root(number: int, degree: int) -> int:
    """The largest integer whose power does not exceed the number (Newton's method, from above)."""
    if degree == 2 or number < 2:
        return math.isqrt(number) if number > 1 else number
    if degree >= number.bit_length():
        return 1
    guess = 1 << -(-number.bit_length() // degree)
    while True:
        better = ((degree - 1) * guess + number // guess ** (degree - 1)) // degree
        if better >= guess:
            return guess
        guess = better


CALLS: Final[dict[str, Callable[..., Fraction | None]]] = {
    "sqrt": lambda value: root(value, 2),
    "cbrt": lambda value: root(value, 3),
    "root": lambda value, degree: (
        root(value, degree.numerator) if degree.denominator == 1 and 0 < degree < 10_000 else None
    ),
    "abs": abs,
    "sign": lambda value: Fraction((value > 0) - (value < 0)),
    "floor": lambda value: Fraction(math.floor(value)),
    "ceil": lambda value: Fraction(math.ceil(value)),
    "round": rounded,
    "gcd": _over("A greatest common divisor", math.gcd),
    "lcm": _over("A least common multiple", lcm),
    "min": lambda *values: min(values),
    "max": lambda *values: max(values),
    "factorial": factorial,
    "binomial": binomial,
    "permutations": permutations,
    "hypot": lambda a, b: root(a * a + b * b, 2),
}
