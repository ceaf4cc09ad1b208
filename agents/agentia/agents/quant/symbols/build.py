"""From a parsed expression to SymPy's objects, node by node: no text ever reaches SymPy."""

from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Final

import sympy

from agentia.agents.quant import integers
from agentia.agents.quant.errors import TooLarge, Unanswerable
from agentia.agents.quant.language.expression import (
    Call,
    Chain,
    Expression,
    Factorial,
    Money,
    Name,
    Negation,
    Number,
    Percent,
    Power,
    Relation,
)
from agentia.agents.quant.language.notation import written

_MAX_POWER: Final = 1000
Expr = Any  # SymPy ships no types


@dataclass
class Builder:
    """Builds with one reading of what is ambiguous: log without a base, and i."""

    natural_log: bool = True
    bound: frozenset[str] = frozenset()
    """Names that are unknowns here though they could be constants: i in a sum over i."""
    notes: list[str] = field(default_factory=list)

    def build(self, expression: Expression) -> Expr:
        """The SymPy expression. Raises Unanswerable or TooLarge before anything large is computed."""
        match expression:
            case Number(value, _):
                return rational(value)
            case Money(operand, _):
                return self.build(operand)
            case Name(name):
                return self.name(name)
            case Negation(operand):
                return -self.build(operand)
            case Percent(operand):
                return self.build(operand) / 100
            case Factorial(operand):
                return self.call("factorial", (operand,))
            case Power(base, exponent):
                return power(self.build(base), self.build(exponent))
            case Chain(first, rest):
                return self.chain(first, rest)
            case Call(function, arguments):
                return self.call(function, arguments)
            case Relation():
                raise Unanswerable(f"{written(expression)} stands where a number is needed.")

    def name(self, name: str) -> Expr:
        if name in self.bound:
            return sympy.Symbol(name)
        return _CONSTANTS[name] if name in _CONSTANTS else sympy.Symbol(name)

    def chain(self, first: Expression, rest: tuple[tuple[str, Expression], ...]) -> Expr:
        total = self.build(first)
        for sign, part in rest:
            value = self.build(part)
            if sign in "+-" and isinstance(part, Percent):
                value *= total
            if sign in ("/", "mod") and value == 0:
                raise Unanswerable(f"{written(part)} is 0, and division by zero has no result.")
            total = _OPERATIONS[sign](total, value)
        return total

    def call(self, function: str, arguments: tuple[Expression, ...]) -> Expr:
        values = [self.build(argument) for argument in arguments]
        if all(value.is_Rational for value in values):
            exact = integers.call(function, [Fraction(int(value.p), int(value.q)) for value in values])
            if exact is not None:
                return rational(exact)
        if function == "log" and len(values) == 1:
            return self.logarithm(values[0])
        return _FUNCTIONS[function](*values)

    def logarithm(self, value: Expr) -> Expr:
        if self.natural_log:
            self.notes.append("Read log without a base as the natural logarithm ln; write log_10 for base 10.")
            return sympy.log(value)
        self.notes.append("Read log without a base as the one to base 10; write ln for the natural logarithm.")
        return sympy.log(value, 10)


def rational(value: Fraction) -> Expr:
    """An exact SymPy number."""
    return sympy.Rational(value.numerator, value.denominator)


def fraction(value: Expr) -> Fraction:
    """The Fraction of a rational SymPy number."""
    return Fraction(int(value.p), int(value.q))


def power(base: Expr, exponent: Expr) -> Expr:
    """base^exponent, refused when it would be too large or undefined."""
    if base.is_Rational and exponent.is_Rational:
        if base == 0 and exponent < 0:
            raise Unanswerable("A power of 0 below 0 would divide by zero, which has no result.")
        integers.check_power(fraction(base), int(exponent.p) // int(exponent.q))
    elif exponent.is_Rational and abs(exponent) > _MAX_POWER and not base.is_number:
        raise TooLarge(f"Powers of unknowns are worked out up to {_MAX_POWER:,}; the question has {exponent}.")
    return base**exponent


def _round(value: Expr, *places: Expr) -> Expr:
    scale = sympy.Integer(10) ** (places[0] if places else 0)
    return sympy.sign(value) * sympy.floor(abs(value) * scale + sympy.Rational(1, 2)) / scale


def _root(value: Expr, degree: Expr) -> Expr:
    odd = degree.is_Integer and degree % 2 == 1
    return sympy.real_root(value, degree) if odd and value.is_number else sympy.root(value, degree)


_CONSTANTS: Final = {
    "pi": sympy.pi,
    "e": sympy.E,
    "tau": 2 * sympy.pi,
    "infinity": sympy.oo,
    "degree": sympy.pi / 180,
    "i": sympy.I,
}
_OPERATIONS: Final[dict[str, Callable[[Expr, Expr], Expr]]] = {
    "+": lambda left, right: left + right,
    "-": lambda left, right: left - right,
    "*": lambda left, right: left * right,
    "of": lambda left, right: left * right,
    "/": lambda left, right: left / right,
    "mod": sympy.Mod,
}
_FUNCTIONS: Final[dict[str, Callable[..., Expr]]] = {
    "sqrt": sympy.sqrt,
    "cbrt": lambda value: _root(value, sympy.Integer(3)),
    "root": _root,
    "abs": sympy.Abs,
    "sign": sympy.sign,
    "exp": lambda value: sympy.E**value,
    "ln": sympy.log,
    "log": sympy.log,
    "sin": sympy.sin,
    "cos": sympy.cos,
    "tan": sympy.tan,
    "cot": sympy.cot,
    "sec": sympy.sec,
    "csc": sympy.csc,
    "asin": sympy.asin,
    "acos": sympy.acos,
    "atan": sympy.atan,
    "atan2": sympy.atan2,
    "sinh": sympy.sinh,
    "cosh": sympy.cosh,
    "tanh": sympy.tanh,
    "asinh": sympy.asinh,
    "acosh": sympy.acosh,
    "atanh": sympy.atanh,
    "floor": sympy.floor,
    "ceil": sympy.ceiling,
    "round": _round,
    "gcd": lambda *of: sympy.gcd(list(of)),
    "lcm": lambda *of: sympy.lcm(list(of)),
    "min": sympy.Min,
    "max": sympy.Max,
    "factorial": sympy.factorial,
    "binomial": sympy.binomial,
    "permutations": sympy.ff,
    "gamma": sympy.gamma,
    "hypot": lambda a, b: sympy.sqrt(a**2 + b**2),
}
