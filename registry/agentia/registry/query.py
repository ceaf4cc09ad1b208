"""Read a need: which of its words count, and how much, among the cards there are."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, cached_property, partial

from agentia.core.words.patterns import WORD
from agentia.core.words.stem import stem
from agentia.core.words.terms import terms
from agentia.core.words.vocabulary import COURTESY
from agentia.core.words.weight import weight
from agentia.registry.index import CardIndex
from agentia.registry.media import UNSAID, plain_type

LONGEST_NEED = 2_000  # characters; what comes after is not read
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
    weigh = cache(partial(_weigh, cards))
    weights = {key: weigh(key) for key in surfaces}
    if (lead := _lead(text)) in weights:
        weights[lead] *= LEAD_WEIGHT
    modes = tuple(mode for mode in map(plain_type, need.input_modes) if mode not in UNSAID)
    return Query(weigh, weights, surfaces, modes, need.exclude)


def _weigh(cards: CardIndex, key: str) -> float:
    return weight(key, len(cards.postings.get(key, ())), len(cards.cards))


def _lead(text: str) -> str:
    words = (word for word in WORD.findall(text[:200].lower()) if word not in COURTESY)
    return stem(next(words, ""))
