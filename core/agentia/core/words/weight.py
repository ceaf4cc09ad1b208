"""How much a term says in a search."""

from math import log

from agentia.core.words.terms import OPERANDS, OPERATORS
from agentia.core.words.vocabulary import FAINT

FAINT_WEIGHT, OPERAND_WEIGHT, OPERATOR_WEIGHT = 0.15, 0.4, 2.0
UNKNOWN_WEIGHT = 0.6  # of a word that nothing has: it speaks against all, or is a name that nothing could have


def weight(key: str, having: int, among: int) -> float:
    """What a term counts that `having` of `among` things have: a rare one more, an operator too, a faint one less."""
    return _rarity(having, among) * _emphasis(key)


def _rarity(having: int, among: int) -> float:
    """From 0.3 (everything has it) to nearly 1; an inverse document frequency that also works for three things."""
    spread = log((among + 1) / (max(having, 1) + 0.5)) / log((among + 1) / 0.5)
    return (0.3 + 0.7 * spread) * (1.0 if having else UNKNOWN_WEIGHT)


def _emphasis(key: str) -> float:
    if key in OPERATORS:
        return OPERATOR_WEIGHT
    return OPERAND_WEIGHT if key in OPERANDS else FAINT_WEIGHT if key in FAINT else 1.0
