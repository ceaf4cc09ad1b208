"""Texts that are no questions: none runs, none takes long, each is refused with a sentence."""

import contextlib
import subprocess
import sys
from collections.abc import Callable

import pytest

from agentia.agents.quant.errors import NotUnderstood, QuantError, TooLarge
from agentia.agents.quant.given import Given
from agentia.agents.quant.question import question
from agentia.agents.quant.questions import split
from agentia.agents.quant.request import Request

CODE = [
    "__import__('os').system('id')",
    "lambda x: x",
    "(lambda: 0)()",
    "x.__class__.__bases__",
    "open('/etc/passwd').read()",
    'eval("1+1")',
    "exec('import os')",
    "().__class__",
    "x := 5",
    "os.system",
    "[i for i in (1, 2)]",
    "print(1)",
    "' or 1=1 --",
    "Symbol('x')",
    "2 if True else 3",
    "a[0]",
    "@property",
    "\u202e3 + 4\u202c = import",
    "𝚎𝚟𝚊𝚕(1)",
]
HUGE = [
    ("9**9**9", "9^387,420,489 has about 369,693,100 digits"),
    ("2^(10^9)", "2^1,000,000,000 has about 301,029,996 digits"),
    ("10000000!", "10,000,000! has about 65,657,060 digits"),
    ("9^9^9^9", "digits"),
    ("1e999999999", "digits"),
    ("2^2^2^2^2^2", "more digits than could ever be written down"),
    ("C(1000000, 500000)", "digits"),
    ("2^(1000000001/2)", "digits"),
    ("x^1000000000 = 1", "Powers of unknowns are worked out up to 1,000"),
    ("expand (x+1)^100000", "Powers of unknowns are worked out up to 1,000"),
    ("1000000000th fibonacci number", "up to number 200,000"),
    ("the 10000000000th prime", "beyond the primes I list"),
    ("round(1, 99999)", "1,000 places"),
    ("convert 2^(10^9) km to m", "digits"),
    ("compound interest on 1000 at 5% for 10000000 years", "digits"),
]


@pytest.mark.parametrize("text", CODE)
def test_code_is_not_a_question(read: Callable[[str], Request], text: str) -> None:
    with pytest.raises(NotUnderstood):
        read(text)


@pytest.mark.parametrize(("text", "words"), HUGE)
def test_what_is_too_large_is_refused_before_it_is_computed(
    work: Callable[[str], object], text: str, words: str
) -> None:
    with pytest.raises(TooLarge) as caught:
        work(text)
    assert words in caught.value.message


@pytest.mark.parametrize(
    "text",
    [
        "(" * 100_000 + "1" + ")" * 100_000,
        "1+" * 20_000 + "1",
        "9" * 5_000,
        "\n".join(f"{number} + 1" for number in range(50)),
        "mean of " + "1, " * 10_000 + "1",
    ],
    ids=["parentheses", "terms", "digits", "questions", "numbers"],
)
def test_a_text_beyond_the_bounds_is_refused_at_once(text: str) -> None:
    with pytest.raises(TooLarge):
        split(text, Given())


@pytest.mark.parametrize("nested", ["(" * 900 + "1" + ")" * 900, "-" * 900 + "1", "2^" * 900 + "2", "sin " * 900 + "x"])
def test_deep_nesting_is_refused_rather_than_followed(read: Callable[[str], Request], nested: str) -> None:
    with pytest.raises(TooLarge, match="nested"):
        read(nested)


@pytest.mark.parametrize(
    "piece",
    [
        "1 ",
        "1,",
        "a ",
        "of ",
        "from ",
        "how many ",
        "is ",
        "5!",
        "√",
        "½ ",
        "|x",
        "1 to ",
        "5 ft 7 in ",
        "jan 1 ",
        "% ",
    ],
)
def test_repeated_pieces_do_not_make_the_reading_explode(read: Callable[[str], Request], piece: str) -> None:
    """Each of these takes milliseconds; an expression that backtracks would run into the time limit of the tests."""
    with contextlib.suppress(QuantError, ValueError):
        read(piece * (1990 // len(piece)))


@pytest.mark.parametrize(
    ("text", "asks"),
    [
        ("2\u200b+\u200b2", "2+2"),
        ("\u202e2 + 2", "2 + 2"),
        ("２＋２", "2+2"),
        ("2\u00a0+\u00a02", "2 + 2"),
        ("2 − 2", "2 - 2"),
        ("٢ × ٢", "2 * 2"),
        ("𝟐 + 𝟐", "2 + 2"),
        ("𝑥² = 4", "x^2 = 4"),
        ("½ of 8", "(1/2) of 8"),
    ],
)
def test_characters_in_disguise_are_read_for_what_they_mean(text: str, asks: str) -> None:
    (asked,) = split(text, Given()).questions
    assert question(asked).asks == asks


def test_neither_sympy_nor_pint_is_imported_with_the_specialist() -> None:
    script = (
        "import sys; import agentia.agents.quant as room; room.quant\n"
        "print(sorted({'sympy', 'pint', 'mpmath'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_quick_questions_are_answered_without_sympy_or_pint() -> None:
    script = (
        "import sys; from agentia.agents.quant import catalogue; from agentia.agents.quant.question import question\n"
        "for text in ('15 % of 48,210.50', '2^100', 'mean of 1, 2', '10 choose 3', 'days since 2000-01-01'):\n"
        "    from datetime import date\n"
        "    request = catalogue.read(question(text, None, date(2025, 11, 22)))\n"
        "    assert not request.slow\n"
        "    catalogue.answer(request)\n"
        "print(sorted({'sympy', 'pint', 'mpmath'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
