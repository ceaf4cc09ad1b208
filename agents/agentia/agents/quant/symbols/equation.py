"""One equation in one unknown: exactly where there is a way, by number where there is none."""

from fractions import Fraction
from typing import Any, Final

import sympy

from agentia.agents.quant.errors import Unanswerable
from agentia.agents.quant.figures import approximately, exact, grouped, portable, shown
from agentia.agents.quant.limits import MAX_EXACT
from agentia.agents.quant.symbols import inequality, polynomial
from agentia.agents.quant.symbols.build import fraction
from agentia.agents.quant.symbols.sets import described, ordered
from agentia.agents.quant.symbols.text import clipped, decimal, text
from agentia.agents.quant.working import Answer, Working

_STARTS: Final = tuple(Fraction(numerator, 4) for numerator in range(-80, 81, 5))
_MAX_CHECKED: Final = 6


def answer(
    label: str,
    sides: tuple[Any, Any],
    symbol: Any,
    conditions: list[inequality.Link],
    everywhere: bool,
    working: Working,
) -> Answer:
    """The solutions of left = right under the conditions, over the real or the complex numbers."""
    left, right = sides
    difference = sympy.expand(left - right)
    if symbol not in sympy.simplify(difference).free_symbols:
        return _trivial(label, sympy.simplify(difference), symbol, working)
    if (left - right).free_symbols != {symbol}:
        return _formula(label, left - right, symbol, working)
    polynomial.show(left, right, symbol, working)
    found = _solutions(left - right, symbol, everywhere, working)
    for link in conditions:
        found = found.intersect(inequality.solutions(link, symbol, working))
    return _told(label, found, sides, symbol, everywhere, working)


def _solutions(difference: Any, symbol: Any, everywhere: bool, working: Working) -> Any:
    domain = sympy.S.Complexes if everywhere else sympy.S.Reals
    if (poly := polynomial.of(difference, symbol)) is not None:
        return polynomial.roots(poly, everywhere=everywhere)
    try:
        found = sympy.solveset(difference, symbol, domain)
        if not found.has(sympy.ConditionSet) and described(found, symbol.name) is not None:
            return found
    except (NotImplementedError, ValueError, TypeError):
        pass  # SymPy has no method for it: go on by number
    try:
        exact = [value for value in sympy.solve(difference, symbol) if everywhere or value.is_real]
        if exact:
            working.note("There may be further solutions: not all can be found exactly.")
            return sympy.FiniteSet(*exact)
    except NotImplementedError:
        pass
    return _numerically(difference, symbol, working)


def _numerically(difference: Any, symbol: Any, working: Working) -> Any:
    found: list[Any] = []
    for start in _STARTS:
        try:
            value = sympy.nsolve(difference, symbol, sympy.Float(float(start)), prec=30)
        except (ValueError, ZeroDivisionError, TypeError, ArithmeticError):
            continue
        if value.is_real and all(abs(value - other) > sympy.Float("1e-10") for other in found):
            found.append(value)
    if not found:
        raise Unanswerable("I found no solution, neither exactly nor by Newton's method between -20 and 20.")
    working.step(
        "No exact form is known; Newton's method from many starting points between -20 and 20 gives the solutions"
    )
    working.note("Found by number, to 15 digits; there may be more outside -20 to 20.")
    return sympy.FiniteSet(*(sympy.Float(value, 15) for value in found))


def _trivial(label: str, rest: Any, symbol: Any, working: Working) -> Answer:
    working.step(f"All terms with {symbol} cancel; what is left is {text(rest)} = 0")
    if rest == 0:
        told = f"every number {symbol}"
        return working.text(f"{label} is true for {told}.", told, told)
    if rest.is_number:
        return working.text(f"{label} has no solution.", "no solution", "no solution")
    raise Unanswerable(f"{label} does not depend on {symbol}.")


def _formula(label: str, difference: Any, symbol: Any, working: Working) -> Answer:
    """Solve for one letter in terms of others."""
    found = [sympy.simplify(value) for value in sympy.solve(difference, symbol)]
    if not found:
        return working.text(f"{label} has no solution for {symbol}.", "no solution", "no solution")
    told = " or ".join(f"{symbol} = {clipped(value)}" for value in found)
    working.step(f"Isolate {symbol}: {told}")
    values = tuple(f"{symbol} = {text(value)}" for value in found) if len(found) > 1 else ()
    return working.text(f"{told}.", told, told, None, None, values)


def _told(label: str, found: Any, sides: tuple[Any, Any], symbol: Any, everywhere: bool, working: Working) -> Answer:
    told = described(found, symbol.name)
    if told is None:
        raise Unanswerable(f"I could not find all solutions of {label}.")
    if found == sympy.S.EmptySet:
        return _none(label, sides, symbol, everywhere, working)
    if not isinstance(found, sympy.FiniteSet):
        return working.text(f"{told}.", told, told)
    values = ordered(found)
    for value in values[:_MAX_CHECKED]:
        if value.is_Rational:
            left, right = (sympy.simplify(side.subs(symbol, value)) for side in sides)
            working.step(f"Check {symbol} = {text(value)}: left {clipped(left)}, right {clipped(right)}")
    digits = [decimal(value) or "" for value in values]
    parts = [_part(symbol.name, value, number) for value, number in zip(values, digits, strict=True)]
    if len(values) > 1:
        found_as = [f"{symbol} = {_exact(value, number)}" for value, number in zip(values, digits, strict=True)]
        return working.text(
            " or ".join(parts) + ".", " or ".join(found_as), " or ".join(found_as), None, None, tuple(found_as)
        )
    (value,) = values
    if value.is_Rational:
        return working.text(f"{parts[0]}.", portable(fraction(value)), exact(fraction(value)), digits[0])
    return working.text(f"{parts[0]}.", _exact(value, digits[0]), _exact(value, digits[0]), digits[0])


def _part(name: str, value: Any, digits: str) -> str:
    if value.is_Rational:
        return f"{name} = {shown(fraction(value))}{approximately(fraction(value))}"
    if value.is_Float or value.has(sympy.CRootOf) or len(text(value)) > 120:
        return f"{name} ≈ {digits}"
    return f"{name} = {text(value)}" + ("" if text(value) == digits else f" ≈ {grouped(digits)}")


def _exact(value: Any, digits: str) -> str:
    if value.has(sympy.CRootOf):
        roots = [str(text(root.expr)) for root in value.atoms(sympy.CRootOf)]
        return f"the root of {roots[0]} at {digits}" if value.is_Atom or len(roots) == 1 else digits
    return exact(fraction(value)) if value.is_Rational else text(value) if len(text(value)) < MAX_EXACT else digits


def _none(label: str, sides: tuple[Any, Any], symbol: Any, everywhere: bool, working: Working) -> Answer:
    complex_roots = None if everywhere else _complex(sides[0] - sides[1], symbol)
    if complex_roots:
        told = " or ".join(f"{symbol} = {clipped(value)}" for value in complex_roots)
        working.note(f"Among the complex numbers there is {told}.")
    what = "no solution" if everywhere else "no real solution"
    return working.text(f"{label} has {what}.", what, what)


def _complex(difference: Any, symbol: Any) -> list[Any]:
    poly = polynomial.of(difference, symbol)
    return ordered(polynomial.roots(poly, everywhere=True)) if poly is not None and poly.degree() <= 4 else []
