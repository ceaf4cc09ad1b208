"""Single dates in a question: what "March 2025", "Q2", "last month" or "2025-06-01" mean for a table's dates."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from agentia.agents.analyst.questions.calendar import (
    MONTHS,
    Period,
    Span,
    between,
    last_full,
    moved,
    period_of,
    shift,
    truncate,
)
from agentia.agents.analyst.questions.words import NUMBER_WORDS
from agentia.agents.analyst.tables.table import Grain, grain_of

_ORDINALS = {
    "first": 1,
    "1st": 1,
    "second": 2,
    "2nd": 2,
    "third": 3,
    "3rd": 3,
    "fourth": 4,
    "4th": 4,
    "last": 4,
    "final": 4,
}
_UNIT = r"(?P<unit>day|week|month|quarter|year)(?:s|'s|’s)?\b"
_COUNT = rf"(?P<count>\d{{1,3}}|{'|'.join(NUMBER_WORDS)})"
_LAST = r"(?:last|latest|most recent|past|final|recent)"
_MONTH = (
    r"(?P<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)\b\.?"
)
_YEAR = r"(?P<year>(?:19|20)\d{2})\b"
_BEFORE_BARE = re.compile(
    r"\b(?:in|of|during|since|until|till|to|and|from|vs|versus|for|between|last|this|by|than|before|after|or|’s|'s)\s*$"
)
_AFTER_BARE = re.compile(r"\s*(?:vs|versus|and|to|or|compared|than|until|through|[-–,]|\d)")
_RELATIVE_YEAR = r"(?P<which>last|previous|this|current)\s+year\b"


@dataclass(frozen=True)
class Context:
    """What a date without a year is read against: the table's dates, and the year that the question names, if one."""

    span: Span
    year: int | None = None


Build = Callable[[re.Match[str], Context], Period | None]


def _last(match: re.Match[str], context: Context) -> Period:
    unit = grain_of(match["unit"])
    newest = last_full(context.span, unit)
    if not match["count"]:
        return newest
    count = _count(match["count"])
    if unit == context.span.grain or newest.end >= context.span.end:
        return _stretch(shift(newest.start, unit, 1 - count), newest.end, count, unit)
    end = context.span.end  # the latest period is not over: count back from the last date
    return Period(shift(end, unit, -count), end, f"the last {count} {unit}s")


def _stretch(start: date, end: date, count: int, unit: Grain) -> Period:
    return period_of(start, unit) if count == 1 else between(start, end)


def _first(match: re.Match[str], context: Context) -> Period:
    unit = grain_of(match["unit"])
    start = truncate(date(int(match["year"]), 1, 1) if match["year"] else context.span.first, unit)
    count = _count(match["count"])
    return _stretch(start, shift(start, unit, count), count, unit)


def _last_of(match: re.Match[str], _: Context) -> Period:
    unit = grain_of(match["unit"])
    end = date(int(match["year"]) + 1, 1, 1)
    count = _count(match["count"])
    return _stretch(shift(end, unit, -count), end, count, unit)


def _ago(match: re.Match[str], context: Context) -> Period:
    unit = grain_of(match["unit"])
    return moved(last_full(context.span, unit), unit, -_count(match["count"]))


def _this(match: re.Match[str], context: Context) -> Period:
    unit = grain_of(match["unit"])
    return period_of(context.span.last, unit)


def _year_to_date(_: re.Match[str], context: Context) -> Period:
    start = truncate(context.span.last, "year")
    return between(start, context.span.end)


def _half(match: re.Match[str], context: Context) -> Period | None:
    number = 1 if match["half"] in ("1", "first", "1st") else 2
    year = _year_of(match, context, date(context.span.last.year, number * 6 - 5, 1), "year")
    start = date(year, number * 6 - 5, 1)
    return Period(start, shift(start, "month", 6), f"H{number} {year}")


def _quarter(match: re.Match[str], context: Context) -> Period:
    number = int(match["q"]) if match["q"].isdigit() else _ORDINALS[match["q"]]
    year = _year_of(match, context, date(context.span.last.year, number * 3 - 2, 1), "quarter")
    return period_of(date(year, number * 3 - 2, 1), "quarter")


def _month(match: re.Match[str], context: Context) -> Period:
    number = _month_number(match["month"])
    year = _year_of(match, context, date(context.span.last.year, number, 1), "month")
    return period_of(date(year, number, 1), "month")


def _day_of_month(match: re.Match[str], context: Context) -> Period | None:
    number, day = _month_number(match["month"]), int(match["day"])
    try:
        year = _year_of(match, context, date(context.span.last.year, number, day), "day")
        return period_of(date(year, number, day), "day")
    except ValueError:
        return None


def _numeric(match: re.Match[str], _: Context) -> Period | None:
    part = match.groupdict()
    try:
        day = date(int(part["year"]), int(part["m"]), int(part.get("d") or 1))
    except ValueError:
        return None
    return period_of(day, "day" if part.get("d") else "month")


def _whole_year(match: re.Match[str], context: Context) -> Period | None:
    year = int(match["year"])
    known = context.span.first.year - 1 <= year <= context.span.last.year + 1
    named = re.search(
        r"\b(?:in|for|during|since|of|from|vs|versus|than|to|and|before|after|until|year)\s+$",
        match.string[: match.start()],
    )
    amount = re.search(
        r"(?:over|above|under|below|least|most|more than|less than|top|[<>=$€£])\s*$", match.string[: match.start()]
    )
    return period_of(date(year, 1, 1), "year") if (known or named) and not amount else None


def _year_of(match: re.Match[str], context: Context, this_year: date, grain: Grain) -> int:
    """The year that is written, or that the question names elsewhere, or the latest for which there can be data."""
    part = match.groupdict()
    if part.get("year"):
        return int(part["year"]) if len(part["year"]) == 4 else 2000 + int(part["year"])
    newest = context.span.last.year
    if part.get("which"):
        return newest if part["which"] in ("this", "current") else newest - 1
    if context.year:
        return context.year
    return newest if truncate(this_year, grain) <= context.span.last else newest - 1


def _month_number(name: str) -> int:
    return next(i for i, month in enumerate(MONTHS, 1) if month.lower().startswith(name.rstrip(".")[:3]))


def _count(text: str | None) -> int:
    return 1 if not text else int(text) if text.isdigit() else NUMBER_WORDS.index(text) + 1


_OPTIONAL_YEAR = rf"(?:(?:\s*,?\s*(?:of\s+|in\s+)?|\s*['’/-]\s*)(?:{_YEAR}|{_RELATIVE_YEAR}))?"
POINTS: tuple[tuple[re.Pattern[str], Build], ...] = tuple(
    (re.compile(shape), build)
    for shape, build in (
        (rf"\b{_YEAR}-(?P<m>\d{{1,2}})-(?P<d>\d{{1,2}})\b", _numeric),
        (rf"\b(?P<d>\d{{1,2}})\.\s?(?P<m>\d{{1,2}})\.\s?{_YEAR}", _numeric),
        (rf"\b{_YEAR}[-/](?P<m>\d{{1,2}})\b", _numeric),
        (rf"\b(?P<m>\d{{1,2}})/{_YEAR}", _numeric),
        (rf"\b(?:the\s+)?(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?{_MONTH}{_OPTIONAL_YEAR}", _day_of_month),
        (rf"\b{_MONTH}\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\b(?!\s*%){_OPTIONAL_YEAR}", _day_of_month),
        (rf"\b{_MONTH}{_OPTIONAL_YEAR}", _month),
        (rf"\b{_MONTH}\s*['’](?P<year>\d{{2}})\b", _month),
        (rf"\b{_YEAR}\s*[-/]?\s*q(?P<q>[1-4])\b", _quarter),
        (rf"\bq(?P<q>[1-4])\b{_OPTIONAL_YEAR}", _quarter),
        (rf"\b(?P<q>first|second|third|fourth|1st|2nd|3rd|4th)\s+quarter\b{_OPTIONAL_YEAR}", _quarter),
        (rf"\b(?P<q>last|final)\s+quarter\s+(?:of|in)\s+{_YEAR}", _quarter),
        (rf"\bh(?P<half>[12])\b{_OPTIONAL_YEAR}", _half),
        (rf"\b(?P<half>first|second|1st|2nd|last)\s+half\b(?:\s+(?:of\s+)?the\s+year)?{_OPTIONAL_YEAR}", _half),
        (r"\b(?:year[\s-]to[\s-]date|ytd|so far this year|this year so far)\b", _year_to_date),
        (rf"\b{_LAST}\s+(?:{_COUNT}\s+)?{_UNIT}\s+(?:of|in)\s+{_YEAR}", _last_of),
        (rf"\b(?:first|opening)\s+(?:{_COUNT}\s+)?{_UNIT}(?:\s+(?:of|in)\s+{_YEAR})?", _first),
        (rf"\b{_LAST}\s+(?:{_COUNT}\s+)?(?:full\s+|complete\s+)?{_UNIT}", _last),
        (rf"\b(?:this|current)\s+{_UNIT}", _this),
        (rf"\b{_COUNT}\s+{_UNIT}\s+ago\b", _ago),
        (rf"\b{_YEAR}", _whole_year),
    )
)


def is_bare_verb(match: re.Match[str], original: str) -> bool:
    """ "may", "march" and "mar" are months only after a word such as "in", or with a capital inside the sentence."""
    if match.groupdict().get("month") not in ("may", "march", "mar") or len(match.group()) > 5:
        return False
    if original[match.start()].isupper() and (match.start() > 0 or _AFTER_BARE.match(match.string[match.end() :])):
        return False
    return not _BEFORE_BARE.search(match.string[: match.start()])
