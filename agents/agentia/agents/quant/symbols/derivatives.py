"""Derivatives with each rule told: sums, constant factors, powers, products, quotients, chains."""

from typing import Any, Final

import sympy

from agentia.agents.quant.language.expression import Expression
from agentia.agents.quant.language.notation import written
from agentia.agents.quant.symbols.build import Builder
from agentia.agents.quant.symbols.numbers import check_value, simplest, told
from agentia.agents.quant.symbols.text import clipped, full, text
from agentia.agents.quant.working import Answer, Working

_MAX_STEPS: Final = 24
_WORDS: Final = {1: "The derivative", 2: "The second derivative", 3: "The third derivative"}


def answer(
    expression: Expression, variable: str, order: int, at: Expression | None, tangent: bool, working: Working
) -> Answer:
    """The derivative, its value at a point, or the tangent there."""
    builder = Builder(bound=frozenset({variable}))
    symbol, built = sympy.Symbol(variable), builder.build(expression)
    for note in builder.notes:
        working.note(note)
    label = f"{_WORDS.get(order, f'Derivative number {order}')} of {written(expression)}"
    result = _derived(built, symbol, order, working)
    if at is None:
        if result.is_number:
            return told(label, result, None, working, verb="is")
        return working.text(f"{label} by {variable} is {clipped(result)}.", full(result), full(result))
    point = builder.build(at)
    where = f"{variable} = {clipped(point)}"
    value = simplest(result.subs(symbol, point))
    check_value(value, f"{label} at {where}")
    working.step(f"At {where}: {clipped(value)}")
    if not tangent:
        return told(f"{label} at {where}", value, None, working, verb="is")
    return _tangent(f"The tangent of {written(expression)} at {where}", built, value, symbol, point, working)


def _derived(built: Any, symbol: Any, order: int, working: Working) -> Any:
    """Derive as often as wanted, the rules told each time."""
    if symbol not in built.free_symbols:
        working.step(f"{clipped(built)} does not change with {symbol}")
    for number in range(order):
        if number:
            working.step(f"Once more, of {clipped(built)}")
        _rules(built, symbol, working)
        built = _tidy(sympy.diff(built, symbol))
    working.step(f"Together: {clipped(built)}")
    return built


def _tangent(label: str, built: Any, slope: Any, symbol: Any, point: Any, working: Working) -> Answer:
    height = built.subs(symbol, point)
    line = sympy.expand(height + slope * (symbol - point))
    formula = f"y = {clipped(height)} + {clipped(slope)}·({symbol} - {clipped(point)})"
    working.step(f"The curve is at {clipped(height)} there, so {formula}")
    return working.text(f"{label} is y = {clipped(line)}.", f"y = {full(line)}", f"y = {full(line)}")


def _tidy(result: Any) -> Any:
    """The shorter of the plain and the simplified form; a factored one when that is shorter still."""
    forms = [result, sympy.simplify(result), sympy.factor(result)]
    return min(forms, key=lambda form: len(text(form)))


def _rules(expression: Any, symbol: Any, working: Working) -> None:
    """Tell the rules from the outside in, the simple ones in one line."""
    if len(working.steps) >= _MAX_STEPS or symbol not in expression.free_symbols or expression == symbol:
        return
    derived = f"d/d{symbol} [{clipped(expression)}]"
    if expression.is_Add:
        terms = " + ".join(f"d/d{symbol} [{clipped(term)}]" for term in expression.args)
        working.step(f"Sum rule: {derived} = {terms}")
        parts = expression.args
    elif expression.is_Mul:
        parts = _product_rule(expression, symbol, derived, working)
    else:
        parts = _chain_rule(expression, symbol, derived, working)
    for part in parts:
        _rules(part, symbol, working)


def _product_rule(expression: Any, symbol: Any, derived: str, working: Working) -> tuple[Any, ...]:
    """Tell a constant factor, a quotient or a product; its parts come next."""
    result = clipped(sympy.diff(expression, symbol))
    constant, rest = expression.as_independent(symbol, as_Add=False)
    over, under = sympy.fraction(rest)
    if constant != 1:
        inner = f"{clipped(constant)} · d/d{symbol} [{clipped(rest)}]" if rest != symbol else clipped(constant)
        working.step(f"Constant factor: {derived} = {inner}")
        return (rest,)
    if symbol in under.free_symbols and symbol in over.free_symbols:
        where = f"u = {clipped(over)}, v = {clipped(under)}"
        working.step(f"Quotient rule (u'v - uv')/v^2 with {where}: {derived} = {result}")
        return (over, under)
    factors = ", ".join(clipped(part) for part in rest.args)
    working.step(f"Product rule u'v + uv' with the factors {factors}: {derived} = {result}")
    return tuple(rest.args)


def _chain_rule(expression: Any, symbol: Any, derived: str, working: Working) -> tuple[Any, ...]:
    """Tell a power or a function, with what is inside; that comes next."""
    if expression.is_Pow and symbol not in expression.exp.free_symbols:
        inner, rule = expression.base, "Power rule"
    elif expression.is_Pow and symbol in expression.base.free_symbols:
        inner, rule = symbol, "Rule for f^g: f^g·(g'·ln f + g·f'/f)"
    else:
        inner, rule = expression.exp if expression.is_Pow else expression.args[0], "Known derivative"
    inside = "" if inner == symbol else f", chain rule with {clipped(inner)} inside"
    working.step(f"{rule}{inside}: {derived} = {clipped(sympy.diff(expression, symbol))}")
    return (inner,)
