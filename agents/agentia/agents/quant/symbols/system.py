"""Systems of equations: elimination for linear ones, SymPy's methods for the others."""

from typing import Any, Final

import sympy

from agentia.agents.quant.errors import TooLarge, Unanswerable
from agentia.agents.quant.symbols.text import clipped, decimal, text
from agentia.agents.quant.working import Answer, Working

_MAX_UNKNOWNS: Final = 12
_SHOWN_UNKNOWNS: Final = 4


def answer(label: str, equations: list[tuple[Any, Any]], symbols: list[Any], working: Working) -> Answer:
    """The numbers that fulfil all equations at once."""
    if len(symbols) > _MAX_UNKNOWNS or len(equations) > 2 * _MAX_UNKNOWNS:
        raise TooLarge(f"I solve systems of up to {_MAX_UNKNOWNS} unknowns.")
    for index, (left, right) in enumerate(equations, 1):
        working.step(f"({index}) {clipped(left)} = {clipped(right)}")
    differences = [sympy.expand(left - right) for left, right in equations]
    solutions = (
        _linear(differences, symbols, working) if _is_linear(differences, symbols) else _others(differences, symbols)
    )
    if not solutions:
        return working.text(
            f"The system {label} has no solution: its equations contradict one another.", "no solution", "no solution"
        )
    return _told(solutions, symbols, differences, working)


def _is_linear(differences: list[Any], symbols: list[Any]) -> bool:
    return all(
        difference.is_polynomial(*symbols) and sympy.Poly(difference, *symbols).total_degree() <= 1
        for difference in differences
    )


def _linear(differences: list[Any], symbols: list[Any], working: Working) -> list[dict[Any, Any]]:
    matrix, constants = sympy.linear_eq_to_matrix(differences, symbols)
    if len(symbols) <= _SHOWN_UNKNOWNS:
        _eliminate(matrix.row_join(constants), symbols, working)
    found = sympy.linsolve((matrix, constants), *symbols)
    return [dict(zip(symbols, solution, strict=True)) for solution in found]


def _eliminate(rows: Any, symbols: list[Any], working: Working) -> None:
    """Gaussian elimination, each row operation told."""
    done = 0
    for column, _ in enumerate(symbols):
        pivot = next((row for row in range(done, rows.rows) if rows[row, column] != 0), None)
        if pivot is None:
            continue
        if pivot != done:
            rows.row_swap(pivot, done)
            working.step(f"Rows {done + 1} and {pivot + 1} change places")
        for row in range(done + 1, rows.rows):
            factor = sympy.simplify(rows[row, column] / rows[done, column])
            if factor != 0:
                rows[row, :] = (rows[row, :] - factor * rows[done, :]).applyfunc(sympy.simplify)
                working.step(f"({row + 1}) - ({clipped(factor)}) × ({done + 1}): {_row(rows[row, :], symbols)}")
        done += 1


def _row(row: Any, symbols: list[Any]) -> str:
    left = sum((row[index] * symbol for index, symbol in enumerate(symbols)), sympy.S.Zero)
    return f"{clipped(left)} = {clipped(row[len(symbols)])}"


def _others(differences: list[Any], symbols: list[Any]) -> list[dict[Any, Any]]:
    try:
        found = sympy.solve(differences, symbols, dict=True)
    except NotImplementedError as exc:
        raise Unanswerable("I know no way to solve this system exactly.") from exc
    real = [solution for solution in found if all(value.is_real is not False for value in solution.values())]
    return list(real or found)


def _told(solutions: list[dict[Any, Any]], symbols: list[Any], differences: list[Any], working: Working) -> Answer:
    parts = tuple(
        ", ".join(f"{name} = {clipped(value)}" for name, value in solution.items() if name != value)
        for solution in solutions
    )
    free = sorted(
        {
            str(name)
            for solution in solutions
            for value in solution.values()
            for name in value.free_symbols & set(symbols)
        }
    )
    for solution in solutions[:4]:
        if not free and all(value.is_Rational for value in solution.values()):
            rest = [sympy.simplify(difference.subs(solution)) for difference in differences]
            working.step(f"Put back: left minus right is {', '.join(text(value) for value in rest)}")
    about = " and ".join(free)
    tail = f", for any {about}: there are infinitely many solutions" if free else ""
    told = " or ".join(parts)
    digits = _digits(solutions, symbols) if len(solutions) == 1 and not free else None
    values = parts if len(parts) > 1 else tuple(parts[0].split(", "))
    approximately = f" (≈ {digits})" if digits and digits != told else ""
    return working.text(f"{told}{approximately}{tail}.", told, told, digits, None, values)


def _digits(solutions: list[dict[Any, Any]], symbols: list[Any]) -> str | None:
    numbers = [decimal(solutions[0].get(symbol, symbol)) for symbol in symbols]
    return (
        None
        if None in numbers
        else ", ".join(f"{symbol} = {number}" for symbol, number in zip(symbols, numbers, strict=True))
    )
