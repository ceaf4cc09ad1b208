"""Ways to write a number: digits in any base, repeating decimals, Roman numerals, powers of ten."""

from fractions import Fraction
from typing import Final

from agentia.agents.quant import integers
from agentia.agents.quant.errors import TooLarge, Unanswerable
from agentia.agents.quant.figures import decimal, digit_count, exact, shown, terminates
from agentia.agents.quant.working import Answer, Working

MAX_DIGITS: Final = 1_000
DIGITS: Final = "0123456789abcdefghijklmnopqrstuvwxyz"
_ROMAN: Final = (
    (1000, "M"),
    (900, "CM"),
    (500, "D"),
    (400, "CD"),
    (100, "C"),
    (90, "XC"),
    (50, "L"),
    (40, "XL"),
    (10, "X"),
    (9, "IX"),
    (5, "V"),
    (4, "IV"),
    (1, "I"),
)


def in_base(written: str, value: Fraction, from_base: int, base: int, working: Working) -> Answer:
    """A whole number in another base."""
    if not 2 <= base <= 36:
        raise Unanswerable("A base lies between 2 and 36: further digits have no signs.")
    number = integers.whole(value, "Another base")
    if digit_count(number) > MAX_DIGITS:
        raise TooLarge(f"I write numbers of up to {MAX_DIGITS:,} digits in another base.")
    if from_base != 10:
        terms = [
            f"{DIGITS.index(digit)}×{from_base}^{place}"
            for place, digit in enumerate(reversed(written.lower()))
            if digit in DIGITS
        ]
        if len(terms) <= 16:
            working.step(f"{' + '.join(reversed(terms))} = {number:,}")
    digits, rest = "", abs(number)
    while rest:
        rest, digit = divmod(rest, base)
        digits = DIGITS[digit] + digits
        if base != 10 and len(digits) <= 16:
            working.step(f"{rest * base + digit:,} ÷ {base} = {rest:,}, rest {digit}")
    told = ("-" if number < 0 else "") + {2: "0b", 8: "0o", 16: "0x"}.get(base, "") + (digits or "0")
    before = f" (base {from_base})" if from_base != 10 else ""
    after = f" (base {base})" if base not in (2, 8, 10, 16) else ""
    result = number if base == 10 and abs(number) < 2**53 else told
    return working.text(
        f"{written}{before} = {told}{after}.",
        result,
        told,
        str(number),
    )


def as_decimal(written: str, value: Fraction, working: Working) -> Answer:
    """A decimal, with its period in parentheses when it has one."""
    if terminates(value):
        return working.number(written, value, verb="=")
    repeat = _period(value)
    if repeat is None:
        return working.number(written, value, verb="=")
    told = repeat
    working.step("The digits in parentheses repeat for ever")
    return working.text(f"{written} = {told} ≈ {decimal(value)}.", told, exact(value), decimal(value))


def _period(value: Fraction) -> str | None:
    """A repeating decimal with its period in parentheses, when that is at most 60 digits long."""
    whole, rest = divmod(abs(value.numerator), value.denominator)
    seen: dict[int, int] = {}
    digits = ""
    while rest not in seen:
        if len(digits) > 60:
            return None
        seen[rest] = len(digits)
        digit, rest = divmod(rest * 10, value.denominator)
        digits += str(digit)
    start = seen[rest]
    return f"{'-' if value < 0 else ''}{whole}.{digits[:start]}({digits[start:]})"


def as_roman(value: Fraction, working: Working) -> Answer:
    """A Roman numeral."""
    number = integers.whole(value, "A Roman numeral")
    if not 1 <= number <= 3999:
        raise Unanswerable("Roman numerals run from 1 (I) to 3999 (MMMCMXCIX).")
    told, rest = "", number
    for size, letters in _ROMAN:
        count, rest = divmod(rest, size)
        told += letters * count
        if count:
            working.step(f"{letters * count} = {size * count}")
    return working.text(f"{number} = {told}.", told, told, str(number))


def from_roman(text: str) -> int:
    """The number of a well-formed Roman numeral."""
    total = at = 0
    for size, letters in _ROMAN:
        while text.startswith(letters, at):
            total, at = total + size, at + len(letters)
    return total


def scientific(written: str, value: Fraction, working: Working) -> Answer:
    """A number between 1 and 10 times a power of ten."""
    if value == 0:
        return working.number(written, value, verb="=")
    power = (
        digit_count(abs(value.numerator) // value.denominator) - 1
        if abs(value) >= 1
        else -len(str(value.denominator // abs(value.numerator)))
    )
    while abs(value) < Fraction(10) ** power:
        power -= 1
    while abs(value) >= Fraction(10) ** (power + 1):
        power += 1
    mantissa = value / Fraction(10) ** power
    told = f"{shown(mantissa) if terminates(mantissa) else decimal(mantissa)} × 10^{power}"
    working.step(f"The point moves {abs(power)} places {'left' if power >= 0 else 'right'}")
    return working.text(f"{written} = {told}.", told, told, decimal(value))
