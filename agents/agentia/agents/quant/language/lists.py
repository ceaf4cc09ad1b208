"""Lists of numbers in a text: "1,200, 3,400 and 5", "1 2 3", "1,5; 2,5", one a line."""

import re
from dataclasses import dataclass
from fractions import Fraction

from agentia.agents.quant.errors import TooLarge
from agentia.agents.quant.language import literals
from agentia.agents.quant.language.vocabulary import CURRENCY_SIGNS
from agentia.agents.quant.limits import MAX_NUMBERS

_AND = re.compile(r"(?<=[\d%)]),? (?:and|&) (?=[-\d.(€$£¥])", re.IGNORECASE)
_GROUPED = re.compile(r"-?[1-9]\d{0,2}(?:,\d{3})+$")


@dataclass(frozen=True, slots=True)
class Numbers:
    """The numbers of a list in their order, and how it was read if that could surprise."""

    numbers: tuple[Fraction, ...]
    note: str | None = None


def read(text: str) -> Numbers | None:
    """The numbers when the text is nothing but a list of them, else None."""
    text = _AND.sub(", ", text.strip().strip("()[]{}").strip())
    if not text or not any(character.isdigit() for character in text):
        return None
    for separator in (r"[;\n|]", r",\s+", r","):
        pieces = [piece for piece in re.split(separator, text) if piece.strip()]
        if len(pieces) > 1:
            return _all(pieces, _note(text) if separator == "," else None) or _commas(text)
    return _all(text.split()) or _all([text])


def _commas(text: str) -> Numbers | None:
    return _all(re.split(r"[,;\s]+", text.strip(",; ")))


def _note(text: str) -> str | None:
    return f'Read "{text}" as separate numbers, not as one with thousands separators.' if _GROUPED.match(text) else None


def _all(pieces: list[str], note: str | None = None) -> Numbers | None:
    if len(pieces) > MAX_NUMBERS:
        raise TooLarge(f"The list holds more than {MAX_NUMBERS:,} numbers; I take up to that many.")
    found = [_number(piece.strip()) for piece in pieces]
    numbers = tuple(number for number in found if number is not None)
    return Numbers(numbers, note) if len(numbers) == len(pieces) else None


def _number(piece: str) -> Fraction | None:
    piece = piece.strip(CURRENCY_SIGNS + " ")
    share = piece.endswith("%")
    piece = piece.removesuffix("%").rstrip()
    sign = -1 if piece.startswith("-") else 1
    start = len(piece) - len(piece.lstrip("+-"))
    literal = literals.read(piece, start) if start <= 1 else None
    if literal is None:
        return None
    value, end = literal.value, literal.end
    if piece[end : end + 1] == "/" and (under := literals.read(piece, end + 1)) and under.value:
        value, end = value / under.value, under.end
    return sign * value / (100 if share else 1) if end == len(piece) else None
