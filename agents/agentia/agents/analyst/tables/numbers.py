"""Reading a column of texts as numbers: separators of thousands, decimal commas, currency signs, percent, units."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

BLANKS = frozenset(
    {
        "",
        "-",
        "–",
        "—",
        ".",
        "?",
        "n/a",
        "na",
        "n.a.",
        "null",
        "none",
        "nil",
        "nan",
        "#n/a",
        "missing",
        "unknown",
        "tbd",
    }
)
_SPACES = str.maketrans({" ": None, "\u00a0": None, "\u202f": None, "\u2009": None, "'": None, "’": None, "−": "-"})
_PLAIN = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)")
_CURRENCY = r"(?:[$€£¥₹]|(?:US|CA|A|NZ|HK|R)\$|[A-Z]{3}|kr\.?|zł|Rs\.?)"
_DRESSED = re.compile(
    rf"(?P<open>\()?(?P<sign>[-+])?(?P<before>{_CURRENCY})?(?P<inner>[-+])?(?P<digits>(?:\d[\d.,]*|[.,]\d+))(?P<exp>[eE][-+]?\d+)?"
    rf"(?P<after>%|{_CURRENCY}|[A-Za-zµ°²³/]{{1,8}})?(?P<minus>-)?(?P<close>\))?"
)
_THOUSANDS = {",": re.compile(r"[1-9]\d{0,2}(?:,\d{2,3})*,\d{3}"), ".": re.compile(r"[1-9]\d{0,2}(?:\.\d{3})+")}


@dataclass(frozen=True)
class Numbers:
    """`texts` maps each text to a plain number such as `-1234.50`; what is no number is missing."""

    texts: dict[str, str]
    unit: str | None = None


def read_numbers(distinct: Iterable[str], *, decimal_comma: bool = False) -> Numbers | None:
    """The numbers among the texts of one column, or None when the column is better left as text.

    `decimal_comma` decides only what the column itself leaves open ("1,234" or "1.234" throughout).
    """
    given = list(distinct)
    if any(_is_code(text) for text in given):
        return None
    if all(_PLAIN.fullmatch(text) for text in given) and not (decimal_comma and _all_grouped(given, ".")):
        return Numbers({text: _tidy(text) for text in given})
    matches = {text: match for text in given if (match := _DRESSED.fullmatch(text.translate(_SPACES)))}
    units = {match["before"] or match["after"] for match in matches.values()} - {None}
    if len(units) > 1:
        return None
    point = _decimal_sign(match["digits"] for match in matches.values()) or ("," if decimal_comma else ".")
    texts = {text: plain for text, match in matches.items() if (plain := _plain(match, point)) is not None}
    return Numbers(texts, next(iter(units), None))


def decimal_sign(distinct: Iterable[str]) -> str | None:
    """ "," or "." when some text can only be read with that decimal sign ("12,5", "1.234,50"), else None."""
    return _decimal_sign(match["digits"] for text in distinct if (match := _DRESSED.fullmatch(text.translate(_SPACES))))


def _is_code(text: str) -> bool:
    """Codes are no numbers: leading zeros, sixteen digits, international telephone numbers."""
    digits = text.lstrip("+-")
    return digits.isdigit() and (
        (digits[0] == "0" and len(digits) > 1) or len(digits) > 15 or (text[0] == "+" and len(digits) > 9)
    )


def _decimal_sign(digits: Iterable[str]) -> str | None:
    for text in digits:
        comma, point = text.rfind(","), text.rfind(".")
        if comma >= 0 and point >= 0:
            return "," if comma > point else "."
        for sign, other, at in ((",", ".", comma), (".", ",", point)):
            if at >= 0 and text.count(sign) > 1:
                return other
            if at >= 0 and not _THOUSANDS[sign].fullmatch(text):
                return sign
    return None


def _all_grouped(texts: list[str], sign: str) -> bool:
    return any(sign in text for text in texts) and all(
        _THOUSANDS[sign].fullmatch(text.lstrip("+-")) for text in texts if sign in text
    )


def _plain(match: re.Match[str], point: str) -> str | None:
    if bool(match["open"]) != bool(match["close"]):
        return None
    group = "," if point == "." else "."
    whole, _, fraction = match["digits"].partition(point)
    if group in whole and not _THOUSANDS[group].fullmatch(whole):
        return None
    whole = whole.replace(group, "")
    if not (whole + fraction).isdigit():
        return None
    negative = match["open"] or match["minus"] or "-" in (match["sign"], match["inner"])
    return _tidy(f"{'-' if negative else ''}{whole or '0'}{'.' + fraction if fraction else ''}{match['exp'] or ''}")


def _tidy(text: str) -> str:
    return text.removeprefix("+").removesuffix(".")
