"""The one home of Pint: units by name, exact conversions, and quantities worked out. Imported in workers only."""

from collections.abc import Callable
from fractions import Fraction
from functools import cache
from typing import Any, Final

import pint
from pint.errors import DimensionalityError, OffsetUnitCalculusError, UndefinedUnitError

from agentia.agents.quant import integers
from agentia.agents.quant.dimensions import described
from agentia.agents.quant.errors import NotUnderstood, Unanswerable
from agentia.agents.quant.figures import shown
from agentia.agents.quant.language.expression import Chain, Expression, Name, Negation, Number, Percent, Power
from agentia.agents.quant.language.notation import written
from agentia.agents.quant.language.units import MEANINGS, TEMPERATURES

Quantity = Any  # a Pint quantity whose magnitude is a Fraction
_OFFSET: Final = frozenset({"degree_Celsius", "degree_Fahrenheit"})
_MAX_POWER: Final = 50
_SPELLED: Final = frozenset({"year", "month", "week", "day", "fortnight", "decade", "century", "dozen"})


def evaluate(expression: Expression, names: dict[str, str]) -> Quantity:
    """The quantity of an expression; `names` are Pint's for the unit words in it. Raises Unanswerable."""
    try:
        return _evaluate(expression, names)
    except OffsetUnitCalculusError as exc:
        raise Unanswerable(
            "Temperatures in °C or °F cannot be added or multiplied, as their zero is arbitrary; give them in kelvin."
        ) from exc
    except DimensionalityError as exc:
        raise _incompatible("add", exc) from exc


def convert(quantity: Quantity, target: Quantity) -> Fraction:
    """How many of the target there are in the quantity. Raises Unanswerable when they measure different things."""
    if target.magnitude == 0:
        raise Unanswerable("Nothing can be measured in 0 of a unit.")
    try:
        found: Fraction = quantity.to(target.units).magnitude / target.magnitude
    except DimensionalityError as exc:
        raise _incompatible("convert", exc) from exc
    return found


def resolve(word: str, *, temperature: bool = False) -> str:
    """Pint's name for a unit word. Raises NotUnderstood for one it does not know."""
    word = word.rstrip("23") if _known(word) is None else word
    plain = word.lower().removesuffix("s")
    if temperature and word.lower() in TEMPERATURES:
        return TEMPERATURES[word.lower()]
    for name in (TEMPERATURES.get(word), MEANINGS.get(word), MEANINGS.get(plain), word, word.lower(), plain):
        if name and (found := _known(name)):
            return found
    raise NotUnderstood(f'I do not know "{word[:40]}" as a unit.')


def unit_text(quantity: Quantity) -> str:
    """The units of a quantity in their symbols: "km/h", "kg·m/s^2"."""
    many = abs(quantity.magnitude) != 1
    over = [_symbol(name, power, many) for name, power in quantity.unit_items() if power > 0]
    under = [_symbol(name, -power, False) for name, power in quantity.unit_items() if power < 0]
    below = f"({'·'.join(under)})" if len(under) > 1 else "".join(under)
    return f"{'·'.join(over) or '1'}/{below}" if under else "·".join(over)


def of(magnitude: Fraction, quantity: Quantity) -> Quantity:
    """Another amount in the units of a quantity."""
    return _registry().Quantity(magnitude, quantity.units)


@cache
def _registry() -> Any:
    return pint.UnitRegistry(non_int_type=Fraction)


@cache
def _known(name: str) -> str | None:
    try:
        return str(_registry().get_name(name)) or None
    except UndefinedUnitError:
        return None


def _evaluate(expression: Expression, names: dict[str, str]) -> Quantity:
    quantity = _registry().Quantity
    match expression:
        case Number(value, _):
            return quantity(value, "")
        case Name(word):
            return quantity(Fraction(1), _registry().UnitsContainer({names[word]: _exponent(word, names[word])}))
        case Negation(operand):
            value = _evaluate(operand, names)
            return quantity(-value.magnitude, value.units)
        case Percent(operand):
            return _evaluate(operand, names) / Fraction(100)
        case Power(base, exponent):
            return _power(_evaluate(base, names), _evaluate(exponent, names))
        case Chain(first, rest):
            total = _evaluate(first, names)
            for sign, part in rest:
                value = _evaluate(part, names)
                total = _OPERATIONS[sign](total, total * value if sign in "+-" and isinstance(part, Percent) else value)
            return total
    raise NotUnderstood(f"I cannot work with units in {written(expression)}.")


def _exponent(word: str, name: str) -> Fraction:
    """The power in a unit such as m2 or cm3, unless Pint knows that whole word."""
    return Fraction(word[-1]) if word[-1] in "23" and _known(word) != name else Fraction(1)


def _power(base: Quantity, exponent: Quantity) -> Quantity:
    whole = exponent.unitless and exponent.magnitude.denominator == 1
    if not whole or (abs(exponent.magnitude) > _MAX_POWER and not base.unitless):
        raise Unanswerable(f"Units can be raised to whole powers of up to {_MAX_POWER}.")
    integers.check_power(base.magnitude, int(exponent.magnitude))
    return base ** int(exponent.magnitude)


def _multiply(left: Quantity, right: Quantity) -> Quantity:
    integers.check_product(left.magnitude, right.magnitude)
    if left.unitless and _is_offset(right):
        return _registry().Quantity(left.magnitude * right.magnitude, right.units)
    return left * right


def _divide(left: Quantity, right: Quantity) -> Quantity:
    if right.magnitude == 0:
        raise Unanswerable("The question divides by 0, which has no result.")
    return left / right


def _remainder(left: Quantity, right: Quantity) -> Quantity:
    if right.magnitude == 0:
        raise Unanswerable("There is no remainder of a division by 0.")
    return left % right


def _is_offset(quantity: Quantity) -> bool:
    return any(name in _OFFSET for name, _ in quantity.unit_items())


def _symbol(name: str, power: Fraction, many: bool) -> str:
    plural = "centuries" if name == "century" else f"{name}s"
    symbol = (plural if many else name) if name in _SPELLED else str(_registry().get_symbol(name))
    return symbol if power == 1 else f"{symbol}^{shown(Fraction(power))}"


def _incompatible(doing: str, cause: DimensionalityError) -> Unanswerable:
    found = [_registry().Quantity(Fraction(1), units) for units in (cause.units1, cause.units2)]
    left, right = (unit_text(quantity) or "a plain number" for quantity in found)
    if found[0].unitless and doing == "convert":
        return Unanswerable(f"Cannot convert a plain number to {right}: say in which unit it is.")
    what = " and ".join(described(quantity.dimensionality) for quantity in found)
    return Unanswerable(f"Cannot {doing} {left} {'to' if doing == 'convert' else 'and'} {right}: {what}.")


_OPERATIONS: Final[dict[str, Callable[[Quantity, Quantity], Quantity]]] = {
    "+": lambda left, right: left + right,
    "-": lambda left, right: left - right,
    "*": _multiply,
    "of": _multiply,
    "/": _divide,
    "mod": _remainder,
}
