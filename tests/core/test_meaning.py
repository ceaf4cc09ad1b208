"""Texts compared by what they mean, and by words where there is no model."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from agentia.core.meaning import Meaning, Passage, Vector, installed, rank
from agentia.core.meaning import model as model_module
from agentia.core.meaning.ranking import words

pytestmark = pytest.mark.asyncio(loop_scope="module")

FACTS = (
    "Our dog is called Bruno.",
    "Anna Becker leads the purchasing department.",
    "The office is closed between Christmas and New Year.",
    "Order 4711 has been paid.",
)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def meaning() -> AsyncIterator[Meaning]:
    """The real model, loaded once."""
    meaning = Meaning()
    yield meaning
    await meaning.close()


async def passages(meaning: Meaning | None, *texts: str) -> list[Passage]:
    return [Passage(words(text), await meaning.of_passage(text) if meaning else None) for text in texts or FACTS]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def read(meaning: Meaning) -> list[Passage]:
    """The facts, read once."""
    return await passages(meaning)


async def first(need: str, vector: Vector | None, among: list[Passage]) -> str:
    found = await rank(need, vector, among, 1)
    return FACTS[found[0].place] if found else ""


@pytest.mark.parametrize(
    ("need", "fact"),
    [
        ("What is the name of our pet?", FACTS[0]),
        ("Wer ist für den Einkauf verantwortlich?", FACTS[1]),
        ("¿Se trabaja en Navidad?", FACTS[2]),
        ("What about order 4711?", FACTS[3]),
    ],
)
async def test_a_need_finds_what_answers_it_in_other_words_and_languages(
    meaning: Meaning, read: list[Passage], need: str, fact: str
) -> None:
    assert await first(need, await meaning.of_need(need), read) == fact


async def test_without_a_model_the_words_that_are_shared_find_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(model_module, "installed", lambda: False)
    bare = Meaning()
    assert (bare.name, await bare.of_need("dogs"), await bare.of_passage("dogs")) == ("", None, None)
    among = await passages(None)
    assert await first("How are our dogs called?", None, among) == FACTS[0]
    assert await first("Was order 4711 paid?", None, among) == FACTS[3]
    assert await first("What is the name of our pet?", None, among) == ""


async def test_a_model_that_cannot_be_loaded_leaves_the_words(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise OSError("libgomp is missing")

    monkeypatch.setattr(model_module, "_model", broken)
    bare = Meaning()
    assert bare.name
    assert await bare.of_passage("dogs") is None
    assert (bare.name, await bare.of_need("dogs")) == ("", None)
    await bare.close()


async def test_what_has_no_vector_is_found_by_its_words_beside_those_that_have_one(
    meaning: Meaning, read: list[Passage]
) -> None:
    among = [*read[:3], Passage(words(FACTS[3]), None)]
    need = "Was order 4711 paid?"
    assert await first(need, await meaning.of_need(need), among) == FACTS[3]


async def test_nothing_is_found_among_nothing(meaning: Meaning, read: list[Passage]) -> None:
    assert await rank("anything", await meaning.of_need("anything"), [], 5) == []
    assert await rank("", await meaning.of_need(""), read, 0) == []


@pytest.mark.parametrize(
    "text", ["", "\0", "a\0b", "\ud800", "\x07" * 50, "😀" * 500, "x" * 5_000, "٣" * 300, "\u202e"]
)
async def test_a_hostile_text_has_a_vector_too(meaning: Meaning, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(model_module, "LONGEST", 100)
    vector = await meaning.of_passage(text)
    assert vector is not None
    assert len(vector) == 768


async def test_the_event_loop_turns_while_texts_are_read(meaning: Meaning) -> None:
    """The engine lets go of the interpreter's lock, so a heartbeat on the loop does not wait for it."""
    reading = asyncio.create_task(meaning.of_passage("and so on " * 30))
    turns = 0
    while not reading.done():
        await asyncio.sleep(0)
        turns += 1
    assert turns > 20


async def test_meaning_is_installed_for_the_tests() -> None:
    assert installed()
