"""Read a need: which of its words count, and how much, among the cards there are."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, cached_property, partial
from math import log

from agentia.registry.index import CardIndex
from agentia.registry.media import UNSAID, plain_type
from agentia.registry.patterns import WORD
from agentia.registry.stem import stem
from agentia.registry.vocabulary import COURTESY, FAINT
from agentia.registry.words import OPERANDS, OPERATORS, terms

LONGEST_NEED = 2_000  # characters; what comes after is not read
FAINT_WEIGHT, OPERAND_WEIGHT, OPERATOR_WEIGHT = 0.15, 0.4, 2.0
UNKNOWN_WEIGHT = 0.6  # of a word that no card has: it speaks against all of them, or is a name that nobody could have
LEAD_WEIGHT = 1.5  # "book a flight": the first word of an order says what to do


@dataclass(frozen=True)
class Need:
    """What somebody wants done, the media types of what they hand over, and whom they will not ask."""

    text: str
    input_modes: tuple[str, ...] = ()
    exclude: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Query:
    """A need as terms: the weight of each by its key and how the need said it; `weigh` weighs a term of the cards'."""

    weigh: Callable[[str], float]
    weights: dict[str, float]
    surfaces: dict[str, str]
    modes: tuple[str, ...]
    exclude: frozenset[str]

    @cached_property
    def total(self) -> float:
        return sum(self.weights.values())


def read(cards: CardIndex, need: Need) -> Query:
    """`need` as it looks to `cards`."""
    text = need.text[:LONGEST_NEED]
    surfaces = {term.key: term.surface for term in reversed(terms(text))}  # the first of each key wins
    weigh = cache(partial(weight, cards))
    weights = {key: weigh(key) for key in surfaces}
    if (lead := _lead(text)) in weights:
        weights[lead] *= LEAD_WEIGHT
    modes = tuple(mode for mode in map(plain_type, need.input_modes) if mode not in UNSAID)
    return Query(weigh, weights, surfaces, modes, need.exclude)


def weight(cards: CardIndex, key: str) -> float:
    """How much a term says: more when fewer cards have it, more for an operator, less for a faint word."""
    return _rarity(len(cards.cards), len(cards.postings.get(key, ()))) * _emphasis(key)


def _rarity(cards: int, having: int) -> float:
    """From 0.3 (every card has it) to nearly 1; an inverse document frequency that also works for three cards."""
    spread = log((cards + 1) / (max(having, 1) + 0.5)) / log((cards + 1) / 0.5)
    return (0.3 + 0.7 * spread) * (1.0 if having else UNKNOWN_WEIGHT)


def _emphasis(key: str) -> float:
    if key in OPERATORS:
        return OPERATOR_WEIGHT
    return OPERAND_WEIGHT if key in OPERANDS else FAINT_WEIGHT if key in FAINT else 1.0


def _lead(text: str) -> str:
    words = (word for word in WORD.findall(text[:200].lower()) if word not in COURTESY)
    return stem(next(words, ""))
