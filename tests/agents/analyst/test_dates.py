"""Dates in questions, resolved against what a table covers: monthly data to June 2026, and daily data to 17 June."""

from datetime import date

import pytest

from agentia.agents.analyst.questions.calendar import Span
from agentia.agents.analyst.questions.dates import find_dates

MONTHLY = Span(date(2025, 1, 31), date(2026, 6, 30), "month")
DAILY = Span(date(2025, 1, 3), date(2026, 6, 17), "day")


def found(text: str, span: Span) -> list[str]:
    return [when.period.iso for when in find_dates(text, span)]


@pytest.mark.parametrize(
    ("text", "monthly", "daily"),
    [
        ("last month", "2026-06-01/2026-06-30", "2026-05-01/2026-05-31"),
        ("in the latest month", "2026-06-01/2026-06-30", "2026-05-01/2026-05-31"),
        ("this month", "2026-06-01/2026-06-30", "2026-06-01/2026-06-30"),
        ("last quarter", "2026-04-01/2026-06-30", "2026-01-01/2026-03-31"),
        ("last year", "2025-01-01/2025-12-31", "2025-01-01/2025-12-31"),
        ("year to date", "2026-01-01/2026-06-30", "2026-01-01/2026-06-17"),
        ("the last 3 months", "2026-04-01/2026-06-30", "2026-03-18/2026-06-17"),
        ("past two quarters", "2026-01-01/2026-06-30", "2025-12-18/2026-06-17"),
        ("three months ago", "2026-03-01/2026-03-31", "2026-02-01/2026-02-28"),
        ("the last 30 days", None, "2026-05-19/2026-06-17"),
        ("yesterday", None, "2026-06-16/2026-06-16"),
        ("last week", None, "2026-06-08/2026-06-14"),
        ("in March", "2026-03-01/2026-03-31", "2026-03-01/2026-03-31"),
        ("in November", "2025-11-01/2025-11-30", "2025-11-01/2025-11-30"),
        ("since March", "2026-03-01/2026-06-30", "2026-03-01/2026-06-17"),
        ("from February 2026 onwards", "2026-02-01/2026-06-30", "2026-02-01/2026-06-17"),
        ("after 2025-11-30", "2025-12-01/2026-06-30", "2025-12-01/2026-06-17"),
        ("until March 2025", "2025-01-01/2025-03-31", "2025-01-03/2025-03-31"),
        ("the first 6 months", "2025-01-01/2025-06-30", "2025-01-01/2025-06-30"),
    ],
)
def test_relative_dates_count_from_the_last_date_in_the_data(text: str, monthly: str | None, daily: str) -> None:
    if monthly:
        assert found(text, MONTHLY) == [monthly]
    assert found(text, DAILY) == [daily]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("in March 2025", "2025-03-01/2025-03-31"),
        ("Mar '25", "2025-03-01/2025-03-31"),
        ("2025-03", "2025-03-01/2025-03-31"),
        ("03/2025", "2025-03-01/2025-03-31"),
        ("on 2025-03-05", "2025-03-05/2025-03-05"),
        ("on March 5, 2025", "2025-03-05/2025-03-05"),
        ("the 5th of March 2025", "2025-03-05/2025-03-05"),
        ("5.3.2025", "2025-03-05/2025-03-05"),
        ("Q2 2025", "2025-04-01/2025-06-30"),
        ("2025-Q2", "2025-04-01/2025-06-30"),
        ("Q2", "2026-04-01/2026-06-30"),
        ("the second quarter of 2025", "2025-04-01/2025-06-30"),
        ("the last quarter of 2025", "2025-10-01/2025-12-31"),
        ("H1 2025", "2025-01-01/2025-06-30"),
        ("the second half of 2025", "2025-07-01/2025-12-31"),
        ("in 2025", "2025-01-01/2025-12-31"),
        ("the first 2 months of 2025", "2025-01-01/2025-02-28"),
        ("between January and March 2026", "2026-01-01/2026-03-31"),
        ("from 2025-01-10 to 2025-02-20", "2025-01-10/2025-02-20"),
        ("from November to February", "2025-11-01/2026-02-28"),
        ("Jan-Mar 2026", "2026-01-01/2026-03-31"),
        ("March last year", "2025-03-01/2025-03-31"),
        ("sales in May", "2026-05-01/2026-05-31"),
    ],
)
def test_dates_are_read_as_people_write_them(text: str, expected: str) -> None:
    assert found(text, MONTHLY) == [expected]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2025 vs 2026", ["2025-01-01/2025-12-31", "2026-01-01/2026-12-31"]),
        ("last month vs the month before", ["2026-06-01/2026-06-30", "2026-05-01/2026-05-31"]),
        ("last month vs the same month last year", ["2026-06-01/2026-06-30", "2025-06-01/2025-06-30"]),
        ("March 2026 compared to a year earlier", ["2026-03-01/2026-03-31", "2025-03-01/2025-03-31"]),
        ("March vs April 2026", ["2026-03-01/2026-03-31", "2026-04-01/2026-04-30"]),
        ("Q1 2026 against the previous quarter", ["2026-01-01/2026-03-31", "2025-10-01/2025-12-31"]),
    ],
)
def test_one_period_may_be_told_by_another(text: str, expected: list[str]) -> None:
    assert found(text, MONTHLY) == expected


@pytest.mark.parametrize("text", ["you may tell me", "top 5", "revenue over 2000", "more than 2025 units", "march on"])
def test_numbers_and_verbs_are_no_dates(text: str) -> None:
    assert found(text, MONTHLY) == []
