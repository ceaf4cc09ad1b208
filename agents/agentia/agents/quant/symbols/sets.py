"""Sets of solutions in words: "x = 2 or x = 3", "1 ≤ x < 4", "x = 2πn + π/6 for any whole number n"."""

from typing import Any

import sympy
from sympy.sets.fancysets import ImageSet

from agentia.agents.quant.symbols.text import text


def described(found: Any, name: str) -> str | None:
    """The members of a set of real or complex numbers; None when SymPy could not find them all."""
    if found == sympy.S.EmptySet:
        return "no solution"
    if found in (sympy.S.Reals, sympy.Interval(-sympy.oo, sympy.oo)):
        return f"every real number {name}"
    if found == sympy.S.Complexes:
        return f"every number {name}"
    if isinstance(found, sympy.FiniteSet):
        return " or ".join(f"{name} = {text(value)}" for value in ordered(found))
    if isinstance(found, sympy.Interval):
        return _interval(found, name)
    if isinstance(found, ImageSet):
        return _image(found, name)
    if isinstance(found, sympy.Union):
        parts = [described(part, name) for part in sorted(found.args, key=_start)]
        return None if None in parts else " or ".join(part for part in parts if part)
    if (
        isinstance(found, sympy.Complement)
        and found.args[0] == sympy.S.Reals
        and isinstance(found.args[1], sympy.FiniteSet)
    ):
        return f"every real number {name} but {' and '.join(text(value) for value in ordered(found.args[1]))}"
    return None


def ordered(values: Any) -> list[Any]:
    """Real numbers by size, then the others."""
    return sorted(values, key=_size)


def _size(value: Any) -> tuple[bool, float, float, str]:
    number = sympy.N(value)
    if not number.is_number:
        return (True, 0.0, 0.0, str(value))
    real, imaginary = number.as_real_imag()
    return (abs(imaginary) > 1e-12, float(real), float(imaginary), "")


def _start(part: Any) -> tuple[bool, float]:
    if not isinstance(part, sympy.Interval | sympy.FiniteSet):
        return (True, 0.0)
    low = sympy.N(part.inf)
    return (False, float(low) if low.is_number and low.is_finite else float("-inf"))


def _interval(found: Any, name: str) -> str:
    low, high = text(found.start), text(found.end)
    below, above = "<" if found.left_open else "≤", "<" if found.right_open else "≤"
    if found.start == -sympy.oo:
        return f"{name} {above} {high}"
    if found.end == sympy.oo:
        return f"{name} {'>' if found.left_open else '≥'} {low}"
    return f"{low} {below} {name} {above} {high}"


def _image(found: Any, name: str) -> str | None:
    if found.base_sets != (sympy.S.Integers,) or len(found.lamda.variables) != 1:
        return None
    counter = sympy.Symbol("k" if name == "n" else "n")
    value = found.lamda.expr.subs(found.lamda.variables[0], counter)
    return f"{name} = {text(sympy.expand(value))} for any whole number {counter}"
