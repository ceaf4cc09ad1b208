"""Inequalities of one unknown over the real numbers."""

from typing import Any, Final

import sympy
from sympy.calculus.util import periodicity

from agentia.agents.quant.errors import Unanswerable
from agentia.agents.quant.symbols.sets import described, ordered
from agentia.agents.quant.symbols.text import clipped, text
from agentia.agents.quant.working import Answer, Working

RELATIONS: Final = {"<": sympy.Lt, "<=": sympy.Le, ">": sympy.Gt, ">=": sympy.Ge, "!=": sympy.Ne, "=": sympy.Eq}
Link = tuple[str, Any, Any]


def answer(label: str, links: list[Link], symbol: Any, working: Working) -> Answer:
    """The real numbers for which all links hold."""
    found = sympy.S.Reals
    for link in links:
        found = found.intersect(solutions(link, symbol, working))
    told = described(found, symbol.name)
    if told is None:
        raise Unanswerable(f"I found no exact solution of {label}.")
    if found == sympy.S.EmptySet:
        return working.text(f"{label} holds for no real number.", "no solution", "no solution")
    working.step(f"So {told}")
    return working.text(f"{label} holds for {told}.", told, told)


def solutions(link: Link, symbol: Any, working: Working) -> Any:
    """The set for one link, with the points where its sides are equal shown."""
    sign, left, right = link
    others = (left - right).free_symbols - {symbol}
    if others:
        names = " and ".join(sorted(str(other) for other in others))
        raise Unanswerable(f"An inequality can be solved for one unknown only; give a number for {names}.")
    if symbol not in (left - right).free_symbols:
        return sympy.S.Reals if sympy.simplify(RELATIONS[sign](left, right)) == sympy.true else sympy.S.EmptySet
    difference = sympy.factor(left - right)
    if right != 0 and left != symbol:
        shown = _SHOWN.get(sign, sign)
        working.step(f"{clipped(left)} {shown} {clipped(right)} means {clipped(difference)} {shown} 0")
    if (period := periodicity(left - right, symbol)) is not None:
        working.note(f"Told for one period only: all of it repeats every {text(period)}.")
    try:
        edges = sympy.solveset(left - right, symbol, sympy.S.Reals)
        if isinstance(edges, sympy.FiniteSet):
            working.step(f"Both sides are equal at {', '.join(text(edge) for edge in ordered(edges))}")
        return sympy.solveset(RELATIONS[sign](left, right), symbol, sympy.S.Reals)
    except (NotImplementedError, ValueError, TypeError) as exc:
        raise Unanswerable(f"I know no way to solve {clipped(left)} {sign} {clipped(right)} exactly.") from exc


_SHOWN: Final = {"<=": "≤", ">=": "≥", "!=": "≠"}
