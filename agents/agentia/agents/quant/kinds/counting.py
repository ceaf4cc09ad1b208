"""Combinatorics: choices, arrangements, and the chances of repeated trials."""

import re
from collections import Counter
from dataclasses import dataclass
from fractions import Fraction
from math import factorial
from typing import Final, Literal

from agentia.agents.quant import integers
from agentia.agents.quant.errors import TooLarge, Unanswerable
from agentia.agents.quant.figures import shown
from agentia.agents.quant.language.patterns import first, forms
from agentia.agents.quant.question import Question
from agentia.agents.quant.request import Request, asked
from agentia.agents.quant.working import Answer

_N, _K = r"(?P<n>\d[\d,]*)", r"(?P<k>\d[\d,]*)"
_THING: Final = r"(?: (?!from\b|out\b|of\b|taken\b|with\b|in\b)[a-z-]+){0,4}"
_WAYS: Final = r"(?:(?:how many|the number of|number of|in how many)(?: different| distinct| possible)? )?"
_CHOICE: Final = forms(
    rf"{_N} choose {_K}$",
    rf"{_N} ?n?Cr? ?{_K}$",
    rf"(?:C|nCr|binom|binomial|comb|choose)\({_N}[,;] ?{_K}\)$",
    rf"{_WAYS}(?:ways (?:are there |can you |can i |can we |is it possible )?(?:to |of )?)?(?:choos\w*|select\w*"
    rf"|pick\w*|draw\w*|combinations? of|committees? of|groups? of|teams? of|hands? of|subsets? of(?: size)?)"
    rf" {_K}{_THING} (?:from|out of|of|in|can be (?:chosen|formed|made|picked|selected) from)(?: a (?:group|set"
    rf"|deck|class|pool) of)? {_N}{_THING}$",
    rf"{_WAYS}combinations? of {_N}{_THING},? (?:taken |choose )?{_K}(?: at a time)?$",
)
_ROW: Final = forms(
    rf"{_N} ?n?Pr? ?{_K}$",
    rf"(?:P|nPr|perm|permutations)\({_N}[,;] ?{_K}\)$",
    (
        rf"{_WAYS}(?:ways (?:are there |can you |can i |can we )?(?:to |of )?)?(?:arrang\w*|order\w*|permut\w*"
        rf"|lin\w* up) {_K}{_THING} (?:from|out of|of) {_N}{_THING}$"
    ),
    rf"{_WAYS}permutations? of {_N}{_THING},? (?:taken )?{_K}(?: at a time)?$",
    rf"{_WAYS}permutations? of {_K}{_THING} (?:from|out of) {_N}{_THING}$",
)
_ALL: Final = forms(
    (
        rf"{_WAYS}(?:ways (?:are there |can you |can i |can we )?(?:to |of )?)?(?:arrang\w*|order\w*|permut\w*"
        rf"|lin\w* up|permutations? of|arrangements? of|seat\w*) {_N}{_THING}(?P<round> (?:in a circle"
        rf"|around a (?:round )?table))?$"
    ),
    (
        rf"{_WAYS}ways can {_N}{_THING} (?:be (?:arranged|ordered|seated|lined up)|sit|stand|line up)(?: in a (?:row"
        rf"|line))?(?P<round> (?:in a circle|around a (?:round )?table|at a round table))?$"
    ),
)
_LETTERS: Final = forms(
    (
        rf"{_WAYS}(?:ways (?:are there |can you |to )*)?(?:arrang\w*|permut\w*|anagrams?|arrangements?|permutations?"
        rf"|words)(?: can be made| of| from| using| with| the| all)* (?:letters (?:of"
        rf"|in) )?(?:the )?(?:word )?[\"']?(?P<word>[A-Za-z]{{2,40}})[\"']?$"
    ),
)
_CHANCE: Final = re.compile(
    r"(?:the )?(?:probability|chance|chances|odds|likelihood)(?: of| to| that)?(?: you)?(?: get\w*| having"
    r"| throw\w*| toss\w*| roll\w*| see\w*)? "
    r"(?P<how>exactly |at least |at most |more than |fewer than |less than )?(?P<k>\d{1,5}) (?P<what>heads?"
    r"|tails?|sixes|six(?:es)?|fives?|fours?|threes?|twos?|ones?|[1-6]s|success(?:es)?)"
    r" (?:in|out of|from|with|when (?:toss|flipp|roll|throw)ing|on)(?: a)? (?P<n>\d{1,5}) (?:fair )?(?:coins?"
    r"|dice|die|flips?|tosses|rolls?|throws?|trials?|attempts?|coin (?:flips?|tosses)|dice rolls?)"
    r"(?: of (?:an? )?(?:fair )?(?:coin|die|dice))?(?:,? (?:with|at|of|if"
    r"|when)?(?: an?)?(?: success)?(?: probability| chance| p)?(?: of| is| =)? ?(?P<p>0?\.\d+|\d+/\d+"
    r"|\d+ ?%)(?: each)?)?$",
    re.IGNORECASE,
)
Form = Literal["choice", "row", "circle"]


@dataclass(frozen=True, slots=True)
class Count(Request):
    """How many ways to take so many of so many: unordered, in a row, or all in a circle."""

    form: Form
    of: int
    taken: int

    @property
    def slow(self) -> bool:
        return min(self.taken, self.of) > 2000


@dataclass(frozen=True, slots=True)
class Letters(Request):
    """How many different orders the letters of a word have."""

    word: str


@dataclass(frozen=True, slots=True)
class Chance(Request):
    """The chance of a number of successes from `least` to `most` in independent trials."""

    least: int
    most: int
    trials: int
    chance: Fraction

    @property
    def slow(self) -> bool:
        return self.trials > 200


def read(question: Question) -> Count | Letters | Chance | None:
    """Read a question of how many ways, or how likely."""
    text = question.asks
    if match := first(_CHOICE, text):
        return Count(*asked(question), "choice", _int(match["n"]), _int(match["k"]))
    if match := first(_ROW, text):
        return Count(*asked(question), "row", _int(match["n"]), _int(match["k"]))
    if match := first(_ALL, text):
        return Count(*asked(question), "circle" if match["round"] else "row", _int(match["n"]), _int(match["n"]))
    if match := first(_LETTERS, text):
        return Letters(*asked(question), match["word"].upper())
    return _chance(question)


def _chance(question: Question) -> Chance | None:
    match = _CHANCE.match(question.asks)
    if match is None:
        return None
    count, trials, how = int(match["k"]), int(match["n"]), (match["how"] or "exactly").strip().lower()
    least = {"at least": count, "exactly": count, "more than": count + 1}.get(how, 0)
    most = {"at most": count, "exactly": count, "fewer than": count - 1, "less than": count - 1}.get(how, trials)
    coin = match["what"].lower().startswith(("head", "tail"))
    chance = match["p"] and (Fraction(match["p"].rstrip(" %")) / (100 if "%" in match["p"] else 1))
    notes = () if match["how"] else (f"Read {count} as exactly {count}.",)
    return Chance(
        *asked(question, notes),
        least,
        min(most, trials),
        trials,
        chance or (Fraction(1, 2) if coin else Fraction(1, 6)),
    )


def _int(digits: str) -> int:
    if len(digits) > 12:
        raise TooLarge("I count choices from up to a million million things.")
    return int(digits.replace(",", ""))


def answer(request: Count | Letters | Chance) -> Answer:
    """Work it out by factorials."""
    match request:
        case Count():
            return _count(request)
        case Letters():
            return _letters(request)
        case Chance():
            return _binomial(request)


def _count(request: Count) -> Answer:
    working, n, k = request.working(), request.of, request.taken
    if request.form == "circle":
        value = integers.factorial(Fraction(max(n - 1, 0)))
        working.step(f"In a circle only the order matters, not where it starts: ({n} - 1)! = {shown(value)}")
        return working.number(f"The ways to seat {n:,} in a circle: there", value, verb="are")
    if request.form == "choice":
        value = integers.binomial(Fraction(n), Fraction(k))
        working.step(
            f"C({n}, {k}) = {n}! ÷ ({k}! × ({n} - {k})!)" if k <= n else f"{k} is more than {n}, so there is no way"
        )
        if k <= n and min(k, n - k) <= 8:
            less = min(k, n - k)
            top = " × ".join(str(n - index) for index in range(less)) or "1"
            working.step(
                f"= ({top}) ÷ ({' × '.join(str(index) for index in range(1, less + 1)) or '1'}) = {shown(value)}"
            )
        return working.number(f"To choose {k:,} of {n:,}, order aside, there", value, verb="are", after=" ways")
    value = integers.permutations(Fraction(n), Fraction(k))
    formula = f"{n}!" if n == k else f"P({n}, {k}) = {n}! ÷ ({n} - {k})!"
    working.step(f"{formula} = {shown(value)}" if k <= n else f"{k} is more than {n}, so there is no way")
    what = f"To arrange {n:,} in a row" if k == n else f"To arrange {k:,} of {n:,} in a row"
    return working.number(f"{what} there", value, verb="are", after=" ways")


def _letters(request: Letters) -> Answer:
    working, word = request.working(), request.word
    repeated = {letter: count for letter, count in sorted(Counter(word).items()) if count > 1}
    value = Fraction(factorial(len(word)))
    for count in repeated.values():
        value /= factorial(count)
    working.step(
        f"{word} has {len(word)} letters" + "".join(f", {count} of them {letter}" for letter, count in repeated.items())
    )
    below = " × ".join(f"{count}!" for count in repeated.values())
    working.step(f"{len(word)}!" + (f" ÷ ({below})" if below else "") + f" = {shown(value)}")
    return working.number(f"For the letters of {word} there", value, verb="are", after=" different orders")


def _binomial(request: Chance) -> Answer:
    working, n, p = request.working(), request.trials, request.chance
    if not 0 <= p <= 1:
        raise Unanswerable("A probability lies between 0 and 1.")
    if n > 2000:
        raise TooLarge("I work out exact chances for up to 2,000 trials.")
    value = Fraction(0)
    for k in range(request.least, request.most + 1):
        term = integers.binomial(Fraction(n), Fraction(k)) * p**k * (1 - p) ** (n - k)
        value += term
        if request.most - request.least < 8:
            working.step(f"P({k}) = C({n}, {k}) × ({shown(p)})^{k} × ({shown(1 - p)})^{n - k} = {shown(term)}")
    count = f"{request.least}" if request.least == request.most else f"{request.least} to {request.most}"
    working.step(f"P = {shown(value)}, which is about {float(value) * 100:.6g} %")
    return working.number(f"The chance of {count} successes in {n} trials of {shown(p)}", value)
