"""Limits: by putting the point in, by de l'Hôpital's rule, by SymPy's Gruntz algorithm."""

from typing import Any, Final

import sympy

from agentia.agents.quant.errors import Unanswerable
from agentia.agents.quant.language.expression import Expression
from agentia.agents.quant.language.notation import written
from agentia.agents.quant.symbols.build import Builder
from agentia.agents.quant.symbols.numbers import simplest, told
from agentia.agents.quant.symbols.text import clipped, full
from agentia.agents.quant.working import Answer, Working

_MAX_ROUNDS: Final = 4
_INFINITE: Final = (sympy.oo, -sympy.oo)


def answer(expression: Expression, variable: str, point: Expression, side: str, working: Working) -> Answer:
    """The limit, infinite ones included; a sentence when there is none."""
    builder = Builder(bound=frozenset({variable}))
    symbol, built, at = sympy.Symbol(variable), builder.build(expression), builder.build(point)
    for note in builder.notes:
        working.note(note)
    where = f"as {variable} approaches {clipped(at)}" + (f" from the {side}" if side != "both" else "")
    label = f"The limit of {written(expression)} {where}"
    value = _limit(built, symbol, at, side, label, working)
    if value.has(sympy.AccumBounds):
        raise Unanswerable(f"{label} does not exist: the values keep swinging.")
    if value.has(sympy.nan, sympy.zoo, sympy.Limit):
        raise Unanswerable(f"I could not find whether {label[0].lower()}{label[1:]} exists.")
    _steps(built, symbol, at, working)
    if value in _INFINITE:
        working.note("It grows beyond every bound, so there is no finite limit.")
        return working.text(f"{label} is {clipped(value)}.", full(value), full(value))
    if value.is_number:
        return told(label, simplest(value), None, working, verb="is")
    return working.text(f"{label} is {clipped(value)}.", full(value), full(value))


def _limit(built: Any, symbol: Any, at: Any, side: str, label: str, working: Working) -> Any:
    if at in _INFINITE or side != "both":
        return sympy.limit(built, symbol, at, "-" if side == "left" or at == sympy.oo else "+")
    left, right = sympy.limit(built, symbol, at, "-"), sympy.limit(built, symbol, at, "+")
    if sympy.simplify(left - right) == 0 or left == right:
        return right
    working.step(f"From the left: {clipped(left)}; from the right: {clipped(right)}")
    raise Unanswerable(f"{label} does not exist: from the left it is {clipped(left)}, from the right {clipped(right)}.")


def _steps(built: Any, symbol: Any, at: Any, working: Working) -> None:
    """Put the point in; while that gives 0/0 or ∞/∞, derive above and below."""
    for _ in range(_MAX_ROUNDS):
        over, under = sympy.fraction(sympy.together(built))
        top, bottom = (sympy.limit(part, symbol, at) for part in (over, under))
        if symbol not in under.free_symbols:
            working.step(f"{clipped(built)} tends to {clipped(sympy.limit(built, symbol, at))}")
            return
        shown = f"{clipped(top)}/{clipped(bottom)}"
        if not ((top == 0 and bottom == 0) or (top in _INFINITE and bottom in _INFINITE)):
            working.step(f"({clipped(over)})/({clipped(under)}) tends to {shown}")
            return
        derived = sympy.diff(over, symbol) / sympy.diff(under, symbol)
        working.step(
            f"({clipped(over)})/({clipped(under)}) tends to {shown}; by de l'Hôpital derive above and below:"
            f" {clipped(derived)}"
        )
        built = sympy.simplify(derived)
