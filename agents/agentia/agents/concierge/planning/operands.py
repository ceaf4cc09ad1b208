"""What a calculation is made of: figures, quantities to look up, earlier answers, and calculations."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from agentia.agents.concierge.planning.mask import masked
from agentia.agents.concierge.planning.words import AUXILIARY, CONJUNCTION, PREPOSITION, alternatives

_GROUPED = re.compile(r"\b(?:per|each|every|by\s+[a-z]\w*)\b", re.IGNORECASE)
_LOOSE = alternatives(PREPOSITION, AUXILIARY, CONJUNCTION)
_BROKEN = re.compile(
    rf"\d.*|.*%.*|.*\band \d.*|{_LOOSE}\b.*|.*\s(?:{_LOOSE}|the|an?)|.*['’]s|.*[?!;].*"
    r"|(?:the\s+)?(?:difference|sum|product|ratio)\s+(?:of|between)\b(?!.*\s(?:and|to)\s).*",
    re.IGNORECASE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Figure:
    """An operand that stands in the text as a number or an expression."""

    text: str


@dataclass(frozen=True, slots=True)
class Quantity:
    """An operand in words, to be looked up: "its last month's revenue"."""

    text: str


@dataclass(frozen=True, slots=True)
class Earlier:
    """An operand that is the number of an earlier answer: "that"; `said` is empty when it goes without saying."""

    said: str


@dataclass(frozen=True, slots=True)
class Calculation:
    """Two forms, for people and for agents, to be filled with the operands `a`, `b`, `that` and `k`.

    `k` is what is done with the others, in the words of the request.
    """

    form: str
    signs: str
    operands: "Mapping[str, Operand]"


Operand = Figure | Quantity | Earlier | Calculation


def is_quantity(text: str) -> bool:
    """Whether words name one number: neither a number for each of several, nor a broken phrase."""
    hidden = masked(text)
    has_word = re.search(r"[^\W\d_]{2}", hidden) is not None
    return has_word and not _GROUPED.search(hidden) and not _BROKEN.fullmatch(hidden)
