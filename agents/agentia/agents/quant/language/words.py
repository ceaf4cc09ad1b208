"""Numbers written as words, turned into digits: "two dozen", "half of", "three hundred and five", "1.2 million"."""

import re
from fractions import Fraction
from typing import Final

from agentia.agents.quant.figures import exact

_UNITS: Final = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
_TENS: Final = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_SMALL: Final = {word: value for value, word in enumerate(_UNITS)} | {
    word: 20 + 10 * index for index, word in enumerate(_TENS)
}
_SCALES: Final = {
    "hundred": 100,
    "thousand": 1000,
    "million": 10**6,
    "billion": 10**9,
    "trillion": 10**12,
    "dozen": 12,
    "mn": 10**6,
    "bn": 10**9,
}
_PARTS: Final = {"half": "1/2", "third": "1/3", "quarter": "1/4", "fourth": "1/4", "fifth": "1/5", "tenth": "1/10"}
_SMALL_WORD = "|".join(sorted(_SMALL, key=len, reverse=True))
_SCALE_WORD = "|".join(sorted(_SCALES, key=len, reverse=True))
_BELOW_100 = rf"(?:(?:{'|'.join(_TENS)})[ -](?:{'|'.join(_UNITS[1:10])})|(?:{_SMALL_WORD}))\b"
_BELOW_1000 = rf"(?:(?:{_BELOW_100}|an?) hundred\b(?: (?:and )?{_BELOW_100})?|{_BELOW_100})"
_CARDINAL = re.compile(
    (
        rf"\b(?:{_BELOW_1000}|an?(?= (?:{_SCALE_WORD})\b))(?:(?: (?:{_SCALE_WORD})\b)+(?: (?:and "
        rf")?{_BELOW_1000})?)*(?: and a half\b)?"
    ),
    re.IGNORECASE,
)
_SCALED = re.compile(rf"(?<![\w.,])(\d[\d,]*(?:\.\d+)?) ?({_SCALE_WORD})s?\b(?: (?=of\b))?", re.IGNORECASE)
_PART = re.compile(
    r"(?<![\w/])(?:(?P<count>\d+)[ -](?P<many>halves|thirds|quarters|fourths|fifths|tenths)"
    r"|(?:(?:a|an|one|1) )?(?P<one>half|third|quarter|fourth|fifth|tenth)) (?=of\b)"
    r"|(?<![\w/.,])(?P<some>\d+)[ -](?P<parts>hal(?:f|ves)|(?:third|quarter|fourth|fifth|tenth)s?)"
    r"(?= (?:plus|minus|times|divided|multiplied|and)\b| ?[-+*/),]|$)",
    re.IGNORECASE,
)
_AND_A_HALF = re.compile(r"(?<![\w.,])(\d{1,6}) and a half\b", re.IGNORECASE)
_HALF_A = re.compile(r"\bhalf an? (?=[a-z])", re.IGNORECASE)
_TIMES = re.compile(r"\b(double|twice|triple|thrice|half) (?=[\d(€$£¥])", re.IGNORECASE)
_FACTORS: Final = {"double": "2 * ", "twice": "2 * ", "triple": "3 * ", "thrice": "3 * ", "half": "(1/2) * "}


def digits(text: str) -> str:
    """The text with its number words as digits; words that only may be numbers ("second", "one of") stay."""
    text = _CARDINAL.sub(lambda match: _cardinal(match[0]), text)
    text = _SCALED.sub(lambda match: exact(Fraction(match[1].replace(",", "")) * _SCALES[match[2].lower()]), text)
    text = _AND_A_HALF.sub(r"\1.5", text)
    text = _PART.sub(_part, text)
    text = _HALF_A.sub("0.5 ", text)
    return _TIMES.sub(lambda match: _FACTORS[match[1].lower()], text)


def _cardinal(words: str) -> str:
    total = group = Fraction(0)
    for word in re.split(r"[ -]+", words.lower()):
        if word in _SMALL:
            group += _SMALL[word]
        elif word == "hundred" or word == "dozen":
            group = (group or Fraction(1)) * _SCALES[word]
        elif word in _SCALES:
            total, group = total + (group or 1) * _SCALES[word], Fraction(0)
    half = Fraction(1, 2) if words.lower().endswith("and a half") else 0
    return exact(total + group + half)


def _part(match: re.Match[str]) -> str:
    if match["one"]:
        return f"({_PARTS[match['one'].lower()]}) "
    count, many = (match["count"], match["many"]) if match["count"] else (match["some"], match["parts"])
    under = _PARTS[many.lower().removesuffix("s").replace("halve", "half")].partition("/")[2]
    return f"({count}/{under}) "
