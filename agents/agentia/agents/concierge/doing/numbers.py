"""Numbers of answers: read from data or words, written for the next agent, shown to people."""

import re
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from itertools import islice
from typing import Any

Value = int | float | str
"""A number as JSON; a str is one that JSON cannot hold exactly, in digits or as a fraction."""

_WHOLE_UP_TO = 2**53  # a protobuf number is a double
_DIGITS = 15  # that a double holds whatever they are
_LONGEST = 100
_READ = 2_000  # characters of a text in which its conclusion is looked for
_EXACT = re.compile(r"-?\d+(?:\.\d+)?(?:e[-+]?\d{1,3})?|-?\d+/0*[1-9]\d*", re.IGNORECASE)
_NUMBER = r"([-−]?\d[\d,]{0,40}(?:\.\d{1,40})?)"
_UNIT = r"(?:\s?(%|°[CF]|[€$£¥]|[A-Z]{3}\b|[a-zµ]{1,3}(?:[/²³]\w{0,3})?\b(?<!\bin)))?"
_MEASURED = re.compile(_NUMBER + _UNIT)
_CONCLUSION = re.compile(rf"(?:[=≈:]|\b(?:is|are|was|were))\s*{_MEASURED.pattern}[^\d=]{{0,40}}$")


def number(value: Any) -> Value | None:
    """A JSON value that is a number, or a text that is exactly one; None for all else."""
    if isinstance(value, bool):
        return None
    if isinstance(value, float):
        return int(value) if value.is_integer() and abs(value) <= _WHOLE_UP_TO else value
    if isinstance(value, int):
        return value
    return value if isinstance(value, str) and len(value) <= _LONGEST and _EXACT.fullmatch(value) else None


def concluded(text: str) -> tuple[Value | None, str | None]:
    """The number that a text gives as its answer, and its unit: what it ends in, or the only number there is."""
    found = _CONCLUSION.search(text[-_READ:])
    if found is None:
        every = list(islice(_MEASURED.finditer(text), 2))
        found = every[0] if len(every) == 1 else None
    if found is None:
        return None, None
    digits = found[1].replace(",", "").replace("−", "-")
    return number(float(digits) if len(digits) <= _DIGITS else digits), found[2]


def written(value: Value) -> str:
    """For another agent to calculate with: all digits, no grouping, in parentheses what has a sign."""
    digits = format(Decimal(repr(value)), "f") if isinstance(value, float) else str(value)
    return f"({digits})" if digits.startswith("-") or "/" in digits else digits


def shown(value: Value) -> str:
    """For people: grouped, large ones to hundredths, small ones to six digits."""
    try:
        exact = Decimal(str(value))
    except InvalidOperation:
        above, _, below = str(value).partition("/")
        exact = Decimal(above) / Decimal(below)
    if not exact.is_finite() or exact == exact.to_integral_value():
        return f"{exact:,.0f}" if abs(exact) < Decimal(10) ** 21 else str(value)
    if abs(exact) >= 100:
        return f"{exact.quantize(Decimal('0.01'), ROUND_HALF_UP):,}"
    return f"{Decimal(f'{exact:.6g}').normalize():,f}"
