"""Numbers as people write them: 48,210.50, 48 210,50, 1.5e3, 12 1/2, 0xff."""

import re
from dataclasses import dataclass
from fractions import Fraction

from agentia.agents.quant.errors import TooLarge
from agentia.agents.quant.figures import grouped
from agentia.agents.quant.limits import MAX_LITERAL

_END = r"(?![\d])(?![.,']\d)"
_EXPONENT = r"(?:[eE](?P<exponent>[+-]?\d+)(?!\w))?"
_PLAIN = re.compile(r"(?:\d+(?:_\d+)*(?:\.\d+)?|\.\d+)" + _EXPONENT)
_BASED = re.compile(r"0(?:[xX][0-9a-fA-F]+|[bB][01]+|[oO][0-7]+)(?!\w)")
_MIXED = re.compile(r"(\d+) (\d+)/(\d+)(?![\d.,]*\d)")
_COMMAS = re.compile(r"[1-9]\d{0,2}(?:,\d{3})+(?:\.\d+)?" + _EXPONENT + _END)
_EUROPEAN = re.compile(
    r"(?:[1-9]\d{0,2}(?:\.\d{3})+,\d+|[1-9]\d{0,2}(?:\.\d{3}){2,}|[1-9]\d{0,2}(?: \d{3})+(?:[.,]\d+)?"
    r"|[1-9]\d{0,2}(?:'\d{3})+(?:[.,]\d+)?|\d+,\d+)" + _END
)
_INDIAN = re.compile(r"[1-9]\d?(?:,\d{2})+,\d{3}(?:\.\d+)?" + _END)


@dataclass(frozen=True, slots=True)
class Literal:
    """A number found in a text, where it ends there, and how it was read if that could surprise."""

    value: Fraction
    text: str
    end: int
    note: str | None = None


def read(text: str, start: int, *, separators: bool = False) -> Literal | None:
    """The number that begins at `start`; with `separators`, commas and spaces part numbers and are never inside one."""
    for pattern, build in _LIST_FORMS if separators else _FORMS:
        match = pattern.match(text, start)
        if match and (literal := build(match)):
            return literal
    return None


def _plain(match: re.Match[str]) -> Literal:
    return Literal(_value(match[0].replace("_", ""), match["exponent"]), match[0], match.end())


def _commas(match: re.Match[str]) -> Literal:
    return Literal(_value(match[0].replace(",", ""), match["exponent"]), match[0], match.end())


def _based(match: re.Match[str]) -> Literal:
    _check(match[0], None)
    return Literal(Fraction(int(match[0], 0)), match[0], match.end())


def _mixed(match: re.Match[str]) -> Literal | None:
    _check(match[0], None)
    whole, numerator, denominator = (int(match[group]) for group in (1, 2, 3))
    if not 0 < numerator < denominator:
        return None
    value = whole + Fraction(numerator, denominator)
    return Literal(
        value, match[0], match.end(), f"Read {match[0]} as the mixed number {whole} + {match[2]}/{match[3]}."
    )


def _european(match: re.Match[str]) -> Literal:
    raw = match[0]
    grouping = "." if "," in raw or raw.count(".") > 1 else ","
    digits = raw.translate(dict.fromkeys(map(ord, f" '{grouping}"))).replace(",", ".")
    shown = grouped(digits)
    return Literal(_value(digits, None), shown, match.end(), f'Read "{raw}" as {shown}.')


def _indian(match: re.Match[str]) -> Literal:
    digits = match[0].replace(",", "")
    return Literal(_value(digits, None), match[0], match.end(), f'Read "{match[0]}" as {grouped(digits)}.')


def _value(digits: str, exponent: str | None) -> Fraction:
    _check(digits, exponent)
    return Fraction(digits)


def _check(digits: str, exponent: str | None) -> None:
    if len(digits) > MAX_LITERAL or (exponent and (len(exponent) > 9 or abs(int(exponent)) > MAX_LITERAL)):
        raise TooLarge(
            f"A number in the question has more than {MAX_LITERAL:,} digits; I read numbers up to that length."
        )


_FORMS = (
    (_BASED, _based),
    (_COMMAS, _commas),
    (_INDIAN, _indian),
    (_MIXED, _mixed),
    (_EUROPEAN, _european),
    (_PLAIN, _plain),
)
_LIST_FORMS = ((_BASED, _based), (_PLAIN, _plain))
