"""Tables of other kinds than the example: orders, employees, yearly figures, wide sheets, several at once."""

from typing import TYPE_CHECKING, Any

import pytest

from agentia.agents.analyst.tables.source import Source

if TYPE_CHECKING:
    from tests.agents.analyst.conftest import Analyst

ORDERS = Source(
    "orders.csv",
    body=b"""OrderID,OrderDate,Customer,ProductName,Category,Quantity,UnitPrice,Discount %,Total,Status
1001,2025-03-03 10:15,Acme Corporation,iPhone 15,Phones,2,799.00,0%,1598.00,shipped
1002,2025-03-05 09:00,Globex Inc,iPhone 15 Pro,Phones,1,999.00,10%,899.10,returned
1003,2025-03-17 17:30,O'Brien & Sons,ThinkPad X1,Laptops,3,1399.00,0%,4197.00,shipped
1004,2025-04-02 08:45,Acme Corporation,USB-C Cable,Accessories,9,12.90,0%,116.10,open
1005,2025-04-11 12:00,Acme Corporation,ThinkPad X1,Laptops,1,1399.00,5%,1329.05,returned
1006,2025-04-28 15:20,Globex Inc,iPhone 15,Phones,4,799.00,0%,3196.00,shipped
""",
)
STAFF = Source(
    "staff.csv",
    body=b"""employee_id,Name,Department,Salary (USD),hire_date,Age,Remote
1,Alice Smith,Engineering,"$98,000",03/17/2019,41,yes
2,Bob Jones,Engineering,"$120,000",11/02/2020,35,no
3,Carol White,Sales,"$64,000",05/25/2021,52,yes
4,Dan Brown,Sales,"$71,500",01/08/2020,29,no
5,Eve Black,Human Resources,"$80,250",07/30/2023,47,yes
""",
)
NATIONS = Source(
    "nations.csv",
    body=b"country,year,gdp,population\nIndia,2022,3353,1417\nIndia,2023,3568,1428\nJapan,2022,4256,125\nJapan,2023,4213,124\n",
)
SCORES = Source("scores.csv", body=b"student,subject,score\nAnn,Math,56\nAnn,Art,90\nBen,Math,71\nBen,Art,64\n")
WIDE = Source("wide.csv", body=b"Region,2022,2023,2024\nNorth,10,12,15\nSouth,20,21,22\n")


@pytest.mark.parametrize(
    ("source", "question", "subject", "value"),
    [
        (ORDERS, "total revenue", None, 11335.25),
        (ORDERS, "How many orders are there?", None, 6),
        (ORDERS, "how many orders were returned", "returned", 2),
        (ORDERS, "What percentage of orders were returned?", "returned", 100 / 3),
        (ORDERS, "average order value", None, 11335.25 / 6),
        (ORDERS, "average quantity per order", None, 20 / 6),
        (ORDERS, "average orders per customer", None, 2),
        (ORDERS, "revenue of Acme in April 2025", "Acme Corporation", 1445.15),
        (ORDERS, "revenue of O'Brien", "O'Brien & Sons", 4197),
        (ORDERS, "iPhone revenue", None, 5693.1),
        (ORDERS, "iphone 15 pro sales", "iPhone 15 Pro", 899.1),
        (ORDERS, "revenue of laptops", "Laptops", 5526.05),
        (ORDERS, "Which customer has the most orders?", "Acme Corporation", 3),
        (ORDERS, "Which customer spent the most?", "O'Brien & Sons", 4197),
        (ORDERS, "most expensive product", "ThinkPad X1", 1399),
        (ORDERS, "How much did Globex spend on phones?", "Globex Inc", 4095.1),
        (ORDERS, "orders over 3000", None, 2),
        (ORDERS, "how many orders over 3000", None, 2),
        (ORDERS, "biggest order", "O'Brien & Sons", 4197),
        (ORDERS, "order 1004", "Acme Corporation", 116.1),
        (ORDERS, "average discount", None, 2.5),
        (ORDERS, "share of returned orders by category", "Laptops", 50),
        (ORDERS, "monthly orders", None, 3),
        (ORDERS, "revenue on 17 March 2025", None, 4197),
        (ORDERS, "revenue in the last 30 days", None, 4641.15),
        (ORDERS, "Which customer ordered last?", "Globex Inc", None),
        (ORDERS, "Which weekday is busiest?", "Monday", 3),
        (STAFF, "average salary by department", "Engineering", 109000),
        (STAFF, "Who earns the most?", "Bob Jones", 120000),
        (STAFF, "who is the oldest", "Carol White", 52),
        (STAFF, "average salary in sales", "Sales", 67750),
        (STAFF, "How many employees are in Human Resources?", "Human Resources", 1),
        (STAFF, "number of employees per department", "Engineering", 2),
        (STAFF, "How many people work remote?", None, 3),
        (STAFF, "how many employees are not remote", None, 2),
        (STAFF, "average salary of remote workers", None, (98000 + 64000 + 80250) / 3),
        (STAFF, "how many employees earn more than 75k", None, 3),
        (STAFF, "employees with a salary over 75000", None, 3),
        (STAFF, "What does Alice Smith earn?", "Alice Smith", 98000),
        (STAFF, "when was Carol White hired?", "Carol White", None),
        (STAFF, "who was hired last?", "Eve Black", None),
        (STAFF, "how many were hired in 2020", None, 2),
        (STAFF, "percentage of employees in Sales", "Sales", 40),
        (NATIONS, "gdp of India in 2022", "India", 3353),
        (NATIONS, "Which country grew fastest?", "India", (3568 - 3353) / 3353 * 100),
        (NATIONS, "population by country", "India", 1428),
        (NATIONS, "gdp per capita by country in 2023", "Japan", 4213 / 124),
        (SCORES, "who has the best average score", "Ann", 73),
        (SCORES, "best student in Math", "Ben", 71),
        (SCORES, "score of Ann in Art", "Ann", 90),
        (SCORES, "students with a score over 70", None, 2),
        (WIDE, "Which region grew fastest?", "North", 50),
        (WIDE, "total value in 2024", None, 37),
    ],
)
def test_other_tables_are_understood_by_their_own_words(
    source: Source, question: str, subject: str | None, value: Any, analyst: "Analyst"
) -> None:
    data = analyst.data(question, source)
    assert data["subject"] == subject
    assert data["value"] == (None if value is None else pytest.approx(value))


def test_units_are_said_with_the_numbers(analyst: "Analyst") -> None:
    data = analyst.data("What is the highest salary?", STAFF)
    assert (data["answer"], data["unit"]) == ("Highest Salary: $120,000 (5 rows).", "$")


def test_days_are_the_answer_when_that_is_asked(analyst: "Analyst") -> None:
    assert "2021-05-25" in analyst.data("when was Carol White hired?", STAFF)["answer"]
    assert "2025-03-03 10:15 to 2025-04-28 15:20" in analyst.data("What is the date range?", ORDERS)["answer"]


def test_of_several_tables_the_fitting_one_answers_and_is_named(analyst: "Analyst") -> None:
    (salary,) = analyst.outcomes("average salary by department", ORDERS, STAFF)
    (orders,) = analyst.outcomes("how many orders per status", ORDERS, STAFF)
    assert "from staff.csv" in salary["words"]
    assert "from orders.csv" in orders["words"]


def test_a_table_may_be_named_in_the_question(analyst: "Analyst") -> None:
    assert analyst.data("number of rows in staff.csv", ORDERS, STAFF)["value"] == 5


def test_growth_needs_dates(analyst: "Analyst") -> None:
    assert "no column of dates" in analyst.asks_back("Which student grew fastest?", SCORES)


def test_growth_needs_two_periods(analyst: "Analyst") -> None:
    source = Source("one.csv", body=b"date,region,revenue\n2025-01-01,North,1\n2025-01-01,South,2\n")
    assert "leaves no two periods to compare" in analyst.asks_back("Which region grew fastest?", source)


def test_who_is_new_is_named_apart_from_the_growth(analyst: "Analyst") -> None:
    months = b"2025-01,A,10\n2025-02,A,12\n2025-03,A,20\n2025-02,B,5\n2025-03,B,9\n2025-01,C,8\n2025-03,C,9\n"
    body = b"month,region,revenue\n" + months
    data = analyst.data("Which region grew fastest?", Source("new.csv", body=body))
    assert (data["subject"], data["value"]) == ("A", 100)
    assert "B cannot be compared" in data["answer"]


def test_outliers_are_found_in_a_column_called_value(analyst: "Analyst") -> None:
    body = "name,value\n" + "".join(f"n{i},{i % 5}\n" for i in range(40)) + "odd,900\n"
    data = analyst.data("outliers", Source("v.csv", body=body.encode()))
    assert (data["value"], data["rows"][0][:2]) == (1, ["odd", 900])


def test_unusual_months_are_found_by_their_totals(analyst: "Analyst") -> None:
    body = "date,amount\n" + "".join(f"2025-{m:02}-{d:02},{10 + m}\n" for m in range(1, 13) for d in (5, 15))
    data = analyst.data("unusual months", Source("m.csv", body=f"{body}2025-07-20,900\n".encode()))
    assert (data["value"], data["rows"][0][:2]) == (1, ["2025-07-01", 934])


def test_limits_in_percent_hold_for_shares_within_groups(analyst: "Analyst") -> None:
    data = analyst.data("In which categories were more than 40 % of orders returned?", ORDERS)
    assert [row[0] for row in data["rows"]] == ["Laptops"]
