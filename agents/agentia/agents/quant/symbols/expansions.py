"""Taylor series by the derivatives at a point, and whatever else SymPy can expand."""

from typing import Any, Final

import sympy

from agentia.agents.quant.errors import Unanswerable
from agentia.agents.quant.language.expression import Expression
from agentia.agents.quant.language.notation import written
from agentia.agents.quant.symbols.build import Builder
from agentia.agents.quant.symbols.text import clipped, full
from agentia.agents.quant.working import Answer, Working

_MAX_STEPS: Final = 8


def answer(expression: Expression, variable: str, point: Expression, order: int, working: Working) -> Answer:
    """The series to the order, with the size of what is left out."""
    builder = Builder(bound=frozenset({variable}))
    symbol, built, at = sympy.Symbol(variable), builder.build(expression), builder.build(point)
    for note in builder.notes:
        working.note(note)
    step = sympy.Symbol(variable if at == 0 else f"({variable} - {clipped(at)})")
    try:
        series = sympy.series(built.subs(symbol, at + step), step, 0, order + 1)
    except (NotImplementedError, ValueError, TypeError) as exc:
        raise Unanswerable(
            f"{written(expression)} has no power series around {variable} = {clipped(at)} that I can find."
        ) from exc
    _derivatives(built, symbol, at, order, working)
    terms = sorted(series.removeO().as_ordered_terms(), key=lambda term: term.as_coeff_exponent(step)[1])
    told = _joined([full(term) for term in terms])
    rest = f" + O({clipped(step ** (order + 1))})" if series.getO() is not None else ""
    working.step(f"Each power {clipped(step)}^k has the coefficient f^(k)({clipped(at)})/k!")
    return working.text(f"{written(expression)} = {told}{rest} around {variable} = {clipped(at)}.", told, told)


def _derivatives(built: Any, symbol: Any, at: Any, order: int, working: Working) -> None:
    for number in range(min(order, _MAX_STEPS) + 1):
        value = built.subs(symbol, at)
        if not value.is_finite:
            return
        working.step(
            f"f{chr(39) * number if number < 4 else f'^({number})'}({clipped(at)}) = {clipped(sympy.simplify(value))}"
        )
        built = sympy.diff(built, symbol)


def _joined(terms: list[str]) -> str:
    text = terms[0] if terms else "0"
    for term in terms[1:]:
        text += f" - {term[1:]}" if term.startswith("-") else f" + {term}"
    return text
