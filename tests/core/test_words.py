"""How a text becomes terms."""

import pytest

from agentia.core.words.stem import stem
from agentia.core.words.terms import terms


def keys(text: str) -> set[str]:
    return {term.key for term in terms(text)}


@pytest.mark.parametrize(
    "relatives",
    [
        ("grow", "grew", "grown", "growing", "grows", "growth"),
        ("percent", "percentage", "percentages"),
        ("calculate", "calculates", "calculation", "calculator", "calculating"),
        ("translate", "translation", "translator", "translated"),
        ("fast", "fastest"),
        ("region", "regions"),
        ("city", "cities"),
        ("summarise", "summarize", "summary", "summarises"),
        ("analyse", "analyze", "analysis", "analyst"),
        ("convert", "conversion", "converted"),
        ("metre", "metres", "meter", "meters"),
        ("run", "running", "runs"),
        ("sell", "sold", "sale", "sales"),
        ("statistics", "statistical"),
        ("foot", "feet"),
    ],
)
def test_relatives_share_a_stem(relatives: tuple[str, ...]) -> None:
    assert len(set(map(stem, relatives))) == 1


@pytest.mark.parametrize(
    "word", ["", "a", "is", "bus", "sing", "need", "speed", "est", "gas", "ion", "ly", "müde", "日本"]
)
def test_short_and_foreign_words_survive(word: str) -> None:
    assert len(stem(word)) >= min(len(word), 2)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("what is 15 % of 48210.5", {"#percent", "percent", "#number"}),
        ("15 percent of revenue", {"#percent", "percent"}),
        ("add 19 % VAT to 49.90", {"#percent"}),
        ("(17 + 4) * 3", {"#sign", "#number"}),
        ("3.5 times 18", {"#sign"}),
        ("a third of 99", {"#sign"}),
        ("2^64", {"#sign"}),
        ("solve x^2 - 5x + 6 = 0", {"#sign", "#equation", "solv"}),
        ("mean of 3, 5, 8 and 13", {"#series", "mean"}),
        ("5 miles in km", {"#unit", "#conversion", "mil"}),
        ("72 °F in °C", {"#conversion"}),
        ("100 USD in EUR", {"#money", "#exchange"}),
        ("£250", {"#money", "#number"}),
        ("from 2024-02-01 to 2024-12-25", {"#date", "#days"}),
        ("wake me at 7:30", {"#time"}),
        ("between January and June", {"#season"}),
        ("%", {"percent"}),
        ("+", {"#sign"}),
        ("Café Müller", {"caf", "mull"}),
    ],
)
def test_operands_and_operators_have_terms(text: str, found: set[str]) -> None:
    assert found <= keys(text)


@pytest.mark.parametrize(
    ("text", "absent"),
    [
        ("dim the screen to 40 %", "#percent"),
        ("km/h", "#sign"),
        ("2024-02-01", "#sign"),
        ("an x-ray of e-mail in C++", "#sign"),
        ("SELECT count(*) FROM orders", "#sign"),
        ("a bar chart and a cup", "#unit"),
        ("France", "#money"),
        ("who is it", "who"),
    ],
)
def test_look_alikes_have_none(text: str, absent: str) -> None:
    assert absent not in keys(text)


def test_a_term_knows_how_the_text_said_it() -> None:
    assert ("grow", "grew") in [(term.key, term.surface) for term in terms("Which region grew fastest?")]
    assert ("#percent", "15 % of") in [(term.key, term.surface) for term in terms("15 % of 80")]


@pytest.mark.parametrize("piece", ["1,", "1 ", "a", "(", "1.1", "=", "5 x", "é", " ", "per ", "x=", "-1", "1a", "%"])
def test_a_hostile_text_is_read_to_its_end(piece: str) -> None:
    """A pattern that tries every way to read such a text would not come back."""
    assert len(terms(piece * 10_000)) <= 30_000
