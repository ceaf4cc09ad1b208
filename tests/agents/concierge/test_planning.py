"""Plans: what a request is split into, and what refers to what. Pure functions, so a table says it all."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agentia.agents.concierge.planning.clauses import LONGEST
from agentia.agents.concierge.planning.plan import Need, Plan, Slot, outline
from agentia.agents.concierge.planning.planner import plan
from agentia.agents.concierge.planning.requests import MOST

KINDS = {"ask": "", "look up": "look up: ", "calculate": "calculate: "}


def shown(need: Need) -> str:
    """A need as the tables below write it: slots as `<what said candidates>`."""
    pieces = (
        piece if isinstance(piece, str) else f"<{' '.join(filter(None, [piece.what, piece.said, *_numbers(piece)]))}>"
        for piece in need.wording
    )
    return KINDS[need.kind] + "".join(pieces)


def _numbers(slot: Slot) -> list[str]:
    return [str(number) for number in slot.needs]


WITH_TABLE = {
    # one need is passed on in the words of the user
    "Which region grew fastest?": ["Which region grew fastest?"],
    "which region grew fastest": ["Which region grew fastest?"],
    "Shout hello": ["Shout hello"],
    "Total revenue by region": ["Total revenue by region"],
    "What is 15 % of 80?": ["What is 15 % of 80?"],
    "What is 10% of a bill of 80 EUR?": ["What is 10% of a bill of 80 EUR?"],
    "First quarter revenue of North": ["First quarter revenue of North"],
    # courtesy is left out
    "Hello! Which region grew fastest? Thanks a lot.": ["Which region grew fastest?"],
    "Hi there, please find attached our sales file. Which region grew fastest?": ["Which region grew fastest?"],
    "I have two questions. First, which region grew fastest? Second, which one shrank?": [
        "Which region grew fastest?",
        "Which one shrank?",
    ],
    # what joins two requests
    "Which region grew fastest and which product sold best?": [
        "Which region grew fastest?",
        "Which product sold best?",
    ],
    "Total revenue by region; then the number of products": ["Total revenue by region", "The number of products"],
    "Book a flight to Rome and then convert 100 EUR to USD": ["Book a flight to Rome", "Convert 100 EUR to USD"],
    "Which product sold best, what is its price, and how many were sold in March?": [
        "Which product sold best?",
        "What is <possessive its 1> price?",
        "How many were sold in March?",
    ],
    "1. Which region grew fastest? 2. What is 2 + 2? 3) Which product sold best?": [
        "Which region grew fastest?",
        "What is 2 + 2?",
        "Which product sold best?",
    ],
    "Please answer the following questions:\n- Which region grew fastest?\n- How many rows are there?\n\nThank you": [
        "Which region grew fastest?",
        "How many rows are there?",
    ],
    "Which region grew fastest in the\nlast quarter of the year?": [
        "Which region grew fastest in the last quarter of the year?"
    ],
    # what does not
    "What is the profit and loss of North?": ["What is the profit and loss of North?"],
    "Which region and which product grew fastest?": ["Which region and which product grew fastest?"],
    "Which region grew fastest and by how much?": ["Which region grew fastest and by how much?"],
    "Sort by region and then by product": ["Sort by region and then by product"],
    "Raise 80 by 5 % and then 10 %": ["Raise 80 by 5 % and then 10 %"],
    "solve x + y = 10; x - y = 2": ["Solve x + y = 10; x - y = 2"],
    "If the price grows and then falls by 5 %, what is left?": [
        "If the price grows and then falls by 5 %, what is left?"
    ],
    "How much is e.g. 15 % of 80 vs. 20 % of 60 at St. John?": [
        "How much is e.g. 15 % of 80 vs. 20 % of 60 at St. John?"
    ],
    'Say "one. And two; and then what?" twice': ['Say "one. And two; and then what?" twice'],
    "What is the share of North (and what of South; who knows?)": [
        "What is the share of North (and what of South; who knows?)?"
    ],
    "sql: SELECT a; SELECT b and what. Then": ["Sql: SELECT a; SELECT b and what. Then"],
    "Translate the following: Good day. How are you? And then what?": [
        "Translate the following: Good day. How are you? And then what?"
    ],
    # statements go with the request that they are about
    "x + y = 10. x - y = 2. Solve for x and y.": ["x + y = 10. x - y = 2. Solve for x and y."],
    "Let x be 5. What is 3x?": ["Let x be 5. What is 3x?"],
    "We have a budget of 500. What is 10 % of it?": ["We have a budget of 500. What is 10 % of it?"],
    "Which region grew fastest? I only care about 2025.": ["Which region grew fastest? I only care about 2025."],
    "See https://a.example/x?y=1;z=2. And what is its title?": ["See https://a.example/x?y=1;z=2. What is its title?"],
    # references
    "Which region grew fastest? How many units were sold there?": [
        "Which region grew fastest?",
        "How many units were sold <place there 1>?",
    ],
    "Which month was best? Which product led in that month? What was the same product's price?": [
        "Which month was best?",
        "Which product led in <subject that month 1>?",
        "What was <possessive the same product's 2 1> price?",
    ],
    "Which region grew fastest? Which product doubled its sales?": [
        "Which region grew fastest?",
        "Which product doubled its sales?",
    ],
    "Which region grew fastest? What was this month's revenue in this file?": [
        "Which region grew fastest?",
        "What was this month's revenue in this file?",
    ],
    "Which region grew fastest? Show the product that sold best": [
        "Which region grew fastest?",
        "Show the product that sold best",
    ],
    "Plot revenue by month, then summarise it": ["Plot revenue by month", "Summarise <whole it 1>"],
    "How many rows are there? Is it more than 500? Is it true that some are empty?": [
        "How many rows are there?",
        "Is <value it 1> more than 500?",
        "Is it true that some are empty?",
    ],
    "What is its revenue?": ["What is its revenue?"],
    "Tell me the best selling product and its price": [
        "Tell me the best selling product",
        "<possessive Its 1> price",
    ],
    "Compare North's revenue and its costs": ["Compare North's revenue and its costs"],
    "Name the three best products. What is the sum of them? Plot these.": [
        "Name the three best products.",
        "What is the sum of <all them 1>?",
        "Plot <whole these 2 1>.",
    ],
    # calculations over quantities that must be looked up
    "Which region grew fastest? And what is 15 % of its last month's revenue?": [
        "Which region grew fastest?",
        "look up: What is <possessive its 1> last month's revenue?",
        "calculate: What is 15 % of <value 2>?",
    ],
    "What is half of North's revenue?": ["look up: What is North's revenue?", "calculate: What is half of <value 1>?"],
    "A third of the highest price": ["look up: What is the highest price?", "calculate: What is a third of <value 1>?"],
    "Increase the revenue of North by 5 %": [
        "look up: What is the revenue of North?",
        "calculate: What is <value 1> increased by 5 %?",
    ],
    "What is the square root of the number of regions?": [
        "look up: What is the number of regions?",
        "calculate: What is the square root of <value 1>?",
    ],
    "the longest distance in kilometres": [
        "look up: What is the longest distance?",
        "calculate: What is <amount 1> in kilometres?",
    ],
    "What is 20 % of what North sold last month?": [
        "look up: What North sold last month?",
        "calculate: What is 20 % of <value 1>?",
    ],
    "What is the difference between North's and South's revenue?": [
        "look up: What is North's revenue?",
        "look up: What is South's revenue?",
        "calculate: What is <value 1> - <value 2>?",
    ],
    "What is the sum of the revenue of North and South?": [
        "look up: What is the revenue of North?",
        "look up: What is the revenue of South?",
        "calculate: What is <value 1> + <value 2>?",
    ],
    "What is the difference between the best and the worst month's revenue?": [
        "look up: What is the best month's revenue?",
        "look up: What is the worst month's revenue?",
        "calculate: What is <value 1> - <value 2>?",
    ],
    "What is North's revenue divided by its units?": [
        "look up: What is North's revenue?",
        "look up: What is North's units?",
        "calculate: What is <value 1> divided by <value 2>?",
    ],
    "Subtract the cost of North from the revenue of North": [
        "look up: What is the revenue of North?",
        "look up: What is the cost of North?",
        "calculate: What is <value 1> minus <value 2>?",
    ],
    "What is 15 % of the difference between North's revenue and South's revenue?": [
        "look up: What is North's revenue?",
        "look up: What is South's revenue?",
        "calculate: What is <value 1> - <value 2>?",
        "calculate: What is 15 % of <value 3>?",
    ],
    "What is twice the highest price minus 3?": [
        "look up: What is the highest price?",
        "calculate: What is 2 * <value 1>?",
        "calculate: What is <value 2> minus 3?",
    ],
    "What is 15 % of North's revenue? And 20 % of North's revenue?": [
        "look up: What is North's revenue?",
        "calculate: What is 15 % of <value 1>?",
        "calculate: What is 20 % of <value 1>?",
    ],
    # calculations over earlier answers
    "Compute 12 * 8 and then double it": ["Compute 12 * 8", "calculate: What is 2 * <value it 1>?"],
    "multiply 12 by 8 and add 5, then divide by 4": [
        "Multiply 12 by 8",
        "calculate: What is <value 1> plus 5?",
        "calculate: What is <value 2 1> divided by 4?",
    ],
    "Find the region with the highest revenue and calculate 15 % of it": [
        "Find the region with the highest revenue",
        "calculate: What is 15 % of <value it 1>?",
    ],
    "How far is it? Convert the result to miles.": [
        "How far is it?",
        "calculate: What is <amount the result 1> in miles?",
    ],
    "What is 15% of North's revenue and 20% of South's revenue?": [
        "look up: What is North's revenue?",
        "calculate: What is 15% of <value 1>?",
        "look up: What is South's revenue?",
        "calculate: What is 20% of <value 3>?",
    ],
    "Tell me what 15 % of the highest price is": [
        "look up: What is the highest price?",
        "calculate: What is 15 % of <value 1>?",
    ],
    "What is the sum of 15 % of North's revenue and 20 % of South's revenue?": [
        "look up: What is North's revenue?",
        "calculate: What is 15 % of <value 1>?",
        "look up: What is South's revenue?",
        "calculate: What is 20 % of <value 3>?",
        "calculate: What is <value 2> + <value 4>?",
    ],
    # no calculation, although it looks like one
    "The sum of 15 % of North's revenue and 20 % of South's": [
        "The sum of 15 % of North's revenue and 20 % of South's"
    ],
    "What is revenue divided by units per region?": ["What is revenue divided by units per region?"],
    "15 % of the revenue of each region": ["15 % of the revenue of each region"],
    "How many times did North sell?": ["How many times did North sell?"],
    "What was the revenue over time?": ["What was the revenue over time?"],
    "add a column with tax": ["Add a column with tax"],
    "What share of revenue comes from North?": ["What share of revenue comes from North?"],
}

WITHOUT_TABLE = {
    "What is 15 % of the revenue?": ["What is 15 % of the revenue?"],
    "What is the GDP of France? What is half of it?": [
        "What is the GDP of France?",
        "calculate: What is half of <value it 1>?",
    ],
    "Which region grew fastest? And what is 15 % of its last month's revenue?": [
        "Which region grew fastest?",
        "look up: What is <possessive its 1> last month's revenue?",
        "calculate: What is 15 % of <value 2>?",
    ],
    "Which planet is largest? What is the difference between its mass and the mass of Earth?": [
        "Which planet is largest?",
        "What is the difference between <possessive its 1> mass and the mass of Earth?",
    ],
}


@pytest.mark.parametrize(("text", "needs"), WITH_TABLE.items(), ids=list(WITH_TABLE))
def test_a_request_with_a_table_becomes_these_needs(text: str, needs: list[str]) -> None:
    assert [shown(need) for need in plan(text, has_data=True).needs] == needs


@pytest.mark.parametrize(("text", "needs"), WITHOUT_TABLE.items(), ids=list(WITHOUT_TABLE))
def test_without_a_table_only_earlier_answers_can_be_built_on(text: str, needs: list[str]) -> None:
    assert [shown(need) for need in plan(text, has_data=False).needs] == needs


@pytest.mark.parametrize(
    "text", ["hello", "Hi there!", "help", "What can you do?", "Thanks!", "", " \n", "Which agents are there?"]
)
def test_small_talk_has_no_needs(text: str) -> None:
    assert plan(text, has_data=False) == Plan()


def test_a_need_waits_for_those_it_refers_to_and_for_no_other() -> None:
    made = plan("Which region grew fastest? Which product sold best? What is 15 % of its revenue?", has_data=True)
    assert [sorted(need.after) for need in made.needs] == [[], [], [1, 2], [3]]


def test_its_is_about_names_and_that_is_about_numbers() -> None:
    made = plan("Which region grew fastest? What is half of its revenue? What is its cost? Double that.", has_data=True)
    slots = {need.number: piece.needs for need in made.needs for piece in need.wording if isinstance(piece, Slot)}
    assert slots[4] == (1,)  # "its cost": neither the calculation nor the look-up for it names anybody
    assert slots[5] == (4, 3, 2, 1)


def test_the_outline_of_a_need_reads_before_anything_is_known() -> None:
    made = plan("Which region grew fastest? And what is 15 % of its last month's revenue?", has_data=True)
    assert [outline(need) for need in made.needs] == [
        "Which region grew fastest?",
        "What is its last month's revenue?",
        "What is 15 % of answer 2?",
    ]


def test_a_document_is_passed_on_whole() -> None:
    prose = "The sun was low. Who knew what came? " * (LONGEST // 30)
    questions = "\n".join(f"- Which item has the number {number}?" for number in range(MOST + 1))
    assert [need.wording for need in plan(prose, has_data=False).needs] == [(prose.strip(),)]
    assert [need.wording for need in plan(questions, has_data=False).needs] == [(questions,)]


WORDS = [*sorted(set(" ".join(WITH_TABLE).split())), "(", '"', "'", "\n", ";", "- "]


@settings(max_examples=300)
@given(st.lists(st.sampled_from(WORDS), max_size=40).map(" ".join) | st.text(max_size=200), st.booleans())
def test_whatever_is_said_makes_a_plan_whose_needs_build_on_earlier_ones(text: str, has_data: bool) -> None:
    made = plan(text, has_data=has_data)
    assert [need.number for need in made.needs] == list(range(1, len(made.needs) + 1))
    assert all(number < need.number for need in made.needs for number in need.after)
    assert sorted(need.number for clause in made.clauses for need in clause) == [need.number for need in made.needs]
