"""The parser held against Python's own fractions, and read back from what it writes."""

import contextlib
import operator
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentia.agents.quant.errors import NotUnderstood, TooLarge, Unanswerable
from agentia.agents.quant.language.expression import Name, walk
from agentia.agents.quant.language.grammar import parse
from agentia.agents.quant.language.notation import written
from agentia.agents.quant.language.wording import plain
from agentia.agents.quant.rational import evaluate, is_quick
from agentia.agents.quant.working import Working

_OPERATORS = {"+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv}
Case = tuple[str, Fraction]


def _value(text: str) -> Fraction:
    return evaluate(parse(text).expression, Working(text))


def _joined(parts: tuple[Case, str, Case]) -> Case:
    """Two cases in parentheses joined; a division by zero becomes an addition."""
    (left, a), sign, (right, b) = parts
    sign = "+" if sign == "/" and b == 0 else sign
    return f"({left}) {sign} ({right})", _OPERATORS[sign](a, b)


_numbers = st.one_of(
    st.integers(0, 10**12).map(lambda number: (str(number), Fraction(number))),
    st.decimals(0, 10**6, places=4).map(lambda number: (str(number), Fraction(number))),
    st.integers(1000, 10**9).map(lambda number: (f"{number:,}", Fraction(number))),
)
_cases = st.recursive(
    _numbers,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from("+-*/"), inner).map(_joined),
        inner.map(lambda case: (f"-({case[0]})", -case[1])),
        st.tuples(inner, st.integers(0, 3)).map(lambda pair: (f"({pair[0][0]})^{pair[1]}", pair[0][1] ** pair[1])),
    ),
    max_leaves=20,
)


@given(_cases)
def test_an_expression_has_the_value_that_fractions_give_it(case: Case) -> None:
    text, value = case
    assert _value(text) == value


@given(_cases)
def test_an_expression_written_back_still_has_its_value(case: Case) -> None:
    text, value = case
    assert _value(plain(written(parse(text).expression))) == value


@given(st.lists(st.tuples(st.sampled_from("+-*/"), st.integers(1, 99)), min_size=1, max_size=30))
def test_operators_bind_and_group_as_in_python(chain: list[tuple[str, int]]) -> None:
    text = "7" + "".join(f" {sign} {number}" for sign, number in chain)
    expected = "Fraction(7)" + "".join(f" {sign} Fraction({number})" for sign, number in chain)
    assert _value(text) == eval(expected)  # the test's own text, never a user's


@given(st.text(alphabet="0123456789+-*/^().,!% xyzπ√€|=<> sincoglqrt", max_size=60))
def test_any_text_is_read_or_refused_in_words(text: str) -> None:
    with contextlib.suppress(NotUnderstood, TooLarge, Unanswerable):
        is_quick(parse(text).expression)


@pytest.mark.parametrize(
    ("text", "understood"),
    [
        ("2x", "2x"),
        ("3(x + 1)", "3·(x + 1)"),
        ("(x+1)(x-1)", "(x + 1)·(x - 1)"),
        ("sin 2x cos x", "sin(2x)·cos(x)"),
        ("sin^2 x", "sin(x)^2"),
        ("sin^-1 x", "asin(x)"),
        ("2 sin(x)^2", "2·sin(x)^2"),
        ("xy", "x·y"),
        ("x_1 + x_2", "x_1 + x_2"),
        ("|x - 1| < 3", "|x - 1| < 3"),
        ("1 < x <= 3", "1 < x ≤ 3"),
        ("ln x^2", "ln(x^2)"),
        ("5!", "5!"),
        ("15 % of 200", "15 % of 200"),
        ("a - (b - c)", "a - (b - c)"),
        ("a/(b c)", "a/(b·c)"),
    ],
)
def test_mathematics_is_read_as_it_is_written_by_hand(text: str, understood: str) -> None:
    assert written(parse(text).expression) == understood


@pytest.mark.parametrize(
    ("text", "note"),
    [
        ("1/2x", "Read a/b c as (a/b)·c; write a/(b c) for the other."),
        ("2^3^2", "Read a^b^c as a^(b^c), from the top down."),
        ("-2^2", "Read -2^… as -(2^…); write (-2)^… for the other."),
        ("17 % 5", "Read % between two numbers as the remainder of a division."),
        ("48 210,50", 'Read "48 210,50" as 48,210.50.'),
        ("2 1/2", "Read 2 1/2 as the mixed number 2 + 1/2."),
    ],
)
def test_what_could_be_meant_otherwise_is_said(text: str, note: str) -> None:
    assert note in parse(text).notes


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("2 +", 'The expression "2 +" stops before it is complete.'),
        ("(1 + 2", 'The "(" before "1 + 2" is never closed.'),
        ("2 2", 'I can read "2" but not how "2" goes on from there.'),
        ("2 + foo", 'I do not know "foo" in an expression.'),
        ("gcd(4)", "gcd takes 2 to 50 arguments, and 1 stand in its parentheses."),
        ("2 # 3", 'The character "#" has no place in an expression I can read.'),
    ],
)
def test_what_cannot_be_read_is_named(text: str, sentence: str) -> None:
    with pytest.raises(NotUnderstood) as caught:
        parse(text)
    assert caught.value.message == sentence


def test_names_beyond_letters_are_read_only_when_they_are_announced() -> None:
    expression = parse("2 * price", names=frozenset({"price"})).expression
    assert Name("price") in walk(expression)
