"""The tree that an expression is read into; nothing in it can run."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class Number:
    """A number as it was written; `text` is how to show it."""

    value: Fraction
    text: str


@dataclass(frozen=True, slots=True)
class Money:
    """An amount with its currency sign or code."""

    amount: "Expression"
    currency: str


@dataclass(frozen=True, slots=True)
class Name:
    """A constant, an unknown, or (when units are read) a unit."""

    name: str


@dataclass(frozen=True, slots=True)
class Negation:
    operand: "Expression"


@dataclass(frozen=True, slots=True)
class Percent:
    operand: "Expression"


@dataclass(frozen=True, slots=True)
class Factorial:
    operand: "Expression"


@dataclass(frozen=True, slots=True)
class Power:
    base: "Expression"
    exponent: "Expression"


@dataclass(frozen=True, slots=True)
class Chain:
    """Operands of one precedence, worked from left to right: `+ -`, or `* / mod of`.

    A flat chain, so that a sum of a thousand terms is no deeper than one of two.
    """

    first: "Expression"
    rest: tuple[tuple[str, "Expression"], ...]


@dataclass(frozen=True, slots=True)
class Call:
    function: str
    arguments: tuple["Expression", ...]


@dataclass(frozen=True, slots=True)
class Relation:
    """Sides joined by `=`, `!=`, `<`, `<=`, `>` or `>=`; `1 < x <= 3` has three."""

    first: "Expression"
    rest: tuple[tuple[str, "Expression"], ...]


Expression = Number | Money | Name | Negation | Percent | Factorial | Power | Chain | Call | Relation


def children(expression: Expression) -> tuple[Expression, ...]:
    """The parts that an expression is made of, from left to right."""
    match expression:
        case Number() | Name():
            return ()
        case Money(amount, _):
            return (amount,)
        case Negation(operand) | Percent(operand) | Factorial(operand):
            return (operand,)
        case Power(base, exponent):
            return (base, exponent)
        case Chain(first, rest) | Relation(first, rest):
            return (first, *(part for _, part in rest))
        case Call(_, arguments):
            return arguments


def walk(expression: Expression) -> Iterator[Expression]:
    """The expression and all parts of it, outermost first."""
    yield expression
    for child in children(expression):
        yield from walk(child)


def unknowns(expression: Expression, constants: frozenset[str]) -> tuple[str, ...]:
    """Names that are no constants, in the order of their first use."""
    names = (part.name for part in walk(expression) if isinstance(part, Name))
    return tuple(dict.fromkeys(name for name in names if name not in constants))
