"""What the analyst says of how it read a question, what it asks back, and how a reply repairs it."""

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.agents.analyst.conftest import Analyst


@pytest.mark.parametrize(
    ("question", "note"),
    [
        ("revenue last month", "“last month” is June 2026, as the data end on 2026-06-30"),
        ("revenue in March", "“March” is March 2026"),
        ("revenue of Nroth", "“Nroth” is read as North"),
        ("revenue in 2026", "the data cover only a part of 2026"),
        ("total revenue", "over all dates, January 2025–June 2026"),
        ("total revenue quux", "not used: “quux”"),
    ],
)
def test_what_was_assumed_is_said(question: str, note: str, analyst: "Analyst") -> None:
    assert note in analyst.outcomes(question)[0]["words"]


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("Which region had the highest profit?", "“profit” is neither a column nor a value"),
        ("What was the revenue of Zürich?", "“Zürich” is neither a column nor a value"),
        ("revenue by salesman", "“salesman” is neither"),
        ("What is 15 % of its revenue?", "I cannot tell what “its” refers to"),
        ("hello there", "I found nothing in it"),
        ("average price of laptops", "“price” is neither"),
        ("running total of revenue", "“running” is neither"),
        ("What will revenue be next month?", "I work out what the data hold and make no forecasts"),
    ],
)
def test_what_cannot_be_read_is_asked_back_with_what_is_known(question: str, words: str, analyst: "Analyst") -> None:
    asked = analyst.asks_back(question)
    assert words in asked
    assert "date (2025-01-31 to 2026-06-30), region (East, North, South, West)" in asked
    assert "totals, averages" in asked


def test_asking_back_names_what_was_understood(analyst: "Analyst") -> None:
    asked = analyst.asks_back("Which region had the highest profit in March 2026?")
    assert "Understood so far: region (a column), March 2026 (a period)." in asked


@pytest.mark.parametrize(
    ("question", "reply", "subject"),
    [
        ("Which region had the highest profit?", "revenue", "South"),
        ("What was the revenue of Zürich?", "North", "North"),
        ("hello there", "total revenue by region", "South"),
        ("Which region had the highest profit?", "I meant: which region grew fastest?", "North"),
    ],
)
def test_a_reply_repairs_the_question(question: str, reply: str, subject: str, analyst: "Analyst") -> None:
    assert analyst.data(question, replies=(reply,))["subject"] == subject


@pytest.mark.parametrize(
    ("question", "intent"),
    [
        ("Which region grew fastest?", "change of revenue by region, January 2025 → June 2026"),
        ("What is North's last month's revenue?", "revenue for North, June 2026"),
        ("", "a profile"),
        ("sql: SELECT 1", "your statement"),
    ],
)
def test_what_is_being_worked_out_can_be_said_beforehand(question: str, intent: str, analyst: "Analyst") -> None:
    assert analyst.looks(question)["intent"] == intent
