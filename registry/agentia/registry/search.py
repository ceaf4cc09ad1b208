"""Rank cards by how well their words answer a need."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from heapq import nlargest
from math import exp, sqrt

from agentia.registry.index import CardIndex, CardTerms, SkillTerms
from agentia.registry.media import takes
from agentia.registry.query import Need, Query, read

FLOOR = 0.3  # a score below it is chance
ONE_WORD = 0.5  # the weight of about one matching word: less than that is no evidence
LIKENESS = 0.5  # how far an example that says the same lifts a score towards 1
MODE_MATTERS = 0.5  # how far a card falls that takes the media type only by a wildcard
MODE_BONUS = 0.15  # how far taking it by name lifts a score towards 1
CANDIDATES = 50  # the cards that are looked at skill by skill


@dataclass(frozen=True)
class Found:
    """A card that answers a need: how well (0 to 1), by which skills (best first), and why, in words."""

    id: str
    score: float
    skills: tuple[str, ...]
    why: str


def rank(cards: CardIndex, need: Need) -> list[Found]:
    """The cards that answer `need`, best first: none below the floor, none that cannot take one of its media types."""
    query = read(cards, need)
    if not query.weights:
        return list(_by_media_type(cards, query))
    masses = _masses(cards, query)
    candidates = nlargest(CANDIDATES, masses, key=lambda id: (masses[id], id))
    found = (_found(cards.cards[id], query, id, masses[id]) for id in candidates)
    return sorted((each for each in found if each.score >= FLOOR), key=lambda each: (-each.score, each.id))


def _by_media_type(cards: CardIndex, query: Query) -> Iterable[Found]:
    """For a file without words: whoever takes its type by name, all alike."""
    for id in sorted(cards.cards.keys() - query.exclude) if query.modes else ():
        if _fit(cards.cards[id].modes, query) == 1.0:
            yield Found(id, FLOOR, (), f"takes {', '.join(query.modes)}")


def _masses(cards: CardIndex, query: Query) -> dict[str, float]:
    """The weight of the query's terms that each card has, of those who may answer at all."""
    masses: dict[str, float] = defaultdict(float)
    for key, importance in query.weights.items():
        for id, strength in cards.postings.get(key, {}).items():
            masses[id] += importance * strength
    return {id: mass for id, mass in masses.items() if id not in query.exclude and _fit(cards.cards[id].modes, query)}


def _found(card: CardTerms, query: Query, id: str, mass: float) -> Found:
    by_skill = sorted(((_mass(skill, query), skill) for skill in card.skills), key=lambda each: -each[0])
    best = by_skill[0][0] if by_skill else 0.0
    skills = [skill for amount, skill in by_skill if 0 < amount >= best / 2][:3]
    focused = (mass + best) / 2  # one skill that says it all beats several that say a little
    score = sqrt(focused / query.total * (1 - exp(-focused / ONE_WORD)))
    score += (1 - score) * LIKENESS * _likeness(query, skills) ** 2
    fit = _fit(card.modes, query)
    score += (1 - score) * MODE_BONUS * fit if query.modes else 0
    score *= 1 - MODE_MATTERS * (1 - fit)
    return Found(id, round(score, 4), tuple(skill.id for skill in skills), _why(query, card, skills))


def _mass(skill: SkillTerms, query: Query) -> float:
    return sum(importance * skill.strengths.get(key, 0.0) for key, importance in query.weights.items())


def _likeness(query: Query, skills: list[SkillTerms]) -> float:
    """How much of their weight the need and the nearest example share (Dice), 0 to 1."""
    return max((_shared(query, example) for skill in skills for example in skill.examples), default=0.0)


def _shared(query: Query, example: frozenset[str]) -> float:
    common = sum(query.weights[key] for key in example & query.weights.keys())
    return 2 * common / (query.total + sum(map(query.weigh, example))) if common else 0.0


def _fit(modes: frozenset[str], query: Query) -> float:
    return min((takes(modes, mode) for mode in query.modes), default=1.0)


def _why(query: Query, card: CardTerms, skills: list[SkillTerms]) -> str:
    """`matches skill 'percentages' on: 15 % of, tax; takes text/csv`."""
    where = f"skill '{skills[0].id}'" if skills else "its description"
    strengths = skills[0].strengths if skills else card.strengths
    said = [surface for key, surface in reversed(query.surfaces.items()) if key in strengths]
    whole = [each for each in dict.fromkeys(said) if not any(each != other and each in other for other in said)]
    files = f"; takes {', '.join(query.modes)}" if query.modes else ""
    return f"matches {where} on: {', '.join(whole)}{files}"
