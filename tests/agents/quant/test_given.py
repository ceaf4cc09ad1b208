"""Numbers that come with a question: data parts, lists in the text, the answer before."""

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest

from agentia.agents.quant.errors import NotUnderstood, TooLarge
from agentia.agents.quant.given import Given, Value, from_data
from agentia.agents.quant.questions import split
from agentia.agents.quant.working import Answer

Work = Callable[..., Answer]
RESULT = {"subject": "West", "value": 48210.5, "unit": "€", "question": "revenue of the last month"}
RECORDS = [
    {"month": "2025-01", "revenue": 100, "cost": 50.5},
    {"month": "2025-02", "revenue": "120.5", "cost": None},
]


@pytest.mark.parametrize(
    ("text", "exact", "unit"),
    [
        ("What is 15 % of its last month's revenue?", "7231.575", "€"),
        ("15 % of that", "7231.575", "€"),
        ("increase it by 10%", "53031.55", "€"),
        ("half of the revenue", "24105.25", "€"),
    ],
)
def test_words_for_a_number_mean_the_result_of_another_agent(work: Work, text: str, exact: str, unit: str) -> None:
    answer = work(text, from_data([RESULT]))
    assert (answer.exact, answer.unit) == (exact, unit)
    assert any("as € 48,210.50 (West revenue of the last month)." in note for note in answer.notes)


@pytest.mark.parametrize(
    ("text", "exact"),
    [
        ("average revenue", "110.25"),
        ("what is the total cost?", "50.5"),
        ("median of the revenue column", "110.25"),
    ],
)
@pytest.mark.parametrize(
    "data",
    [
        RECORDS,
        {"rows": RECORDS},
        {"columns": ["month", "revenue", "cost"], "rows": [["2025-01", 100, 50.5], ["2025-02", 120.5, None]]},
        {"revenue": [100, 120.5], "cost": [50.5]},
        {"data": {"table": RECORDS}, "value": None},
    ],
)
def test_a_column_is_found_by_its_name_in_every_usual_form_of_a_table(
    work: Work, data: Any, text: str, exact: str
) -> None:
    if "value" in data:
        data = data["data"]
    assert work(text, from_data([data])).exact == exact


def test_an_unnamed_list_is_what_statistics_are_about(work: Work) -> None:
    assert work("mean", from_data([[1, 2, 6]])).exact == "3"


def test_lines_of_numbers_are_data_for_the_question_above_them() -> None:
    reading = split("What is the mean of:\n1\n2\n6", Given())
    assert reading.questions == ("What is the mean of:",)
    assert reading.given.columns[0].numbers == (Fraction(1), Fraction(2), Fraction(6))


def test_named_lists_in_the_text_are_columns(work: Work) -> None:
    assert work("x: 1, 2, 3\ny: 2, 4, 6\ncorrelation between x and y").exact == "1"


def test_two_columns_are_correlated_by_name(work: Work) -> None:
    given = from_data([[{"price": 1, "sold": 10}, {"price": 2, "sold": 8}, {"price": 3, "sold": 5}]])
    assert work("correlation between price and sold", given).exact == "-sqrt(75/76)"
    assert work("trend line of sold against price", given).exact == "y = -2.5x + 38/3"


def test_which_column_is_meant_is_asked_when_it_is_not_clear(work: Work) -> None:
    with pytest.raises(NotUnderstood, match='there are "revenue", "cost"'):
        work("mean", from_data([RECORDS]))


def test_a_question_in_figures_does_not_look_at_the_data(work: Work) -> None:
    assert work("15 % of 200", from_data([RESULT, RECORDS])).exact == "30"


def test_that_means_the_answer_before(work: Work) -> None:
    assert work("add 10 to that", Given().after(Value("before", Fraction(30)))).exact == "40"


def test_numbers_keep_the_digits_they_came_with() -> None:
    (column,) = from_data([[0.1, "0.2", "1,200", 10**20, True, None, "n/a", 1e-7]]).columns
    assert column.numbers == tuple(Fraction(text) for text in ("0.1", "0.2", "1200", "1e20", "1e-7"))
    assert column.gaps == 3


def test_more_numbers_than_can_be_taken_are_refused() -> None:
    with pytest.raises(TooLarge, match="more than 100,000 numbers"):
        from_data([list(range(100_001))])


@pytest.mark.parametrize(
    "data", [None, [], {}, {"rows": []}, {"rows": "x"}, [[[[[[[[1]]]]]]]], {"a": {"b": {"c": {"d": {"e": {"f": 1}}}}}}]
)
def test_data_without_numbers_gives_nothing(data: Any) -> None:
    assert from_data([data]) == Given()


@pytest.mark.parametrize(
    ("text", "questions"),
    [
        ("What is 2+2? And what is 3+3?", ("What is 2+2?", "And what is 3+3?")),
        ("1. 2+2\n2. 5!\n3. sqrt(2)", ("2+2", "5!", "sqrt(2)")),
        ("solve x + y = 10; x - y = 2", ("solve x + y = 10; x - y = 2",)),
        ("x + y = 10\nx - y = 2\nSolve for x and y", ("solve x + y = 10; x - y = 2 for x and y",)),
        ("Convert 5 miles to km, and what is 20% of 50?", ("Convert 5 miles to km", "what is 20% of 50?")),
        ("mean of 1; 2; 3", ("mean of 1; 2; 3",)),
        ("increase 200 by 10% and then by 20%", ("increase 200 by 10% and then by 20%",)),
        ("-5 + 3", ("-5 + 3",)),
        ("?!\n\n.", ()),
    ],
)
def test_a_text_is_split_where_a_person_would(text: str, questions: tuple[str, ...]) -> None:
    assert split(text, Given()).questions == questions
