"""Integrals with the rules that lead to them, checked by differentiating back."""

from typing import Any, Final

import mpmath  # type: ignore[import-untyped]  # SymPy's own dependency
import sympy
from sympy.integrals.manualintegrate import DontKnowRule, Rule, integral_steps

from agentia.agents.quant.errors import Unanswerable
from agentia.agents.quant.language.expression import Expression
from agentia.agents.quant.language.notation import written
from agentia.agents.quant.symbols.build import Builder
from agentia.agents.quant.symbols.numbers import simplest, told
from agentia.agents.quant.symbols.text import clipped, decimal, full, text
from agentia.agents.quant.working import Answer, Working

_MAX_STEPS: Final = 20
_SPECIAL: Final = (
    sympy.erf,
    sympy.erfi,
    sympy.Si,
    sympy.Ci,
    sympy.Ei,
    sympy.li,
    sympy.uppergamma,
    sympy.fresnels,
    sympy.fresnelc,
)
_NAMES: Final = {
    "ConstantRule": "Constant",
    "ConstantTimesRule": "Constant factor",
    "PowerRule": "Power rule",
    "NestedPowRule": "Power rule",
    "AddRule": "Sum rule",
    "URule": "Substitution",
    "PartsRule": "By parts",
    "CyclicPartsRule": "By parts, twice",
    "SinRule": "Known integral",
    "CosRule": "Known integral",
    "ExpRule": "Known integral",
    "ReciprocalRule": "Known integral",
    "ArctanRule": "Known integral",
    "ArcsinRule": "Known integral",
    "RewriteRule": "Rewritten",
    "AlternativeRule": "Choice",
    "PartialFractionsRule": "Partial fractions",
    "TrigSubstitutionRule": "Trigonometric substitution",
    "CompleteSquareRule": "Square completed",
}


def answer(
    expression: Expression, variable: str, bounds: tuple[Expression, Expression] | None, working: Working
) -> Answer:
    """The antiderivative, or the number between the bounds."""
    builder = Builder(bound=frozenset({variable}))
    symbol, built = sympy.Symbol(variable), builder.build(expression)
    ends = tuple(builder.build(end) for end in bounds) if bounds else None
    for note in builder.notes:
        working.note(note)
    primitive = sympy.integrate(built, symbol)
    known = not primitive.has(sympy.Integral)
    if known:
        _steps(built, symbol, working)
    if ends is None:
        return _indefinite(written(expression), built, primitive, symbol, working)
    return _definite(written(expression), built, primitive if known else None, symbol, ends, working)


def _indefinite(label: str, built: Any, primitive: Any, symbol: Any, working: Working) -> Answer:
    if primitive.has(sympy.Integral):
        raise Unanswerable(
            f"I know no antiderivative of {label} in usual functions; with bounds I can work out the number."
        )
    primitive = min((primitive, sympy.simplify(primitive)), key=lambda form: len(text(form)))
    if sympy.simplify(sympy.diff(primitive, symbol) - built) == 0:
        working.step(f"Check: d/d{symbol} [{clipped(primitive)}] = {clipped(built)}")
    if built.is_rational_function(symbol):
        primitive = primitive.replace(sympy.log, lambda inside: sympy.log(sympy.Abs(inside)))
    result = f"{full(primitive)} + C"
    working.note("C is any constant.")
    if special := sorted(str(part.func) for part in primitive.atoms(*_SPECIAL)):
        working.note(
            f"{' and '.join(dict.fromkeys(special))} cannot be written with usual functions: defined by an "
            f"integral itself."
        )
    return working.text(f"The integral of {label} by {symbol} is {clipped(primitive)} + C.", result, result)


def _definite(label: str, built: Any, primitive: Any, symbol: Any, ends: tuple[Any, ...], working: Working) -> Answer:
    low, high = ends
    title = f"The integral of {label} from {clipped(low)} to {clipped(high)}"
    if primitive is not None and not primitive.has(sympy.Piecewise):
        working.step(f"Antiderivative F({symbol}) = {clipped(primitive)}")
    value = sympy.integrate(built, (symbol, low, high))
    if value.has(sympy.Integral):
        return _numeric(title, value, built, symbol, ends, working)
    value = simplest(value) if value.is_number else sympy.simplify(value)
    if value.has(sympy.nan, sympy.zoo) or value in (sympy.oo, -sympy.oo):
        raise Unanswerable(f"{title} does not converge: it has no finite value.")
    if primitive is not None and low.is_finite and high.is_finite and not primitive.has(sympy.Piecewise):
        upper, lower = primitive.subs(symbol, high), primitive.subs(symbol, low)
        working.step(
            f"F({clipped(high)}) - F({clipped(low)}) = {clipped(upper)} - ({clipped(lower)}) = {clipped(value)}"
        )
    if value.is_number:
        return told(title, value, None, working, verb="is")
    return working.text(f"{title} is {clipped(value)}.", full(value), full(value))


def _numeric(title: str, value: Any, built: Any, symbol: Any, ends: tuple[Any, ...], working: Working) -> Answer:
    digits = decimal(value) or _quadrature(built, symbol, ends)
    if digits is None:
        raise Unanswerable(f"{title} is beyond me: I find neither an antiderivative nor a number.")
    working.step("No antiderivative in usual functions is known; the number comes from numerical integration")
    working.note("Found by number, not exact.")
    return working.text(f"{title} is about {digits}.", digits, digits, digits)


def _quadrature(built: Any, symbol: Any, ends: tuple[Any, ...]) -> str | None:
    """The integral by tanh-sinh quadrature, when its own estimate of the error is small."""
    try:
        value, error = mpmath.quad(
            lambda at: built.subs(symbol, at).evalf(), [mpmath.mpf(str(sympy.N(end, 15))) for end in ends], error=True
        )
    except (ValueError, TypeError, ZeroDivisionError):
        return None
    return str(mpmath.nstr(value, 12)) if error < 1e-13 * max(1, abs(value)) else None


def _steps(built: Any, symbol: Any, working: Working) -> None:
    try:
        rule = integral_steps(built, symbol)
    except (NotImplementedError, ValueError, TypeError, AttributeError, RecursionError):
        return  # the steps are an extra: the integral itself is known
    if not isinstance(rule, DontKnowRule):
        _tell(rule, working)


def _tell(rule: Any, working: Working) -> None:
    if len(working.steps) >= _MAX_STEPS:
        return
    name = type(rule).__name__
    if name == "AlternativeRule":
        _tell(rule.alternatives[0], working)
        return
    label = _NAMES.get(name, "Rule")
    if name == "PartsRule":
        label += f" with u = {clipped(rule.u)}, dv = {clipped(rule.dv)}"
    elif name == "URule":
        label += f" {rule.u_var} = {clipped(rule.u_func)}"
    try:
        result = clipped(rule.eval())
    except (NotImplementedError, ValueError, TypeError, AttributeError):
        return
    working.step(f"{label}: ∫ {clipped(rule.integrand)} d{rule.variable} = {result}".replace("_u", "u"))
    for part in _parts(rule):
        _tell(part, working)


def _parts(rule: Any) -> list[Any]:
    found = [getattr(rule, name, None) for name in ("substep", "v_step", "second_step")]
    return [part for part in (*getattr(rule, "substeps", ()), *found) if isinstance(part, Rule)]
