"""Polynomials in one unknown: their roots, and the school's way to them."""

from typing import Any, Final

import sympy

from agentia.agents.quant.errors import TooLarge
from agentia.agents.quant.symbols.text import clipped, text
from agentia.agents.quant.working import Working

_MAX_DEGREE: Final = 200


def of(difference: Any, symbol: Any) -> Any | None:
    """The polynomial with exact coefficients whose roots solve `difference = 0`; None when there is none."""
    if not difference.is_polynomial(symbol):
        return None
    poly = sympy.Poly(difference, symbol)
    if poly.degree() > _MAX_DEGREE:
        raise TooLarge(f"The equation has degree {poly.degree()}; I solve up to degree {_MAX_DEGREE}.")
    return poly


def roots(poly: Any, *, everywhere: bool) -> Any:
    """All roots: in radicals where these are short, else as algebraic numbers that can be had to any digit."""
    if not poly.domain.is_ZZ and not poly.domain.is_QQ:
        return sympy.solveset(poly.as_expr(), poly.gen, sympy.S.Complexes if everywhere else sympy.S.Reals)
    found = set(sympy.roots(poly)) if poly.degree() <= 2 else set()
    if not found:
        for factor, _ in poly.factor_list()[1]:
            found |= _roots_of_factor(factor, everywhere)
    return sympy.FiniteSet(*(value for value in found if everywhere or value.is_real))


def show(left: Any, right: Any, symbol: Any, working: Working) -> None:
    """The usual steps for degree 1 and 2; above that the factors."""
    poly = of(sympy.expand(left - right), symbol)
    if poly is None:
        return
    standard = f"{clipped(poly.as_expr())} = 0"
    if poly.degree() == 1:
        _linear(left, right, poly, symbol, working)
    elif poly.degree() == 2:
        working.step(f"Standard form: {standard}")
        _quadratic(poly, symbol, working)
    else:
        working.step(f"Standard form: {standard}")
        factored = sympy.factor(poly.as_expr())
        if factored != poly.as_expr() and factored.is_Mul | factored.is_Pow:
            working.step(f"Factored: {clipped(factored)} = 0, so one of the factors is 0")


def _roots_of_factor(factor: Any, everywhere: bool) -> set[Any]:
    if factor.degree() <= 2:
        return set(sympy.roots(factor))
    found = (
        {sympy.sqrtdenest(root) for root in sympy.roots(factor)}
        if factor.degree() <= 4 or factor.length() == 2
        else set()
    )
    short = {root for root in found if len(text(root)) <= 40}
    if len(short) == factor.degree():
        return short
    return set(factor.all_roots(radicals=False) if everywhere else factor.real_roots(radicals=False))


def _linear(left: Any, right: Any, poly: Any, symbol: Any, working: Working) -> None:
    slope, constant = poly.all_coeffs()
    expanded = f"{clipped(sympy.expand(left))} = {clipped(sympy.expand(right))}"
    if expanded != f"{clipped(left)} = {clipped(right)}":
        working.step(f"Expanded: {expanded}")
    if slope < 0:
        slope, constant = -slope, -constant
    working.step(
        f"Terms with {symbol} to one side, the others to the other: {clipped(slope * symbol)} = {clipped(-constant)}"
    )
    if slope != 1:
        working.step(f"Divided by {clipped(slope)}: {symbol} = {clipped(-constant / slope)}")


def _quadratic(poly: Any, symbol: Any, working: Working) -> None:
    a, b, c = poly.all_coeffs()
    discriminant = b**2 - 4 * a * c
    working.step(f"a = {clipped(a)}, b = {clipped(b)}, c = {clipped(c)}")
    signed_b = f"({clipped(b)})" if b.could_extract_minus_sign() else clipped(b)
    signed_c = f"({clipped(c)})" if c.could_extract_minus_sign() else clipped(c)
    working.step(f"Discriminant: b^2 - 4ac = {signed_b}^2 - 4·{clipped(a)}·{signed_c} = {clipped(discriminant)}")
    working.step(
        f"{symbol} = (-b ± sqrt({clipped(discriminant)})) / (2a) = ({clipped(-b)} ±"
        f" {clipped(sympy.sqrt(discriminant))}) / {clipped(2 * a)}"
    )
