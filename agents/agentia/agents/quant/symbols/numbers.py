"""Numbers that are no fractions: roots, π, e, logarithms, sines, and what they make together."""

from collections.abc import Callable
from typing import Any, Final

import sympy

from agentia.agents.quant.errors import Unanswerable
from agentia.agents.quant.figures import grouped
from agentia.agents.quant.kinds.arithmetic import verdict
from agentia.agents.quant.language.expression import Call, Expression, Power, Relation, walk
from agentia.agents.quant.language.notation import money, written
from agentia.agents.quant.symbols.build import Builder, fraction
from agentia.agents.quant.symbols.text import clipped, decimal, full
from agentia.agents.quant.working import Answer, Working

_MAX_STEPS: Final = 12


def answer(expression: Expression, currency: str | None, working: Working) -> Answer:
    """The value in exact form with its decimal, the functions in it worked out one by one."""
    builder = Builder(natural_log=False)
    if isinstance(expression, Relation):
        return _compare(expression, builder, working)
    value = simplest(builder.build(expression))
    check_value(value, written(expression))
    parts = [part for part in walk(expression) if isinstance(part, Call | Power)]
    for part in reversed(parts[:_MAX_STEPS]):
        label, result = written(part), clipped(simplest(builder.build(part)))
        if part != expression and label != result:
            working.step(f"{label} = {result}")
    for note in builder.notes:
        working.note(note)
    return told(written(expression), value, currency, working)


def told(label: str, value: Any, unit: str | None, working: Working, *, verb: str = "=") -> Answer:
    """The answer "label = value ≈ decimal" for any number SymPy can hold."""
    if value.is_Rational:
        if verb == "=":
            working.step(f"{label} = {clipped(value)}")
        return working.number(label, fraction(value), unit, verb=verb)
    exact, digits = full(value), decimal(value)
    rounded = f" ≈ {money(grouped(digits), unit) if unit else grouped(digits)}" if digits and digits != exact else ""
    whole = f"{label} {verb} {clipped(value)}{rounded}" if label != clipped(value) else f"{label}{rounded}"
    if verb == "=":
        working.step(whole)
    return working.text(f"{whole}.", exact, exact, digits, unit)


def check_value(value: Any, label: str) -> None:
    """Raise Unanswerable when the value is undefined or infinite."""
    if value.has(sympy.nan, sympy.zoo):
        raise Unanswerable(f"{label} has no value: it divides by zero or is undefined at some point.")


def simplest(value: Any) -> Any:
    """The shortest of a few exact forms."""
    forms = [sympy.expand(value), value, sympy.sqrtdenest(value), sympy.radsimp(value), sympy.simplify(value)]
    return min(
        forms,
        key=lambda form: (form.has(sympy.I) and not value.has(sympy.I), sympy.count_ops(form) - (form == forms[0])),
    )


def _compare(relation: Relation, builder: Builder, working: Working) -> Answer:
    sides = [builder.build(side) for side in (relation.first, *(side for _, side in relation.rest))]
    holds = True
    for (sign, _), left, right in zip(relation.rest, sides, sides[1:], strict=False):
        difference = sympy.simplify(left - right)
        if not difference.is_real:
            raise Unanswerable("Only real numbers can be compared.")
        working.step(f"{clipped(left)} ≈ {decimal(left)} and {clipped(right)} ≈ {decimal(right)}")
        holds = holds and _SIGNS[sign](difference)
    return verdict(relation, holds, working)


_SIGNS: Final[dict[str, Callable[[Any], bool]]] = {
    "=": lambda difference: bool(difference == 0),
    "!=": lambda difference: bool(difference != 0),
    "<": lambda difference: bool(difference < 0),
    "<=": lambda difference: bool(difference <= 0),
    ">": lambda difference: bool(difference > 0),
    ">=": lambda difference: bool(difference >= 0),
}
