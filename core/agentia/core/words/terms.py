"""Cut a text into terms: stemmed words, operands (numbers, dates, units) and operators (what to do with them)."""

import unicodedata
from collections.abc import Iterator
from typing import NamedTuple

from agentia.core.words import patterns
from agentia.core.words.stem import stem
from agentia.core.words.vocabulary import STOP


class Term(NamedTuple):
    """What is compared (`key`) and how the text said it (`surface`)."""

    key: str
    surface: str


# Classes start with "#", which no word does, so "12 % of 80" and "15 % of 48210.5" share their keys.
NUMBER, SHARE, DATE, TIME, SEASON, MONEY, UNIT = "#number", "#share", "#date", "#time", "#season", "#money", "#unit"
SIGN, EQUATION, SERIES, PERCENT = "#sign", "#equation", "#series", "#percent"
PAIRS = {DATE: "#days", MONEY: "#exchange", UNIT: "#conversion"}  # "5 km in miles": two of a kind are an operator
OPERATIONS = {
    (SIGN,): patterns.FORMULA, (EQUATION,): patterns.EQUATION, (SERIES,): patterns.SERIES,
    (PERCENT, "percent"): patterns.PART_OF,
}  # fmt: skip
OPERANDS = frozenset({NUMBER, SHARE, DATE, TIME, SEASON, MONEY, UNIT})
OPERATORS = frozenset({SIGN, EQUATION, SERIES, PERCENT, *PAIRS.values()})
CLASSES = {  # by the group of patterns.TOKEN
    "date": (DATE,), "time": (TIME,), "season": (SEASON,), "percent": (SHARE, NUMBER), "money": (MONEY, NUMBER),
    "coin": (MONEY,), "quantity": (UNIT, NUMBER), "unit": (UNIT,), "number": (NUMBER,),
    "parts": ("percent",), "word": (),
}  # fmt: skip


def terms(text: str) -> list[Term]:
    """The terms of `text`, stop words left out: its words and operands in order, then the operators."""
    plain = unaccented(text)
    matches = patterns.TOKEN.finditer(plain)
    found = [term for match in matches for term in _terms_of(str(match.lastgroup), match.group())]
    return found + list(_operators(plain)) + list(_pairs(found))


def unaccented(text: str) -> str:
    """`text` with "cafe" for "café"; scripts without accents stay as they are."""
    if text.isascii():
        return text
    letters = (letter for letter in unicodedata.normalize("NFKD", text) if not unicodedata.combining(letter))
    return unicodedata.normalize("NFC", "".join(letters))


def _terms_of(kind: str, surface: str) -> Iterator[Term]:
    yield from (Term(key, surface) for key in CLASSES[kind])
    if kind in ("word", "coin", "quantity", "unit", "season"):
        words = patterns.WORD.findall(surface.lower())
        yield from (Term(stem(word), surface) for word in words if len(word) > 1 and word not in STOP)


def _operators(plain: str) -> Iterator[Term]:
    formulas = patterns.NO_FORMULA.sub(" ", plain)
    for keys, pattern in OPERATIONS.items():
        yield from (Term(key, match.group()) for match in pattern.finditer(formulas) for key in keys)
    if lone := patterns.LONE_SIGN.fullmatch(plain):  # a tag such as "+"
        yield Term(EQUATION if lone[1] == "=" else SIGN, lone[1])


def _pairs(found: list[Term]) -> Iterator[Term]:
    for operand, operator in PAIRS.items():
        surfaces = [term.surface for term in found if term.key == operand]
        if len(surfaces) > 1:
            yield Term(operator, f"{surfaces[0]} … {surfaces[1]}")
    numbers = [term.surface for term in found if term.key == NUMBER]
    shares = [term.surface for term in found if term.key == SHARE]
    if shares and len(numbers) > 1:  # "add 19 % to 49.90", but not "dim the light to 40 %"
        yield from (Term(PERCENT, shares[0]), Term("percent", shares[0]))
