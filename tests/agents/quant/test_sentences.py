"""What people are told: readings that could surprise, refusals they can act on, and working they can follow."""

from collections.abc import Callable

import pytest

from agentia.agents.quant import report
from agentia.agents.quant.errors import NotUnderstood, Unanswerable
from agentia.agents.quant.working import Answer

Work = Callable[[str], Answer]

IMPOSSIBLE = [
    ("1/0", "Cannot divide 1 by 0: division by zero has no result."),
    ("5 mod 0", "There is no remainder of 5 divided by 0: division by zero has no result."),
    ("0^-1", "0^(-1) would divide by zero, which has no result."),
    ("tan(90°)", "tan(90°) has no value: it divides by zero or is undefined at some point."),
    ("2.5!", "A factorial needs whole numbers; 2.5 is none."),
    ("(-3)!", "A factorial needs a whole number from 0 up; -3 is negative."),
    ("convert 5 kg to m", "Cannot convert kg to m: mass and length."),
    ("5 kg + 3 m", "Cannot add kg and m: mass and length."),
    ("convert 100 to km", "Cannot convert a plain number to km: say in which unit it is."),
    ("-500 °C to °F", "-500 °C is below absolute zero; nothing can be that cold."),
    (
        "20 °C + 5 °C",
        "Temperatures in °C or °F cannot be added or multiplied, as their zero is arbitrary; give them in kelvin.",
    ),
    (
        "100 USD in EUR",
        "I cannot convert between currencies: exchange rates change, and I know none. Give the rate and I multiply.",
    ),
    (
        "€5 + $3",
        "The question mixes $ and €, and I know no exchange rates: give both amounts in one currency.",
    ),
    ("days between 2025-02-30 and 2025-03-01", "There is no 30 February 2025: that month has 28 days."),
    ("weekday of 2025-13-01", "There is no month 13; write dates as 2025-01-31, the month in the middle."),
    ("90000000 days after 2025-01-01", "The calendar here runs from the year 1 to 9999; that date is outside."),
    ("from 0 to 5 is what percent change", "A change from 0 has no percentage: it would divide by zero."),
    ("what percent of 0 is 5", "Nothing can be told as a percentage of 0: that would divide by zero."),
    ("stdev of 5", "The variance of a sample needs at least two numbers; of one whole population, say so."),
    ("correlation of 1, 1, 1 and 1, 2, 3", "All values of x are equal, so there is no correlation."),
    ("correlation of [1, 2, 3] and [1, 2]", "The lists have 3 and 2 numbers; a correlation needs as many of both."),
    ("is 1.5 prime", "This question needs whole numbers; 1.5 is none."),
    ("5000 in roman numerals", "Roman numerals run from 1 (I) to 3999 (MMMCMXCIX)."),
    (
        "limit of 1/x as x approaches 0",
        "The limit of 1/x as x approaches 0 does not exist: from the left it is -∞, from the right ∞.",
    ),
    (
        "sum of 1/k from k=1 to infinity",
        "The sum of 1/k for k from 1 to ∞ does not converge: it has no finite value.",
    ),
    ("integrate 1/x from 0 to 1", "The integral of 1/x from 0 to 1 does not converge: it has no finite value."),
]
UNCLEAR = [
    ("What is the capital of France?", "I found nothing in it that I can work out."),
    ("15 % of its revenue", 'I understood "15 % of", but I was given no number for "its revenue".'),
    ("2 + foo", 'I understood "2 +", but I was given no number for "foo".'),
    ("how old is a person born in 1990", "I understood the number 1990, but not what is asked."),
    ("5 miles", "I understood 5 miles, but not what to do with it; name a unit to convert it to."),
    ("48,210.50", "I understood 48,210.50, but not what to do with it."),
    ("convert 3 foos to km", 'I do not know "foos" as a unit.'),
    (
        "f(x) = x^2",
        "I understood a function, but not what is wanted of it: its roots, its derivative, its value at a point?",
    ),
    (
        "days between 2025-01-01 and 2025-03-01 excluding holidays",
        'I understood a question about the time between 2025-01-01 and 2025-03-01, but not "excluding holidays" in it.',
    ),
    (
        "compound interest on 1000 at 5% for 10 years less 200",
        'I understood a question about interest at 5%, but not "200" in it.',
    ),
    ("compound interest at 5%", "I understood a question about interest at 5%, but not for how long."),
    (
        "limit of 1/x",
        'I understood that a limit is wanted, but not where; write "limit of sin(x)/x as x approaches 0".',
    ),
    ("solve 2x = 4 for y", "I understood an equation in x, but y is not in it."),
    ("102 binary to decimal", '"102" is no number in base 2, whose digits are 01.'),
]
READINGS = [
    ("48 210,50 + 1", 'Read "48 210,50" as 48,210.50.'),
    ("from 03/04/2025 to 05/04/2025 in days", "write 2025-03-04 if you meant the month first."),
    ("mean of 100,200,300", "as separate numbers, not as one with thousands separators."),
    ("200 + 15%", "Read 15 % after a plus or minus as 15 % of what stands before it."),
    ("15 % of $48,210.50", "Rounded to hundredths: $7,231.58."),
    ("log(1000)", "Read log without a base as the one to base 10; write ln for the natural logarithm."),
    ("derivative of log(x)", "Read log without a base as the natural logarithm ln; write log_10 for base 10."),
    (
        "10 gallons to liters",
        "A gallon is the US gallon of 3.785411784 litres; say imperial gallon for the British one.",
    ),
    ("stdev of 1, 2", "say population to divide by the count itself."),
    ("from 5% to 7% in percent", "In percentage points the change is 2."),
    ("add 1 month to 2025-01-31", "February 2025 has no day 31, so its last day is taken."),
    ("business days between 2025-01-01 and 2025-01-31", "Counted with both ends, there are 23."),
    ("how many days until Christmas", "Today is 2025-11-22 (UTC)."),
    ("solve a x + b = 0", "Solved for x; a and b may be any number."),
    ("sin(x) > 0", "Told for one period only: all of it repeats every 2π."),
    ("90 degrees in radians", "There is π or another irrational constant in this; the result is rounded to 15 digits."),
]
WORKING = [
    ("1 + 2 * 3", ["2 × 3 = 6", "1 + 6 = 7"]),
    ("15 % of 48,210.50", ["15 % = 0.15", "0.15 × 48,210.5 = 7,231.575"]),
    ("convert 5 miles to km", ["1 mi = 1.609344 km", "5 × 1.609344 = 8.04672"]),
    ("20 C to F", ["20 × 9/5 + 32 = 68"]),
    ("gcd of 1071 and 462", ["1,071 = 2 × 462 + 147", "462 = 3 × 147 + 21", "147 = 7 × 21 + 0"]),
    (
        "solve 2x + 3 = 7",
        [
            "Terms with x to one side, the others to the other: 2x = 4",
            "Divided by 2: x = 2",
            "Check x = 2: left 7, right 7",
        ],
    ),
    (
        "x + y = 10 and x - y = 2",
        ["(1) x + y = 10", "(2) x - y = 2", "(2) - (1) × (1): -2y = -8", "Put back: left minus right is 0, 0"],
    ),
    (
        "integrate x^2 from 0 to 3",
        ["Power rule: ∫ x^2 dx = x^3/3", "Antiderivative F(x) = x^3/3", "F(3) - F(0) = 9 - (0) = 9"],
    ),
]


@pytest.mark.parametrize(("text", "sentence"), IMPOSSIBLE)
def test_what_has_no_answer_is_refused_with_the_reason(work: Work, text: str, sentence: str) -> None:
    with pytest.raises(Unanswerable) as caught:
        work(text)
    assert caught.value.message == sentence


@pytest.mark.parametrize(("text", "sentence"), UNCLEAR)
def test_what_cannot_be_read_is_asked_back_naming_what_was_understood(work: Work, text: str, sentence: str) -> None:
    with pytest.raises(NotUnderstood) as caught:
        work(text)
    assert caught.value.message == sentence


@pytest.mark.parametrize(("text", "note"), READINGS)
def test_a_reading_that_could_surprise_is_said(work: Work, text: str, note: str) -> None:
    assert any(said.endswith(note) for said in work(text).notes)


@pytest.mark.parametrize(("text", "steps"), WORKING)
def test_the_working_goes_step_by_step(work: Work, text: str, steps: list[str]) -> None:
    assert list(work(text).steps) == steps


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("15 % of € 48,210.50", "15 % of € 48,210.50 = € 7,231.575."),
        ("what percent is 1 of 3", "1 is ≈ 33.3333333333333 % (exactly 100/3 %) of 3."),
        ("100 / 7", "100/7 ≈ 14.2857142857143."),
        ("2^1000", "2^1000 = 107150860718…069376 (302 digits)."),
        ("x^2 = 2", "x = -sqrt(2) ≈ -1.4142135623731 or x = sqrt(2) ≈ 1.4142135623731."),
        ("sqrt(-4)", "sqrt(-4) = 2i."),
        ("is 2 + 2 = 4", "Yes: 2 + 2 = 4 is true."),
        ("90 days after 2025-11-05", "90 days after 2025-11-05 is Tuesday, 2026-02-03."),
    ],
)
def test_the_answer_is_one_sentence(work: Work, text: str, sentence: str) -> None:
    assert work(text).sentence == sentence


def test_numbers_that_json_cannot_hold_exactly_are_given_as_text(work: Work) -> None:
    expected = {
        "15 % of 48,210.50": 7231.575,
        "2^53": 2**53,
        "2^53 + 1": "9007199254740993",
        "1/3 + 0": "1/3",
        "1/2 + 0": 0.5,
        "10^40/7": "10000000000000000000000000000000000000000/7",
    }
    assert {text: work(text).value for text in expected} == expected


def test_a_long_result_is_whole_in_the_data_up_to_4000_digits_and_abbreviated_beyond(work: Work) -> None:
    assert work("1000!").exact.endswith("0" * 249)
    assert work("10000!").exact == "284625968091…000000 (35,660 digits)"


def test_the_answer_comes_first_then_how_it_was_read_then_the_steps(work: Work) -> None:
    assert report.in_words(work("200 + 15%")).splitlines() == [
        "200 + 15 % = 230.",
        "(Read 15 % after a plus or minus as 15 % of what stands before it.)",
        "Working:",
        "1. 15 % = 0.15",
        "2. 15 % of 200 = 0.15 × 200 = 30",
        "3. 200 + 30 = 230",
    ]


def test_markdown_in_a_question_stays_text(work: Work) -> None:
    assert "## 2 \\* 3 \\* 4\n\n**2 × 3 × 4 = 24.**" in report.as_markdown([work("2 * 3 * 4")])
