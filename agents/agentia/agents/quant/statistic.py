"""A statistic as a value: its name, its exact form, its decimal."""

from dataclasses import dataclass
from decimal import Context
from fractions import Fraction
from typing import Final

from agentia.agents.quant import integers
from agentia.agents.quant.figures import decimal, exact, grouped, shown, terminates
from agentia.agents.quant.working import Working

Numbers = tuple[Fraction, ...]
_SHOWN: Final = 12
"""Lists up to this length are written out in the working."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One statistic: its name, its value where that is rational, and how it is written."""

    name: str
    exact: str
    value: Fraction | None
    decimal: str

    @property
    def text(self) -> str:
        """The value for a sentence: "2.5", "1/3 ≈ 0.333333333333333", "sqrt(2) ≈ 1.4142135623731"."""
        if self.value is not None and terminates(self.value):
            return shown(self.value)
        return f"{self.exact} ≈ {grouped(self.decimal)}" if self.decimal else self.exact

    def negated(self) -> "Figure":
        """The same below zero."""
        return Figure(self.name, f"-{self.exact}", None if self.value is None else -self.value, f"-{self.decimal}")


def rational(name: str, value: Fraction) -> Figure:
    """A statistic that is a fraction."""
    return Figure(name, exact(value), value, decimal(value))


def root(name: str, squared: Fraction) -> Figure:
    """A statistic known by its square."""
    found = integers.root(squared, 2)
    if found is not None:
        return rational(name, found)
    context = Context(prec=40)
    value = Fraction(context.sqrt(context.divide(squared.numerator, squared.denominator)))
    return Figure(name, f"sqrt({exact(squared)})", None, decimal(value))


def in_order(numbers: Numbers, working: Working) -> list[Fraction]:
    """The numbers sorted, short lists told."""
    ordered = sorted(numbers)
    if len(ordered) <= _SHOWN:
        working.step(f"Sorted: {', '.join(map(shown, ordered))}")
    return ordered


def listed(numbers: Numbers, sign: str) -> str:
    """The numbers joined by a sign, long lists by their ends."""
    if len(numbers) > _SHOWN:
        return f"{shown(numbers[0])}{sign}…{sign}{shown(numbers[-1])} ({len(numbers):,} numbers)"
    return sign.join(f"({shown(number)})" if number < 0 else shown(number) for number in numbers)
