"""A Pratt parser from tokens to an expression. The text is only ever read, never run."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from agentia.agents.quant.errors import NotUnderstood, TooLarge
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
from agentia.agents.quant.language.tokens import Token, tokenize
from agentia.agents.quant.language.vocabulary import (
    CONSTANTS,
    FUNCTIONS,
    function_named,
    is_letter,
    letters_of,
    symbols_for_words,
)
from agentia.agents.quant.limits import MAX_DEPTH

_RELATION, _SUM, _PRODUCT, _SIDE_BY_SIDE, _SIGN, _UNIT, _POWER, _POSTFIX = 10, 20, 30, 32, 40, 45, 50, 60
_RELATIONS: Final = frozenset({"=", "!=", "<", "<=", ">", ">="})
_LEVELS: Final = {
    **dict.fromkeys(_RELATIONS, _RELATION),
    **dict.fromkeys("+-", _SUM),
    **dict.fromkeys(("*", "/", "mod", "of"), _PRODUCT),
    "^": _POWER,
    **dict.fromkeys("!%°", _POSTFIX),
}


@dataclass(frozen=True, slots=True)
class Reading:
    """An expression and the notes on anything in it that could have been meant otherwise."""

    expression: Expression
    notes: tuple[str, ...]


def parse(text: str, *, units: bool = False, names: frozenset[str] = frozenset()) -> Reading:
    """Read a whole text as one expression; with `units`, any word is the name of a unit.

    `names` are words to take for unknowns though they are longer than a letter.
    Raises NotUnderstood or TooLarge.
    """
    prepared = symbols_for_words(text)
    tokens, notes = tokenize(prepared)
    parser = _Parser(prepared, tokens, units, names, notes)
    expression = parser.expression(0)
    if parser.ahead.kind != "end":
        raise parser.lost()
    return Reading(expression, tuple(dict.fromkeys(parser.notes)))


@dataclass
class _Parser:
    text: str
    tokens: list[Token]
    units: bool
    names: frozenset[str]
    notes: list[str]
    at: int = 0
    depth: int = 0

    @property
    def ahead(self) -> Token:
        return self.tokens[self.at]

    def take(self) -> Token:
        token = self.tokens[self.at]
        self.at += 1
        return token

    def take_symbol(self, *symbols: str) -> bool:
        found = self.ahead.kind == "symbol" and self.ahead.text in symbols
        self.at += found
        return found

    def expression(self, minimum: int) -> Expression:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise TooLarge(f"The expression is nested more than {MAX_DEPTH} levels deep; write it flatter.")
        left = self.prefix(minimum)
        while (level := self.level()) is not None and level >= minimum:
            if minimum == _SIDE_BY_SIDE and self.ahead.kind == "name" and function_named(self.ahead.text):
                break  # "sin x cos x" is (sin x)(cos x)
            left = self.infix(left, level)
        self.depth -= 1
        return left

    def level(self) -> int | None:
        """How tightly the next token binds what stands before it; None when it cannot follow."""
        token = self.ahead
        if token.kind == "name" or token.text == "(":
            return _UNIT if self.units else _SIDE_BY_SIDE
        if token.kind == "currency":
            return _POSTFIX
        if token.text == "%" and self.after_percent():
            return _PRODUCT
        return _LEVELS.get(token.text) if token.kind == "symbol" else None

    def after_percent(self) -> bool:
        """Whether a number follows the %, which then asks for a remainder."""
        following = self.tokens[self.at + 1]
        return following.kind == "number" or following.text == "("

    def prefix(self, minimum: int) -> Expression:
        token = self.take()
        match token.kind, token.text:
            case "number", text:
                return Number(token.value, text)
            case "currency", sign:
                return Money(self.expression(_POSTFIX), sign)
            case "name", _:
                return self.name(token)
            case "symbol", "-" | "+":
                operand = self.expression(max(_SIGN, minimum))
                return self.negated(operand) if token.text == "-" else operand
            case "symbol", "(":
                return self.enclosed(token, ")")
            case "symbol", "|":
                return Call("abs", (self.enclosed(token, "|"),))
        self.at -= 1
        raise self.lost()

    def enclosed(self, opening: Token, closing: str) -> Expression:
        inner = self.expression(0)
        if self.ahead.kind == "end":
            raise NotUnderstood(
                f'The "{opening.text}" before "{self.text[opening.end :][:30].strip()}" is never closed.'
            )
        if not self.take_symbol(closing):
            raise self.lost()
        return inner

    def infix(self, left: Expression, level: int) -> Expression:
        if level in (_SIDE_BY_SIDE, _UNIT):
            return self.side_by_side(left, level)
        token = self.take()
        match token.text:
            case "!":
                return Factorial(left)
            case "%" if level == _POSTFIX:
                return Percent(left)
            case "°":
                return chained(left, "*", Name("degree"))
            case "^":
                return self.power(left)
            case sign if token.kind == "currency":
                return Money(left, sign)
        return self.joined(left, token.text, self.expression(_SIDE_BY_SIDE + 1 if level == _PRODUCT else level + 1))

    def joined(self, left: Expression, operator: str, right: Expression) -> Expression:
        if operator in _RELATIONS:
            before = (left.first, left.rest) if isinstance(left, Relation) else (left, ())
            return Relation(before[0], (*before[1], (operator, right)))
        if operator == "%":
            self.notes.append("Read % between two numbers as the remainder of a division.")
            operator = "mod"
        return chained(left, operator, right)

    def side_by_side(self, left: Expression, level: int) -> Expression:
        closed = self.tokens[self.at - 1].text == ")"
        if not closed and isinstance(left, Chain) and left.rest[-1][0] == "/":
            self.notes.append("Read a/b c as (a/b)·c; write a/(b c) for the other.")
        return chained(left, "*", self.expression(level + 1))

    def power(self, base: Expression) -> Expression:
        exponent = self.expression(_POWER)
        if isinstance(exponent, Power) and self.tokens[self.at - 1].text != ")":
            self.notes.append("Read a^b^c as a^(b^c), from the top down.")
        return Power(base, exponent)

    def negated(self, operand: Expression) -> Expression:
        if isinstance(operand, Power) and isinstance(operand.base, Number):
            self.notes.append(
                f"Read -{operand.base.text}^… as -({operand.base.text}^…); write (-{operand.base.text})^… for "
                f"the other."
            )
        return Negation(operand)

    def name(self, token: Token) -> Expression:
        name = token.text
        if self.units or name in self.names:
            return Name(name)
        if function := function_named(name):
            return self.call(function)
        if constant := CONSTANTS.get(name.lower() if len(name) > 1 else name):
            return Name(constant)
        if is_letter(name):
            return Name(name)
        if letters := letters_of(name):
            self.notes.append(f"Read {name} as {'·'.join(letters)}.")
            return Chain(Name(letters[0]), tuple(("*", Name(letter)) for letter in letters[1:]))
        raise NotUnderstood(f'I do not know "{name[:40]}" in an expression.')

    def call(self, function: str) -> Expression:
        power = self.expression(_POSTFIX) if self.take_symbol("^") else None
        arguments = self.arguments(function)
        if power == Negation(Number(Fraction(1), "1")) and f"a{function}" in FUNCTIONS:
            return Call(f"a{function}", arguments)
        if function.startswith("log_"):
            base = function.removeprefix("log_")
            function, arguments = "log", (*arguments, Number(Fraction(base), base))
        self.check_arity(function, arguments)
        return Power(Call(function, arguments), power) if power else Call(function, arguments)

    def arguments(self, function: str) -> tuple[Expression, ...]:
        if not self.take_symbol("("):
            operand = self.expression(_SIDE_BY_SIDE)
            if function in {"sqrt", "cbrt"} and self.ahead.text in {"+", "-"}:
                self.notes.append(f"Took the root of the first term alone; write {function}(…) around all it covers.")
            return (operand,)
        found = [self.expression(0)]
        while self.take_symbol(",", ";"):
            found.append(self.expression(0))
        if not self.take_symbol(")"):
            raise self.lost()
        return tuple(found)

    def check_arity(self, function: str, arguments: tuple[Expression, ...]) -> None:
        least, most = FUNCTIONS[function]
        if not least <= len(arguments) <= most:
            needed = str(least) if least == most else f"{least} to {most}"
            raise NotUnderstood(f"{function} takes {needed} arguments, and {len(arguments)} stand in its parentheses.")

    def lost(self) -> NotUnderstood:
        before, rest = (part.strip() for part in (self.text[: self.ahead.start], self.text[self.ahead.start :]))
        if not rest:
            return NotUnderstood(f'The expression "{_clipped(before)}" stops before it is complete.')
        if not before:
            return NotUnderstood(f'I cannot read "{_clipped(rest)}" as an expression.')
        return NotUnderstood(f'I can read "{_clipped(before)}" but not how "{_clipped(rest)}" goes on from there.')


def chained(left: Expression, operator: str, right: Expression) -> Chain:
    """`left operator right`, as one flat chain where the left is already a chain of the same precedence."""
    if isinstance(left, Chain) and (left.rest[0][0] in "+-") == (operator in "+-"):
        return Chain(left.first, (*left.rest, (operator, right)))
    return Chain(left, ((operator, right),))


def _clipped(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:40]}…"
