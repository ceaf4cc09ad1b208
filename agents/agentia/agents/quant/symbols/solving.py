"""Which way to solve what was asked: one equation, a system, or inequalities."""

import sympy

from agentia.agents.quant.errors import Unanswerable
from agentia.agents.quant.language.expression import Expression, Relation
from agentia.agents.quant.language.notation import written
from agentia.agents.quant.symbols import equation, inequality, system
from agentia.agents.quant.symbols.build import Builder
from agentia.agents.quant.working import Answer, Working


def answer(relations: tuple[Relation, ...], names: tuple[str, ...], everywhere: bool, working: Working) -> Answer:
    """Solve the relations for the names."""
    builder = Builder(natural_log=False, bound=frozenset(names))
    links = [link for relation in relations for link in _links(relation)]
    built = [(sign, builder.build(left), builder.build(right)) for sign, left, right in links]
    for note in builder.notes:
        working.note(note)
    label = "; ".join(written(relation) for relation in relations)
    equations = [(left, right) for sign, left, right in built if sign == "="]
    others = [(sign, left, right) for sign, left, right in built if sign != "="]
    symbols = [sympy.Symbol(name) for name in names]
    if len(symbols) == 1 and len(equations) == 1:
        return equation.answer(label, equations[0], symbols[0], others, everywhere, working)
    if len(symbols) == 1 and not equations:
        return inequality.answer(label, others, symbols[0], working)
    if others:
        raise Unanswerable("Inequalities can be solved for one unknown here; for several, give equations.")
    return system.answer(label, equations, symbols, working)


def _links(relation: Relation) -> list[tuple[str, Expression, Expression]]:
    """`a < b <= c` as `a < b` and `b <= c`."""
    sides = (relation.first, *(side for _, side in relation.rest))
    return [(sign, left, right) for (sign, right), left in zip(relation.rest, sides, strict=False)]
