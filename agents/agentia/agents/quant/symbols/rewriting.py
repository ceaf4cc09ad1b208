"""Other forms of an expression, each checked against the first at a point."""

from typing import Any, Final

import sympy

from agentia.agents.quant.errors import Unanswerable
from agentia.agents.quant.language.expression import Expression
from agentia.agents.quant.language.notation import written
from agentia.agents.quant.symbols.build import Builder
from agentia.agents.quant.symbols.numbers import check_value, simplest, told
from agentia.agents.quant.symbols.text import clipped, full, text
from agentia.agents.quant.working import Answer, Working

_NAMES: Final = {
    "expand": "expanded",
    "factor": "factored",
    "apart": "in partial fractions",
    "square": "with the square completed",
    "simplify": "simplified",
}


def answer(form: str, expression: Expression, values: tuple[tuple[str, Expression], ...], working: Working) -> Answer:
    """Rewrite the expression, its unknowns replaced by the values first."""
    builder = Builder(natural_log=False)
    built = builder.build(expression)
    for note in builder.notes:
        working.note(note)
    label = written(expression)
    if values:
        return _evaluated(label, built, [(name, builder.build(value)) for name, value in values], working)
    result = _FORMS[form](built)
    check_value(result, label)
    _steps(form, built, result, working)
    if result.is_number:
        return told(label, simplest(result), None, working)
    if form in ("factor", "expand") and text(result) == text(built):
        working.note("It has no factors with rational coefficients." if form == "factor" else "It is already expanded.")
    return working.text(f"{label} = {clipped(result)}.", full(result), full(result))


def _evaluated(label: str, built: Any, values: list[tuple[str, Any]], working: Working) -> Answer:
    known = {sympy.Symbol(name): value for name, value in values}
    missing = set(known) - built.free_symbols
    if missing:
        raise Unanswerable(f"{' and '.join(map(str, missing))} does not occur in {label}.")
    where = ", ".join(f"{name} = {clipped(value)}" for name, value in values)
    result = simplest(built.subs(known))
    check_value(result, f"{label} at {where}")
    working.step(f"Put {where} into {label}")
    if result.is_number:
        return told(f"{label} at {where}", result, None, working)
    return working.text(f"{label} at {where} = {clipped(result)}.", full(result), full(result))


def _steps(form: str, built: Any, result: Any, working: Working) -> None:
    working.step(f"Taken as {clipped(built)}")
    if form == "simplify" and (together := sympy.factor(built)) not in (built, result):
        working.step(f"Factored and shortened: {clipped(together)}")
    if form == "factor" and result.is_Mul:
        working.step(f"Factors: {', '.join(clipped(factor) for factor in result.args[:12])}")
    working.step(f"{_NAMES.get(form, form).capitalize()}: {clipped(result)}")
    if form != "expand" and sympy.expand(result - built) == 0:
        working.step("Check: expanded, both forms are the same")


def _square(built: Any) -> Any:
    symbols = sorted(built.free_symbols, key=str)
    if len(symbols) != 1 or not built.is_polynomial(symbols[0]) or sympy.degree(built, symbols[0]) != 2:
        raise Unanswerable("The square can be completed in a quadratic of one unknown, such as x^2 + 6x + 5.")
    a, b, c = sympy.Poly(built, symbols[0]).all_coeffs()
    return a * (symbols[0] + b / (2 * a)) ** 2 + (c - b**2 / (4 * a))


def _apart(built: Any) -> Any:
    symbols = sorted(built.free_symbols, key=str)
    if len(symbols) != 1:
        raise Unanswerable("Partial fractions need an expression of one unknown.")
    return sympy.apart(built, symbols[0])


_FORMS: Final = {
    "simplify": sympy.simplify,
    "expand": sympy.expand,
    "factor": sympy.factor,
    "apart": _apart,
    "square": _square,
    "evaluate": sympy.simplify,
}
