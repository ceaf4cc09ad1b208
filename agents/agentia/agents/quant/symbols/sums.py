"""Sums and products in closed form, divergence told."""

from typing import Any, Final

import sympy

from agentia.agents.quant.errors import TooLarge, Unanswerable
from agentia.agents.quant.language.expression import Expression
from agentia.agents.quant.language.notation import written
from agentia.agents.quant.symbols.build import Builder
from agentia.agents.quant.symbols.numbers import simplest, told
from agentia.agents.quant.symbols.text import clipped, full
from agentia.agents.quant.working import Answer, Working

_SHOWN: Final = 4


def answer(product: bool, term: Expression, index: str, low: Expression, high: Expression, working: Working) -> Answer:
    """The total over all whole numbers from low to high."""
    builder = Builder(bound=frozenset({index}))
    symbol, built = sympy.Symbol(index, integer=True), builder.build(term)
    built = built.subs(sympy.Symbol(index), symbol)
    start, end = builder.build(low), builder.build(high)
    label = (
        f"The {'product' if product else 'sum'} of {written(term)} for {index} from {clipped(start)} to {clipped(end)}"
    )
    _check(start, end, label)
    _first_terms(product, built, symbol, start, end, working)
    if not product and end.is_finite:
        _closed_form(built, symbol, start, working)
    value = _total(product, built, (symbol, start, end), label, working)
    if value.is_number:
        return told(label, simplest(value), None, working, verb="is")
    value = sympy.factor(value)
    return working.text(f"{label} is {clipped(value)}.", full(value), full(value))


def _total(product: bool, built: Any, span: tuple[Any, Any, Any], label: str, working: Working) -> Any:
    """The sum or product over the span. Raises Unanswerable when it diverges, or may."""
    value = (sympy.product if product else sympy.summation)(built, span)
    if isinstance(value, sympy.Piecewise):
        value = value.args[0][0]
        working.note("This holds where the series converges.")
    if value in (sympy.oo, -sympy.oo) or value.has(sympy.nan, sympy.zoo):
        raise Unanswerable(f"{label} does not converge: it has no finite value.")
    unsolved = value.has(sympy.Sum, sympy.Product) and span[2].is_infinite and value.is_number
    if unsolved and not _converges(built, span):
        raise Unanswerable(f"I could not find whether {label[0].lower()}{label[1:]} converges.")
    return value


def _closed_form(built: Any, symbol: Any, start: Any, working: Working) -> None:
    formula = sympy.summation(built, (symbol, start, sympy.Symbol("n", integer=True, positive=True)))
    if not formula.has(sympy.Sum, sympy.Piecewise) and formula != built:
        working.step(f"In closed form up to n: {clipped(sympy.factor(formula))}")


def _check(start: Any, end: Any, label: str) -> None:
    for bound in (start, end):
        if bound.is_number and bound.is_finite and not bound.is_integer:
            raise Unanswerable("An index runs over whole numbers; its bounds must be whole too.")
    if start.is_number and end.is_number and end.is_finite and start.is_finite:
        if end < start:
            raise Unanswerable(f"{label} is empty: the upper bound lies below the lower one.")
        if end - start > 10**18:
            raise TooLarge("I add up ranges of up to 10^18 terms.")


def _first_terms(product: bool, built: Any, symbol: Any, start: Any, end: Any, working: Working) -> None:
    if not start.is_Integer:
        return
    last = int(end) if end.is_Integer and end - start < _SHOWN else int(start) + _SHOWN - 1
    terms = [clipped(built.subs(symbol, number)) for number in range(int(start), last + 1)]
    more = [] if end.is_Integer and last >= end else ["…"]
    working.step("Terms: " + (" · " if product else " + ").join(terms + more))


def _converges(built: Any, span: tuple[Any, Any, Any]) -> bool:
    try:
        return bool(sympy.Sum(built, span).is_convergent())
    except (NotImplementedError, ValueError, TypeError):
        return False
