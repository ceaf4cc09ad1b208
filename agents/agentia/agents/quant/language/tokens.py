"""An expression's text cut into numbers, names, currencies and symbols."""

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from agentia.agents.quant.errors import NotUnderstood, TooLarge
from agentia.agents.quant.language import literals
from agentia.agents.quant.language.vocabulary import CURRENCIES, CURRENCY_SIGNS, function_named
from agentia.agents.quant.limits import MAX_TOKENS

_NAME = re.compile(r"°[CFKR](?![^\W\d_])|[^\W\d_]+(?:_?\d+)?")
_SYMBOL = re.compile(r"\*\*|<=|>=|!=|<>|==|->|[-+*/^()\[\]{},;!=<>|%°]")
_SAME = {"**": "^", "<>": "!=", "==": "=", "[": "(", "{": "(", "]": ")", "}": ")"}
_WORD_OPERATORS = frozenset({"of", "mod"})


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of the text from `start` to `end`; numbers carry their value, currencies their sign as text."""

    kind: Literal["number", "name", "currency", "symbol", "end"]
    text: str
    start: int
    end: int
    value: Fraction = Fraction(0)


def tokenize(text: str) -> tuple[list[Token], list[str]]:
    """The tokens, the last of kind "end", and a note for each number read in a way that could surprise.

    Raises NotUnderstood at a character that has no place in an expression.
    """
    tokens: list[Token] = []
    notes: list[str] = []
    calls: list[bool] = []  # per open parenthesis: whether commas inside part arguments
    at = 0
    while at < len(text):
        if text[at].isspace():
            at += 1
            continue
        token = _number(text, at, any(calls[-1:]), notes) or _name(text, at) or _symbol(text, at)
        if text[at] in "[{" and tokens and tokens[-1].kind == "name":
            raise NotUnderstood(f'I do not read "{tokens[-1].text}{text[at]}…": only round parentheses follow a name.')
        if token.text == "(":
            calls.append(bool(tokens) and tokens[-1].kind == "name" and function_named(tokens[-1].text) is not None)
        elif token.text == ")" and calls:
            calls.pop()
        tokens.append(token)
        at = token.end
        if len(tokens) > MAX_TOKENS:
            raise TooLarge(f"One expression may have up to {MAX_TOKENS:,} numbers and signs; this one has more.")
    tokens.append(Token("end", "", len(text), len(text)))
    return tokens, notes


def _number(text: str, at: int, separators: bool, notes: list[str]) -> Token | None:
    literal = literals.read(text, at, separators=separators)
    if literal is None:
        return None
    if literal.note:
        notes.append(literal.note)
    return Token("number", literal.text, at, literal.end, literal.value)


def _name(text: str, at: int) -> Token | None:
    if text[at] in CURRENCY_SIGNS:
        return Token("currency", text[at], at, at + 1)
    match = _NAME.match(text, at)
    if match is None:
        return None
    word = match[0]
    if sign := CURRENCIES.get(word) or CURRENCIES.get(word.lower() if len(word) > 3 or word == "yen" else ""):
        return Token("currency", sign, at, match.end())
    if word.lower() in _WORD_OPERATORS:
        return Token("symbol", word.lower(), at, match.end())
    return Token("name", word, at, match.end())


def _symbol(text: str, at: int) -> Token:
    match = _SYMBOL.match(text, at)
    if match is None:
        raise NotUnderstood(f'The character "{text[at]}" has no place in an expression I can read.')
    return Token("symbol", _SAME.get(match[0], match[0]), at, match.end())
