"""Which passages answer a need: by what they mean, by the words that they share, or by both."""

import asyncio
from collections.abc import Sequence
from heapq import nlargest
from typing import Final, NamedTuple

from agentia.core.meaning.model import Vector
from agentia.core.words.terms import OPERANDS, OPERATORS, terms
from agentia.core.words.weight import weight

NEAR: Final = 0.15
"""What is less near than that, and shares no word, has nothing to do with a need."""
SHARED: Final = 0.3
"""The share of a need's words that a passage must have, without a vector or in spite of it."""
WORDS: Final = 0.15
"""How much all words together lift what is near: they decide between passages that are equally near."""


class Passage(NamedTuple):
    """What can be found: its words (those of `words`), and its vector, if there is one."""

    words: frozenset[str]
    vector: Vector | None


class Ranked(NamedTuple):
    """A passage by its place, and how well it answers: 0 (not at all) to 1."""

    place: int
    score: float


def words(text: str) -> frozenset[str]:
    """The words of a text without their endings, and its numbers as they stand there."""
    found = (term for term in terms(text) if term.key not in OPERATORS)
    return frozenset("".join(term.surface.split()) if term.key in OPERANDS else term.key for term in found)


async def rank(need: str, vector: Vector | None, passages: Sequence[Passage], limit: int) -> list[Ranked]:
    """The passages that answer `need`, with its `vector`, best first: at most `limit`, and none that is far from it.

    Ten thousand take about 40 ms, on a thread.
    """
    return await asyncio.to_thread(_rank, need, vector, passages, limit)


def nearness(need: Vector, passages: Sequence[Vector]) -> list[float]:
    """How near passages are to a need: 1 the same direction, 0 nothing in common."""
    import numpy as np

    matrix = np.frombuffer(b"".join(passages), dtype="<f2").reshape(len(passages), -1).astype(np.float32)
    near: list[float] = (matrix @ np.frombuffer(need, dtype="<f2").astype(np.float32)).tolist()
    return near


def _rank(need: str, vector: Vector | None, passages: Sequence[Passage], limit: int) -> list[Ranked]:
    shares = _shares(words(need), passages)
    near = dict.fromkeys(range(len(passages)), 0.0)
    if vector is not None:
        known = [(place, each.vector) for place, each in enumerate(passages) if each.vector is not None]
        found = nearness(vector, [each for _, each in known]) if known else []
        near |= dict(zip((place for place, _ in known), found, strict=True))
    scored = (Ranked(place, _score(near[place], share)) for place, share in enumerate(shares))
    return nlargest(limit, (each for each in scored if each.score > 0), key=lambda each: each.score)


def _score(near: float, share: float) -> float:
    if near < NEAR and share < SHARED:
        return 0.0
    return round(min(1.0, max(near, 0.0) + WORDS * share if near >= NEAR else share / 2), 4)


def _shares(wanted: frozenset[str], passages: Sequence[Passage]) -> list[float]:
    """Of the weight of the words that are wanted, the share that each passage has."""
    hits = [wanted & each.words for each in passages]
    having = {word: sum(word in hit for hit in hits) for word in wanted}
    weights = {word: weight(word, count, len(passages)) for word, count in having.items()}
    total = sum(weights.values()) or 1.0
    return [sum(weights[word] for word in hit) / total if hit else 0.0 for hit in hits]
