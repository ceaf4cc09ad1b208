"""The terms of every card, kept in memory and changed card by card."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from agentia.core.words.terms import terms
from agentia.registry.media import plain_type


class Field(NamedTuple):
    """The weight of a term that stands in this field, and how many terms the field usually has."""

    weight: float
    usual_length: int


# BM25F (Robertson and Zaragoza 2009), with the usual length in place of the corpus's mean, so that one card's score
# does not hang on the others.
SKILL_FIELDS = {
    "name": Field(2.0, 3), "id": Field(2.0, 3), "tags": Field(2.0, 6), "examples": Field(0.8, 20),
    "description": Field(0.8, 14),
}  # fmt: skip
CARD_NAME, CARD_DESCRIPTION = Field(1.0, 2), Field(0.6, 18)
LENGTH_MATTERS = 0.5
SATURATION = 0.7
# What is read of a card: cards come from strangers, and usual ones have a tenth of this.
LONGEST_TEXT, MOST_TEXTS, MOST_CHARACTERS = 500, 30, 30_000


@dataclass(frozen=True)
class SkillTerms:
    """What one skill answers to, each term with a strength from 0 to 1; its examples; the media types it takes."""

    id: str
    strengths: Mapping[str, float]
    examples: tuple[frozenset[str], ...]
    modes: frozenset[str]


@dataclass(frozen=True)
class CardTerms:
    """What a card answers to: the strongest of its skills, term by term, and its own name and description."""

    strengths: Mapping[str, float]
    skills: tuple[SkillTerms, ...]
    modes: frozenset[str]


class CardIndex:
    """Cards by term. One card more or less costs that card's terms, never the whole index."""

    def __init__(self) -> None:
        self.cards: dict[str, CardTerms] = {}
        self.postings: dict[str, dict[str, float]] = {}

    def put(self, id: str, card: CardTerms) -> None:
        """Index `card` under `id`, in place of what was there."""
        self.drop(id)
        self.cards[id] = card
        for key, strength in card.strengths.items():
            self.postings.setdefault(key, {})[id] = strength

    def drop(self, id: str) -> None:
        gone = self.cards.pop(id, None)
        for key in gone.strengths if gone else ():
            del self.postings[key][id]
            if not self.postings[key]:
                del self.postings[key]


def terms_of_card(card: Mapping[str, Any]) -> CardTerms:
    """The terms of a card in 1.0 JSON. Fields that are missing are empty."""
    own = _weigh((CARD_NAME, _texts(card, "name")), (CARD_DESCRIPTION, _texts(card, "description")))
    modes = _plain_types(card, "defaultInputModes")
    skills = tuple(_terms_of_skill(skill, own, modes) for skill in _readable(card.get("skills", ())))
    strongest = {key: _saturated(weight) for key, weight in own.items()}
    for skill in skills:
        for key, strength in skill.strengths.items():
            strongest[key] = max(strength, strongest.get(key, 0.0))
    return CardTerms(strongest, skills, modes.union(*(skill.modes for skill in skills)))


def _readable(skills: Iterable[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    room = MOST_CHARACTERS
    for skill in skills:
        room -= sum(len(text) for field in SKILL_FIELDS for text in _texts(skill, field))
        if room < 0:
            break
        yield skill


def _terms_of_skill(skill: Mapping[str, Any], own: Mapping[str, float], modes: frozenset[str]) -> SkillTerms:
    weights = _weigh(*((field, _texts(skill, name)) for name, field in SKILL_FIELDS.items()))
    strengths = {key: _saturated(weight + own.get(key, 0.0)) for key, weight in weights.items()}
    examples = tuple(frozenset(term.key for term in terms(text)) for text in _texts(skill, "examples"))
    return SkillTerms(str(skill.get("id", "")), strengths, examples, _plain_types(skill, "inputModes") or modes)


def _weigh(*fields: tuple[Field, list[str]]) -> dict[str, float]:
    weights: defaultdict[str, float] = defaultdict(float)
    for field, texts in fields:
        counts = Counter(term.key for text in texts for term in terms(text))
        length = 1 - LENGTH_MATTERS + LENGTH_MATTERS * max(1.0, counts.total() / field.usual_length)
        for key, count in counts.items():
            weights[key] += field.weight * count / length
    return weights


def _saturated(weight: float) -> float:
    return weight / (weight + SATURATION)


def _texts(thing: Mapping[str, Any], field: str) -> list[str]:
    value = thing.get(field, ())
    return [text[:LONGEST_TEXT] for text in ((value,) if isinstance(value, str) else value[:MOST_TEXTS])]


def _plain_types(thing: Mapping[str, Any], field: str) -> frozenset[str]:
    return frozenset(map(plain_type, _texts(thing, field)))
