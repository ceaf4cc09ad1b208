"""Numbers and values as people read them: separators of thousands, a sensible number of digits, units."""

from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

_PREFIXES = frozenset("$€£¥₹")


def number(value: Any, unit: str | None = None) -> str:
    """12345.678 is 12,345.68; with "$" $12,345.68, with "%" 12,345.68 %, with "kg" 12,345.68 kg."""
    if value is None:
        return "nothing"
    text = _plain(abs(value))
    sign = "−" if value < 0 else ""
    if unit is None:
        return sign + text
    if unit in _PREFIXES or unit.endswith("$"):
        return f"{sign}{unit}{text}"
    return f"{sign}{text} {unit}"


def _plain(value: Any) -> str:
    if isinstance(value, int) or value == int(value):
        return f"{int(value):,}"
    exact = value if isinstance(value, Decimal) else Decimal(repr(value))
    if value >= 1 or exact == round(exact, 2):
        return f"{exact.quantize(Decimal('0.01'), ROUND_HALF_UP):,}" if exact < 10**20 else f"{exact:,.2f}"
    return f"{float(value):.3g}"


def percent(value: Any, *, signed: bool = False) -> str:
    """16.4925 is 16.5 %; `signed` puts a plus before gains."""
    if value is None:
        return "no percentage"
    digits = 1 if abs(value) < 1000 else 0
    text = f"{abs(value):,.{digits}f} %"
    if float(text[:-2].replace(",", "")) == 0:
        return text
    return ("−" if value < 0 else "+" if signed else "") + text


def signed(value: Any, unit: str | None = None) -> str:
    """A difference with its sign."""
    text = number(value, unit)
    return f"+{text}" if value is not None and value > 0 else text


def shown(value: Any, unit: str | None = None) -> str:
    """Any value of a result: numbers as above, dates in ISO form, nothing as a dash."""
    if value is None:
        return "–"
    if isinstance(value, (int, float, Decimal)) and not isinstance(value, bool):
        return number(value, unit)
    if isinstance(value, datetime):
        return value.isoformat(" ", "minutes")
    return value.isoformat() if isinstance(value, date) else str(value)


def plain(value: Any) -> Any:
    """A value as JSON holds it: whole numbers as integers, all others as floats, dates in ISO form."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    return value if value is None or isinstance(value, (str, int, float)) else str(value)


def listed(items: list[str], last: str = "and") -> str:
    """a, b and c."""
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} {last} {items[-1]}" if items else ""
