"""Words: cutting a text into them, bringing them to a common form, and forgiving small slips of the keyboard."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

_QUOTE = re.compile(r"“([^”]+)”|\"([^\"]+)\"|`([^`]+)`|(?<!\w)['‘]([^'’]+)['’](?!\w)")
_TOKEN = re.compile(
    r"(?P<number>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)(?P<scale>k|m|bn)?(?![\w])"
    r"|(?P<word>[^\W_]+(?:['’](?!s\b)[^\W_]+)*)(?:['’]s\b)?|(?P<sign>>=|<=|≥|≤|[<>=%])"
)
_SCALES = {None: 1, "k": 1_000, "m": 1_000_000, "bn": 1_000_000_000}
NUMBER_WORDS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_IRREGULAR = {
    "people": "person",
    "persons": "person",
    "men": "man",
    "women": "woman",
    "children": "child",
    "regional": "region",
}
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


@dataclass(frozen=True)
class Token:
    """A word of a question. `quote` numbers the quotation it stands in, 0 is none; offsets are of characters."""

    text: str
    word: str
    stem: str
    start: int
    end: int
    number: Decimal | None = None
    quote: int = 0


def word_set(text: str) -> frozenset[str]:
    """The words of a text, to look others up in."""
    return frozenset(text.split())


def tokens(text: str) -> tuple[Token, ...]:
    """The words, numbers and comparison signs of a text, in order."""
    quotes = quotations(text)
    return tuple(_token(match, quotes) for match in _TOKEN.finditer(text))


def quotations(text: str) -> list[tuple[int, int]]:
    """From where to where a text quotes something."""
    return [match.span() for match in _QUOTE.finditer(text)]


def _token(match: re.Match[str], quotes: Sequence[tuple[int, int]]) -> Token:
    quote = next((i for i, (start, end) in enumerate(quotes, 1) if start <= match.start() < end), 0)
    number: Decimal | None = None
    word = (match["word"] or match["sign"] or match["number"]).casefold().replace("’", "'")
    if match["number"]:
        number = Decimal(match["number"].replace(",", "")) * _SCALES[match["scale"]]
    elif word in NUMBER_WORDS:
        number = Decimal(NUMBER_WORDS.index(word) + 1)
    return Token(match.group(), word, stem(word), match.start(), match.end(), number, quote)


def stems(name: str) -> tuple[str, ...]:
    """The stems of a column's name, `unitPrice_eur` being unit, price, eur."""
    return value_stems(_CAMEL.sub(" ", name))


def value_stems(value: str) -> tuple[str, ...]:
    """The stems of a value."""
    return tuple(token.stem for token in tokens(value.replace("_", " ")))


def stem(word: str) -> str:
    """The singular of an English noun, roughly: enough to find "regions" in a column called "region"."""
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    if len(word) <= 3 or not word.isalpha():
        return word
    if word.endswith("ies"):
        return word[:-3] + "y"
    if word.endswith(("sses", "xes", "ches", "shes", "zes")):
        return word[:-2]
    return word[:-1] if word.endswith("s") and not word.endswith(("ss", "us", "is")) else word


def is_slip(word: str, meant: str) -> bool:
    """Whether a word is another with one slip (two in long words), the first letter being right."""
    if len(word) < 4 or len(meant) < 4 or word[0] != meant[0] or not word.isalpha():
        return False
    allowed = 1 if min(len(word), len(meant)) < 8 else 2
    return abs(len(word) - len(meant)) <= allowed and distance(word, meant) <= allowed


def distance(a: str, b: str) -> int:
    """Optimal string alignment distance: insertions, deletions, substitutions and swapped neighbours count one each."""
    before: list[int] = []
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        older, before, row = before, row, [i]
        for j, y in enumerate(b, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (x != y))
            if i > 1 and j > 1 and x == b[j - 2] and a[i - 2] == y:
                cost = min(cost, older[j - 2] + 1)
            row.append(cost)
    return row[-1]
