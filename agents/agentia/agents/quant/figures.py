"""Exact numbers written for people and for programs."""

from decimal import ROUND_HALF_EVEN, Context, Decimal
from fractions import Fraction
from math import log10

from agentia.agents.quant.limits import MAX_EXACT, MAX_SHOWN

_DIGITS = 15
_SAFE = 2**53
"""JSON readers, and the wire's own number type, hold whole numbers exactly up to here."""
_MAX_PLACES = 60


def exact(value: Fraction) -> str:
    """The number without loss and without grouping: "7231.575", "1/3"."""
    if value.denominator == 1:
        return _whole(value.numerator, MAX_EXACT, "d")
    if (places := _places(value)) is not None:
        return _point(value.numerator * 10**places // value.denominator, places, "d")
    return f"{_whole(value.numerator, MAX_EXACT, 'd')}/{_whole(value.denominator, MAX_EXACT, 'd')}"


def shown(value: Fraction) -> str:
    """The number as a sentence shows it: grouped, a fraction when no decimal is exact, abbreviated when huge."""
    if value.denominator == 1:
        return _whole(value.numerator, MAX_SHOWN, ",")
    if (places := _places(value)) is not None:
        return _point(value.numerator * 10**places // value.denominator, places, ",")
    return f"{_whole(value.numerator, MAX_SHOWN, 'd')}/{_whole(value.denominator, MAX_SHOWN, 'd')}"


def decimal(value: Fraction) -> str:
    """The number to 15 significant digits, without grouping."""
    if value.denominator == 1 and digit_count(value.numerator) <= MAX_SHOWN:
        return str(value.numerator)
    rounded = _rounded(value)
    text = format(rounded.normalize(), "f" if -8 <= rounded.adjusted() < 2 * _DIGITS else "e")
    return text.replace("e+", "e")


def terminates(value: Fraction) -> bool:
    """Whether a decimal of reasonable length is exact."""
    return value.denominator == 1 or _places(value) is not None


def approximately(value: Fraction) -> str:
    """Adds " ≈ 0.333333333333333" when the shown number is no decimal, else nothing."""
    return "" if terminates(value) else f" ≈ {grouped(decimal(value))}"


def grouped(digits: str) -> str:
    """Plain digits with thousands separators; anything else stays as it is."""
    whole, point, places = digits.partition(".")
    sign, whole = ("-", whole[1:]) if whole.startswith("-") else ("", whole)
    return f"{sign}{int(whole):,}{point}{places}" if whole.isdigit() and "e" not in places else digits


def portable(value: Fraction) -> int | float | str:
    """A JSON number when that is exact on every reader, else the exact text."""
    if value.denominator == 1:
        return value.numerator if abs(value.numerator) <= _SAFE else exact(value)
    text = exact(value)
    return float(text) if "/" not in text and len(text.replace(".", "").strip("-0")) <= _DIGITS else text


def cents(value: Fraction) -> Fraction:
    """The amount rounded to hundredths, halves away from zero as shops round."""
    hundredths = abs(value) * 100 + Fraction(1, 2)
    rounded = Fraction(hundredths.numerator // hundredths.denominator, 100)
    return rounded if value >= 0 else -rounded


def digit_count(number: int) -> int:
    """How many decimal digits a whole number has, without writing it out."""
    number = abs(number)
    if number < 10:
        return 1
    count = int((number.bit_length() - 1) * log10(2)) + 1
    return count + 1 if number >= 10**count else count


def whole(number: int) -> str:
    """A whole number without grouping, abbreviated beyond what programs should be burdened with."""
    return _whole(number, MAX_EXACT, "d")


def _whole(number: int, most: int, form: str) -> str:
    count = digit_count(number)
    if count <= most:
        return format(number, form)
    sign, number = ("-", -number) if number < 0 else ("", number)
    return f"{sign}{number // 10 ** (count - 12)}…{number % 10**6:06} ({count:,} digits)"


def _places(value: Fraction) -> int | None:
    """Decimal places that the number needs, None when it never ends or ends too late to read."""
    rest = value.denominator
    if rest.bit_length() > 4 * _MAX_PLACES or value.numerator.bit_length() > 8 * _MAX_PLACES:
        return None
    twos = fives = 0
    while rest % 2 == 0:
        rest, twos = rest // 2, twos + 1
    while rest % 5 == 0:
        rest, fives = rest // 5, fives + 1
    places = max(twos, fives)
    return places if rest == 1 and places <= _MAX_PLACES else None


def _point(scaled: int, places: int, form: str) -> str:
    sign, scaled = ("-", -scaled) if scaled < 0 else ("", scaled)
    whole, part = divmod(scaled, 10**places)
    return f"{sign}{whole:{form}}.{part:0{places}}"


def _rounded(value: Fraction) -> Decimal:
    context = Context(prec=_DIGITS, rounding=ROUND_HALF_EVEN, Emax=999_999, Emin=-999_999)
    return context.divide(value.numerator, value.denominator)
