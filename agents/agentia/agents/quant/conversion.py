"""A quantity told in the units asked for, with the factors shown. Imported in workers only."""

from fractions import Fraction
from itertools import pairwise
from typing import Any, Final

from agentia.agents.quant import measures
from agentia.agents.quant.errors import Unanswerable
from agentia.agents.quant.figures import decimal, grouped, shown, terminates
from agentia.agents.quant.kinds.arithmetic import COMPARISONS, verdict
from agentia.agents.quant.language.expression import Chain, Expression, Name, Number, Percent, Relation, walk
from agentia.agents.quant.language.units import TEMPERATURES
from agentia.agents.quant.working import Answer, Working

_PRECISE: Final = 10**25
"""A denominator beyond this came from an irrational constant such as π, not from the definition of a unit."""
_SPANS: Final = frozenset({"year", "month", "decade", "century", "millennium"})
_NOTES: Final = {
    "gallon": "A gallon is the US gallon of 3.785411784 litres; say imperial gallon for the British one.",
    "pint": "A pint is the US liquid pint; say imperial pint for the British one.",
    "quart": "A quart is the US liquid quart; say imperial quart for the British one.",
    "fluid_ounce": "A fluid ounce is the US one; say imperial fluid ounce for the British one.",
    "cup": "A cup is the US cup of 236.5882365 millilitres.",
    "ton": "A ton is the US short ton of 2,000 pounds; say tonne for 1,000 kg.",
    "year": "A year is 365.25 days.",
    "month": "A month is a twelfth of a year of 365.25 days.",
    "calorie": "A calorie is the small one; say kcal for the calories of food.",
    "horsepower": "Horsepower is the mechanical one of about 745.7 watts, not the metric one.",
}
_C, _F, _K = "degree_Celsius", "degree_Fahrenheit", "kelvin"
_TO_KELVIN: Final = {_C: (Fraction(1), Fraction("273.15")), _F: (Fraction(5, 9), Fraction("459.67") * Fraction(5, 9))}
_FORMULAS: Final = {
    (_C, _F): "{} × 9/5 + 32",
    (_F, _C): "({} - 32) × 5/9",
    (_C, _K): "{} + 273.15",
    (_K, _C): "{} - 273.15",
    (_F, _K): "({} + 459.67) × 5/9",
    (_K, _F): "{} × 9/5 - 459.67",
}


def answer(
    source: str, quantity: Expression, targets: tuple[Expression, ...], labels: tuple[str, ...], working: Working
) -> Answer:
    """The quantity in the wanted units, or in its own when none is wanted."""
    words = {part.name for tree in (quantity, *targets) for part in walk(tree) if isinstance(part, Name)}
    temperature = all(word.lower() in TEMPERATURES or word in TEMPERATURES for word in words)
    names = {word: measures.resolve(word, temperature=temperature) for word in sorted(words)}
    if not set(names.values()) <= _SPANS:
        for name in sorted(set(names.values())):
            if note := _NOTES.get(name):
                working.note(note)
    if isinstance(quantity, Relation):
        return _compared(quantity, names, working)
    value = measures.evaluate(quantity, names)
    units = [measures.evaluate(target, names) for target in targets]
    if not units:
        _sum_steps(source, quantity, value, names, working)
        return _told(source, value.magnitude, measures.unit_text(value) or None, working)
    if len(units) > 1:
        return _in_parts(source, value, units, labels, working)
    result = measures.convert(value, units[0])
    if temperature and words:
        _temperature_steps(value, units[0], result, working)
    else:
        if sum(isinstance(part, Number) for part in walk(quantity)) > 1:
            working.step(f"{source} = {shown(value.magnitude)} {measures.unit_text(value)}")
        _factor_steps(value, units[0], labels[0], result, working)
    return _told(source, result, labels[0], working)


def _compared(relation: Relation, names: dict[str, str], working: Working) -> Answer:
    """Whether a relation between quantities holds, all of them told in the unit of the first."""
    sides = [measures.evaluate(side, names) for side in (relation.first, *(side for _, side in relation.rest))]
    unit = measures.of(Fraction(1), sides[0])
    amounts = [measures.convert(side, unit) for side in sides]
    working.step(" and ".join(f"{shown(amount)} {measures.unit_text(unit)}" for amount in amounts))
    signs = [sign for sign, _ in relation.rest]
    holds = all(COMPARISONS[sign](*pair) for sign, pair in zip(signs, pairwise(amounts), strict=True))
    return verdict(relation, holds, working)


def _told(source: str, value: Fraction, unit: str | None, working: Working) -> Answer:
    if value.denominator < _PRECISE:
        return working.number(source, value, unit, verb="=")
    digits = decimal(value)
    working.note("There is π or another irrational constant in this; the result is rounded to 15 digits.")
    return working.text(f"{source} ≈ {grouped(digits)} {unit or ''}".rstrip() + ".", digits, digits, digits, unit)


def _sum_steps(source: str, quantity: Expression, value: Any, names: dict[str, str], working: Working) -> None:
    """Each term of a sum in the units of the result."""
    if isinstance(quantity, Chain) and quantity.rest[0][0] in "+-":
        for part in (quantity.first, *(part for _, part in quantity.rest)):
            if not isinstance(part, Percent):
                term = measures.evaluate(part, names)
                amount = measures.of(measures.convert(term, measures.of(Fraction(1), value)), value)
                told = [f"{shown(same.magnitude)} {measures.unit_text(same)}" for same in (term, amount)]
                if told[0] != told[1]:
                    working.step(" = ".join(told))
    working.step(f"{source} = {shown(value.magnitude)} {measures.unit_text(value)}".rstrip())


def _factor_steps(value: Any, unit: Any, label: str, result: Fraction, working: Working) -> None:
    own = measures.unit_text(measures.of(Fraction(1), value))
    factor = measures.convert(measures.of(Fraction(1), value), unit)
    if factor.denominator > _PRECISE:
        working.step(f"1 {own} ≈ {decimal(factor)} {label}")
    elif not terminates(factor) and factor.numerator == 1:
        working.step(f"1 {label} = {shown(1 / factor)} {own}")
        working.step(f"{shown(value.magnitude)} ÷ {shown(1 / factor)} = {shown(result)}")
    else:
        working.step(f"1 {own} = {shown(factor)} {label}")
        working.step(f"{shown(value.magnitude)} × {shown(factor)} = {shown(result)}")


def _temperature_steps(value: Any, unit: Any, result: Fraction, working: Working) -> None:
    here, there = (next(iter(dict(quantity.unit_items()))) for quantity in (value, unit))
    kelvin = amount = value.magnitude
    if here in _TO_KELVIN:
        factor, offset = _TO_KELVIN[here]
        kelvin = amount * factor + offset
    if kelvin < 0:
        raise Unanswerable(
            f"{shown(amount)} {measures.unit_text(value)} is below absolute zero; nothing can be that cold."
        )
    if form := _FORMULAS.get((here, there)):
        working.step(f"{form.format(shown(amount))} = {shown(result)}")


def _in_parts(source: str, value: Any, units: list[Any], labels: tuple[str, ...], working: Working) -> Answer:
    """The quantity in several units, whole numbers of all but the last: 5 feet and 7 inches."""
    rest = measures.convert(value, units[-1])
    sign, rest = ("-", -rest) if rest < 0 else ("", rest)
    total, parts = rest, []
    for unit, label in zip(units[:-1], labels[:-1], strict=True):
        size = measures.convert(unit, units[-1])
        count, rest = divmod(rest, size)
        working.step(
            f"1 {measures.unit_text(measures.of(Fraction(1), unit))} = {shown(size)} {labels[-1]}; {count} ×"
            f" {shown(size)} = {shown(count * size)}, rest {shown(rest)}"
        )
        parts.append(f"{count:,} {label.removesuffix('s') if count == 1 else label}")
    last = shown(rest) if terminates(rest) else f"{shown(rest)} (≈ {grouped(decimal(rest))})"
    told = f"{sign}{', '.join(parts)} and {last} {labels[-1]}"
    return working.text(f"{source} = {told}.", told, told, f"{sign}{decimal(total)}", labels[-1])
