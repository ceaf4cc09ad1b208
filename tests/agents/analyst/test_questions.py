"""Questions about the example, answered as plain Python answers them."""

import statistics
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.agents.analyst.conftest import Analyst, Sale

Rows = list["Sale"]
Expected = tuple[str | None, Any]


def total(rows: Iterable["Sale"], what: str = "revenue") -> Any:
    return sum(getattr(row, what) for row in rows)


def by(rows: Rows, key: str, what: str = "revenue") -> dict[Any, Any]:
    return {name: total([r for r in rows if getattr(r, key) == name], what) for name in {getattr(r, key) for r in rows}}


def best(totals: dict[Any, Any], *, worst: bool = False) -> tuple[Any, Any]:
    return (min if worst else max)(totals.items(), key=lambda item: item[1])


def at(rows: Rows, *months: str) -> Rows:
    """The rows of months such as 2026-06."""
    return [row for row in rows if row.date.isoformat()[:7] in months]


def year(rows: Rows, number: int) -> Rows:
    return [row for row in rows if row.date.year == number]


def of(rows: Rows, *names: str) -> Rows:
    """The rows of regions or products."""
    return [row for row in rows if row.region in names or row.product in names]


def months(rows: Rows) -> list[str]:
    return sorted({row.date.isoformat()[:7] for row in rows})


def changed(rows: Rows, first: tuple[str, ...], last: tuple[str, ...]) -> Any:
    """The growth of all rows in percent."""
    return growth(total(at(rows, *first)), total(at(rows, *last)))


def growth(before: Any, after: Any) -> Any:
    return (after - before) / before * 100


def grown(rows: Rows, key: str, first: tuple[str, ...], last: tuple[str, ...]) -> dict[Any, Any]:
    """The growth of each group in percent."""
    before, after = by(at(rows, *first), key), by(at(rows, *last), key)
    return {name: growth(before[name], after[name]) for name in before}


Q1_2025, Q1_2026 = ("2025-01", "2025-02", "2025-03"), ("2026-01", "2026-02", "2026-03")
Q2_2026 = ("2026-04", "2026-05", "2026-06")
FIRST, LAST = ("2025-01",), ("2026-06",)
Q4_2025 = ("2025-10", "2025-11", "2025-12")
HALF_2025 = ("2025-01", "2025-02", "2025-03", "2025-04", "2025-05", "2025-06")
HALF_2026 = ("2026-01", "2026-02", "2026-03", "2026-04", "2026-05", "2026-06")

QUESTIONS: list[tuple[str, Callable[[Rows], Expected]]] = [
    # totals and averages
    ("What is the total revenue?", lambda r: (None, total(r))),
    ("total sales", lambda r: (None, total(r))),
    ("How much revenue did we make in 2025?", lambda r: (None, total(year(r, 2025)))),
    ("How many units were sold in March 2026?", lambda r: (None, total(at(r, "2026-03"), "units"))),
    ("What is the average revenue?", lambda r: (None, total(r) / len(r))),
    ("average number of units", lambda r: (None, Decimal(total(r, "units")) / len(r))),
    ("What is the median of units?", lambda r: (None, statistics.median(row.units for row in r))),
    ("maximum revenue", lambda r: (None, max(row.revenue for row in r))),
    ("What is the lowest revenue in the East?", lambda r: ("East", min(row.revenue for row in of(r, "East")))),
    ("standard deviation of units", lambda r: (None, statistics.stdev(row.units for row in r))),
    ("number of rows", lambda r: (None, len(r))),
    ("How many regions are there?", lambda r: (None, 4)),
    ("How many different products did West sell?", lambda r: ("West", 3)),
    ("average monthly revenue", lambda r: (None, total(r) / 18)),
    ("average revenue per month in North", lambda r: ("North", total(of(r, "North")) / 18)),
    ("What is the ratio of revenue to units?", lambda r: (None, total(r) / total(r, "units"))),
    ("How many months are there?", lambda r: (None, 18)),
    ("How many sales above 90000 were there?", lambda r: (None, sum(row.revenue > 90000 for row in r))),
    # filters by values
    ("revenue in North", lambda r: ("North", total(of(r, "North")))),
    ("revenue for laptops", lambda r: ("Laptop", total(of(r, "Laptop")))),
    ("total turnover of phones", lambda r: ("Phone", total(of(r, "Phone")))),
    ("quantity of tablets in the South", lambda r: ("Tablet", total(of(of(r, "Tablet"), "South"), "units"))),
    ("revenue excluding North", lambda r: (None, total(r) - total(of(r, "North")))),
    ("revenue of laptops and phones", lambda r: (None, total(of(r, "Laptop", "Phone")))),
    ("total revnue of 'North'", lambda r: ("North", total(of(r, "North")))),
    ("total turnver of Nroth", lambda r: ("North", total(of(r, "North")))),
    ("NORTH REVENUE", lambda r: ("North", total(of(r, "North")))),
    # filters by dates, counted from the last date in the data
    ("What is North's last month's revenue?", lambda r: ("North", total(of(at(r, *LAST), "North")))),
    ("last month's revenue of North", lambda r: ("North", total(of(at(r, *LAST), "North")))),
    ("What was the revenue of North last month?", lambda r: ("North", total(of(at(r, *LAST), "North")))),
    ("North revenue, last month", lambda r: ("North", total(of(at(r, *LAST), "North")))),
    ("the latest month's revenue for North", lambda r: ("North", total(of(at(r, *LAST), "North")))),
    ("revenue in the most recent month in the North region", lambda r: ("North", total(of(at(r, *LAST), "North")))),
    ("revenue in March 2025", lambda r: (None, total(at(r, "2025-03")))),
    ("revenue in March", lambda r: (None, total(at(r, "2026-03")))),
    ("sales in 2025-11", lambda r: (None, total(at(r, "2025-11")))),
    ("revenue in Q1 2025", lambda r: (None, total(at(r, *Q1_2025)))),
    ("revenue in the last quarter", lambda r: (None, total(at(r, *Q2_2026)))),
    ("revenue in the last 3 months", lambda r: (None, total(at(r, *Q2_2026)))),
    ("revenue last year", lambda r: (None, total(year(r, 2025)))),
    ("revenue this year", lambda r: (None, total(year(r, 2026)))),
    ("revenue since March 2026", lambda r: (None, total(at(r, "2026-03", *Q2_2026)))),
    ("revenue before March 2025", lambda r: (None, total(at(r, "2025-01", "2025-02")))),
    ("revenue between January and March 2026", lambda r: (None, total(at(r, *Q1_2026)))),
    ("units from 2025-01-01 to 2025-02-28", lambda r: (None, total(at(r, "2025-01", "2025-02"), "units"))),
    ("revenue in the first half of 2025", lambda r: (None, total(at(r, *HALF_2025)))),
    ("revenue on 2025-12-31", lambda r: (None, total(at(r, "2025-12")))),
    ("year to date revenue for West", lambda r: ("West", total(of(year(r, 2026), "West")))),
    # groups
    ("total revenue by region", lambda r: best(by(r, "region"))),
    ("revenue per product in 2026", lambda r: best(by(year(r, 2026), "product"))),
    ("regional revenue", lambda r: best(by(r, "region"))),
    ("average units by product", lambda r: ("Phone", Decimal(total(of(r, "Phone"), "units")) / 72)),
    ("revenue by product in the North", lambda r: best(by(of(r, "North"), "product"))),
    (
        "Show me the revenue of North for each product in the last quarter",
        lambda r: best(by(of(at(r, *Q2_2026), "North"), "product")),
    ),
    ("revenue per unit by product", lambda r: ("Laptop", total(of(r, "Laptop")) / total(of(r, "Laptop"), "units"))),
    ("total units and revenue by product", lambda r: best(by(r, "product", "units"))),
    # rankings
    ("Which region had the highest revenue?", lambda r: best(by(r, "region"))),
    ("Which region had the lowest revenue?", lambda r: best(by(r, "region"), worst=True)),
    ("Which product sold the most units?", lambda r: best(by(r, "product", "units"))),
    ("best selling product", lambda r: best(by(r, "product", "units"))),
    ("Which product made the most money?", lambda r: best(by(r, "product"))),
    ("top 2 regions by units", lambda r: best(by(r, "region", "units"))),
    ("bottom 3 regions by revenue in 2026", lambda r: best(by(year(r, 2026), "region"), worst=True)),
    (
        "Which region sold the fewest units in Q1 2026?",
        lambda r: best(by(at(r, *Q1_2026), "region", "units"), worst=True),
    ),
    ("Where do we sell the most phones?", lambda r: best(by(of(r, "Phone"), "region", "units"))),
    ("Which month had the highest revenue?", lambda r: ("December 2025", total(at(r, "2025-12")))),
    ("What was North's best month?", lambda r: ("June 2026", total(of(at(r, "2026-06"), "North")))),
    ("When was revenue lowest?", lambda r: ("February 2025", total(at(r, "2025-02")))),
    (
        "Which quarter was best for tablets?",
        lambda r: ("Q4 2025", total(of(at(r, "2025-10", "2025-11", "2025-12"), "Tablet"))),
    ),
    ("Which region has the highest average revenue?", lambda r: ("South", total(of(r, "South")) / 54)),
    ("regions with revenue over 2000000", lambda r: best(by(r, "region"))),
    ("top 5 sales", lambda r: (None, max(row.revenue for row in r))),
    # shares
    ("What share of revenue comes from North?", lambda r: ("North", total(of(r, "North")) / total(r) * 100)),
    (
        "What percentage of units are phones in 2026?",
        lambda r: ("Phone", total(of(year(r, 2026), "Phone"), "units") / Decimal(total(year(r, 2026), "units")) * 100),
    ),
    (
        "share of laptops in North",
        lambda r: ("Laptop", total(of(of(r, "North"), "Laptop")) / total(of(r, "North")) * 100),
    ),
    (
        "What share of North's revenue comes from laptops?",
        lambda r: ("Laptop", total(of(of(r, "North"), "Laptop")) / total(of(r, "North")) * 100),
    ),
    (
        "North's share of laptop revenue",
        lambda r: ("North", total(of(of(r, "North"), "Laptop")) / total(of(r, "Laptop")) * 100),
    ),
    ("share of revenue by region", lambda r: ("South", total(of(r, "South")) / total(r) * 100)),
    ("Which products make up more than 40 % of revenue?", lambda r: ("Phone", total(of(r, "Phone")) / total(r) * 100)),
    # comparisons
    ("How does North compare to the other regions?", lambda r: ("North", total(of(r, "North")))),
    ("Compare North and South", lambda r: ("South", total(of(r, "South")))),
    ("North vs South revenue in 2026", lambda r: ("South", total(of(year(r, 2026), "South")))),
    (
        "Did North or West sell more laptops last month?",
        lambda r: best(by(of(of(at(r, *LAST), "Laptop"), "North", "West"), "region", "units")),
    ),
    (
        "difference between South and North revenue last month",
        lambda r: ("South", total(of(at(r, *LAST), "South")) - total(of(at(r, *LAST), "North"))),
    ),
    ("revenue in Q1 2026 compared to Q1 2025", lambda r: (None, changed(r, Q1_2025, Q1_2026))),
    ("revenue last month vs the month before", lambda r: (None, changed(r, ("2026-05",), LAST))),
    (
        "revenue last month compared to the same month last year",
        lambda r: (None, growth(total(at(r, "2025-06")), total(at(r, *LAST)))),
    ),
    # growth
    ("Which region grew fastest?", lambda r: best(grown(r, "region", FIRST, LAST))),
    ("fastest growing region", lambda r: best(grown(r, "region", FIRST, LAST))),
    ("Which region's revenue increased the fastest?", lambda r: best(grown(r, "region", FIRST, LAST))),
    ("Which region has the highest growth?", lambda r: best(grown(r, "region", FIRST, LAST))),
    ("slowest growing region", lambda r: best(grown(r, "region", FIRST, LAST), worst=True)),
    (
        "Which product grew fastest in the South since January 2026?",
        lambda r: best(grown(of(r, "South"), "product", ("2026-01",), LAST)),
    ),
    (
        "Which region declined most in January 2026?",
        lambda r: ("South", total(of(at(r, "2026-01"), "South")) - total(of(at(r, "2025-12"), "South"))),
    ),
    ("year over year growth by region", lambda r: best(grown(r, "region", HALF_2025, HALF_2026))),
    ("How much did revenue grow in 2026?", lambda r: (None, changed(r, HALF_2025, HALF_2026))),
    ("How did revenue change from May to June 2026?", lambda r: (None, changed(r, ("2026-05",), LAST))),
    ("What was the growth rate of West?", lambda r: ("West", changed(of(r, "West"), FIRST, LAST))),
    ("growth of laptops between Q1 2025 and Q2 2026", lambda r: ("Laptop", changed(of(r, "Laptop"), Q1_2025, Q2_2026))),
    ("month over month growth", lambda r: (None, changed(r, ("2026-05",), LAST))),
    ("Did revenue go up last month?", lambda r: (None, changed(r, ("2026-05",), LAST))),
    ("compare Q4 2025 with Q1 2026 by region", lambda r: best(grown(r, "region", Q4_2025, Q1_2026))),
    ("Which regions grew more than 30 %?", lambda r: best(grown(r, "region", FIRST, LAST))),
    ("growth rate of North compared to West", lambda r: best(grown(of(r, "North", "West"), "region", FIRST, LAST))),
    # trends: the last value
    ("monthly revenue trend", lambda r: (None, total(at(r, *LAST)))),
    ("revenue per month for North", lambda r: ("North", total(of(at(r, *LAST), "North")))),
    ("How did units develop over time?", lambda r: (None, total(at(r, *LAST), "units"))),
    ("quarterly revenue of phones", lambda r: ("Phone", total(of(at(r, *Q2_2026), "Phone")))),
    ("yearly units", lambda r: (None, total(year(r, 2026), "units"))),
    # percent of what is found
    (
        "What is 15 % of North's last month's revenue?",
        lambda r: ("North", total(of(at(r, *LAST), "North")) * Decimal("0.15")),
    ),
]


@pytest.mark.parametrize(("question", "expected"), QUESTIONS, ids=[question for question, _ in QUESTIONS])
def test_an_answer_is_what_plain_python_finds(
    question: str, expected: Callable[[Rows], Expected], analyst: "Analyst", sales: Rows
) -> None:
    subject, value = expected(sales)
    data = analyst.data(question)
    assert (data["subject"], data["value"]) == (subject, pytest.approx(float(value)))


def test_groups_come_with_all_their_rows_in_order(analyst: "Analyst", sales: Rows) -> None:
    data = analyst.data("total revenue by region")
    expected = sorted(by(sales, "region").items(), key=lambda item: -item[1])
    assert data["columns"] == ["region", "revenue"]
    assert data["rows"] == [[name, pytest.approx(float(value))] for name, value in expected]


def test_growth_shows_both_ends_of_every_group(analyst: "Analyst", sales: Rows) -> None:
    data = analyst.data("Which region grew fastest?")
    before, after = by(at(sales, *FIRST), "region"), by(at(sales, *LAST), "region")
    assert data["columns"] == ["region", "2025-01", "2026-06", "change", "change %"]
    assert {row[0]: (row[1], row[2]) for row in data["rows"]} == {
        name: (pytest.approx(float(before[name])), pytest.approx(float(after[name]))) for name in before
    }
    assert (data["unit"], data["period"], data["baseline"]) == ("%", "2026-06-01/2026-06-30", "2025-01-01/2025-01-31")


def test_a_trend_has_a_row_for_every_month(analyst: "Analyst", sales: Rows) -> None:
    rows = analyst.data("monthly revenue trend")["rows"]
    assert [row[0][:7] for row in rows] == months(sales)
    assert [row[1] for row in rows] == [pytest.approx(float(total(at(sales, month)))) for month in months(sales)]


def test_the_best_of_each_group_is_found_within_each(analyst: "Analyst", sales: Rows) -> None:
    rows = analyst.data("top product in each region")["rows"]
    assert {row[0]: row[1] for row in rows} == {
        region: best(by(of(sales, region), "product"))[0] for region in {row.region for row in sales}
    }


def test_outliers_are_what_lies_beyond_the_fences(analyst: "Analyst", sales: Rows) -> None:
    low, _, high = statistics.quantiles([float(row.revenue) for row in sales], n=4, method="inclusive")
    reach = 1.5 * (high - low)
    expected = [row for row in sales if not low - reach <= row.revenue <= high + reach]
    data = analyst.data("Are there outliers in revenue?")
    assert data["value"] == len(expected)
    assert [row[4] for row in data["rows"]] == [float(row.revenue) for row in expected]


def test_an_ordinary_table_has_no_outliers_and_says_so(analyst: "Analyst") -> None:
    data = analyst.data("unusual months")
    assert data["value"] == 0
    assert "No month has an unusual revenue" in data["answer"]


def test_a_correlation_is_pearsons(analyst: "Analyst", sales: Rows) -> None:
    expected = statistics.correlation([float(r.units) for r in sales], [float(r.revenue) for r in sales])
    assert analyst.data("correlation between units and revenue")["value"] == pytest.approx(expected)


def test_a_list_of_values_is_a_list(analyst: "Analyst") -> None:
    assert [row[0] for row in analyst.data("Which products are there?")["rows"]] == ["Laptop", "Phone", "Tablet"]


def test_each_question_of_a_text_is_answered_and_its_refers_to_the_subject_before(
    analyst: "Analyst", sales: Rows
) -> None:
    first, second = analyst.outcomes("Which region grew fastest? And what is 15 % of its last month's revenue?")
    assert first["data"]["subject"] == second["data"]["subject"] == "North"
    expected = total(of(at(sales, *LAST), "North")) * Decimal("0.15")
    assert second["data"]["value"] == pytest.approx(float(expected))


def test_a_question_after_and_is_one_of_its_own(analyst: "Analyst", sales: Rows) -> None:
    first, second = analyst.outcomes("Which region is growing fastest and what was its revenue last month?")
    assert first["data"]["subject"] == "North"
    assert second["data"]["value"] == pytest.approx(float(total(of(at(sales, *LAST), "North"))))


def test_limits_in_percent_keep_only_what_is_beyond(analyst: "Analyst") -> None:
    assert [row[0] for row in analyst.data("Which regions grew more than 30 %?")["rows"]] == ["North", "East"]
    assert [row[0] for row in analyst.data("Which products make up more than 40 % of revenue?")["rows"]] == ["Phone"]


def test_greetings_and_remarks_do_not_stand_in_the_way(analyst: "Analyst") -> None:
    assert analyst.data("Hello! Here is our file. Which region grew fastest?")["subject"] == "North"


def test_a_period_without_data_is_said_and_not_called_zero(analyst: "Analyst") -> None:
    data = analyst.data("revenue in 2019")
    assert data["value"] is None
    assert "The data go from 2025-01-31 to 2026-06-30" in data["answer"]


def test_nothing_declined_is_said_when_nothing_did(analyst: "Analyst") -> None:
    assert analyst.data("Which product declined most?")["answer"].startswith("Nothing declined; ")


def test_no_question_gives_a_profile(analyst: "Analyst") -> None:
    data = analyst.data("")
    assert data["kind"] == "profile"
    assert [row[0] for row in data["rows"]] == ["date", "region", "product", "units", "revenue"]
    assert "216 rows and 5 columns" in data["answer"]
    assert "monthly, 2025-01-31 to 2026-06-30" in data["answer"]


@pytest.mark.parametrize("question", ["Describe the data", "What is in this file?", "Summarize this table", "profile"])
def test_asking_what_there_is_gives_a_profile(question: str, analyst: "Analyst") -> None:
    assert analyst.data(question)["kind"] == "profile"
