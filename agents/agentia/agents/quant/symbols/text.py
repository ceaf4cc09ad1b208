"""SymPy's results written the way the questions are: 3x^2, √2, π, ln x."""

import re
from typing import Any, Final

import sympy
from sympy.printing.str import StrPrinter

from agentia.agents.quant import figures
from agentia.agents.quant.limits import MAX_EXACT

_MAX_TEXT: Final = 600
_NAMES: Final = {"log": "ln", "Abs": "abs", "ceiling": "ceil", "Max": "max", "Min": "min", "LambertW": "W"}


class _Printer(StrPrinter):  # type: ignore[misc]  # SymPy has no types
    """SymPy's own plain text, with the names and signs used here."""

    def _print_Integer(self, expr: Any) -> str:
        return figures.whole(int(expr.p))

    def _print_Rational(self, expr: Any) -> str:
        return f"{figures.whole(int(expr.p))}/{figures.whole(int(expr.q))}"

    def _print_Exp1(self, _: Any) -> str:
        return "e"

    def _print_ImaginaryUnit(self, _: Any) -> str:
        return "i"

    def _print_Pi(self, _: Any) -> str:
        return "π"

    def _print_Infinity(self, _: Any) -> str:
        return "∞"

    def _print_NegativeInfinity(self, _: Any) -> str:
        return "-∞"

    def _print_exp(self, expr: Any) -> str:
        return str(self._print(sympy.Pow(sympy.E, expr.args[0], evaluate=False)))

    def _print_Function(self, expr: Any) -> str:
        name = expr.func.__name__
        return f"{_NAMES.get(name, name)}({self.stringify(expr.args, ', ')})"

    _print_Abs = _print_Max = _print_Min = _print_LambertW = _print_Function


def text(expression: Any) -> str:
    """The expression on one line: "x^2·sin(x) + 2x"."""
    written = _Printer().doprint(expression).replace("**", "^").replace("*", "·")
    return re.sub(r"(?<![\w.^/·)])(\d+)·(?=[a-zA-Zα-ω](?![\w(]))", r"\1", written)


def clipped(expression: Any, most: int = _MAX_TEXT) -> str:
    """The same, cut honestly when it is too long for a sentence."""
    written = text(expression)
    return written if len(written) <= most else f"{written[:most]}… ({len(written):,} characters)"


def full(expression: Any) -> str:
    """The same for programs, cut only when it would burden them."""
    return clipped(expression, MAX_EXACT)


def decimal(value: Any) -> str | None:
    """A number to 15 digits, complex ones as "a + bi"; None when it has no finite value."""
    number = sympy.N(value, 15)
    if not number.is_number or number.has(sympy.nan, sympy.zoo, sympy.oo):
        return None
    real, imaginary = number.as_real_imag()
    if not (real.is_Number and imaginary.is_Number):
        return None
    if abs(imaginary) < sympy.Float("1e-14") * max(1, abs(real)):
        return _trimmed(real)
    sign = "-" if imaginary < 0 else "+"
    size = _trimmed(abs(imaginary))
    part = "i" if size == "1" else f"{size}i"
    return f"{'-' if sign == '-' else ''}{part}" if real == 0 else f"{_trimmed(real)} {sign} {part}"


def _trimmed(number: Any) -> str:
    digits = str(number)
    mantissa, e, exponent = digits.partition("e")
    mantissa = mantissa.rstrip("0").rstrip(".") if "." in mantissa else mantissa
    return f"{mantissa}{e}{exponent.lstrip('+')}"
