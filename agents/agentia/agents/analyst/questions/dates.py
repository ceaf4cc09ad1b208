"""Dates in a question, put together: ranges, "since" and "until", and one period told by another."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from agentia.agents.analyst.questions.calendar import Period, Span, between, last_full, moved, shift
from agentia.agents.analyst.questions.points import POINTS, Context, is_bare_verb
from agentia.agents.analyst.tables.table import GRAINS, Grain, grain_of

_RANGE = re.compile(r"\s*(?:,\s*)?(?:to|until|till|through|thru|up to|and|-|–|—)\s*(?:the\s+(?:end of\s+)?)?")
_OPEN = re.compile(r"\b(?:between|from)\s+(?:the\s+(?:beginning|start|end)\s+of\s+)?(?:the\s+)?$")
_TO = re.compile(r"\s*(?:to|until|till|through|thru|up to|-|–|—)\s*$")
_SINCE = re.compile(
    r"\b(?P<word>since|starting(?:\s+(?:in|from))?|after|before|prior to|until|till|up to|through|from|as of)"
    r"\s+(?:the\s+)?$"
)
_ONWARDS = re.compile(r"\s*(?:on|onwards?)\b")
_EARLIER = re.compile(
    r"\b(?P<year>(?:the\s+)?same\s+(?:month|quarter|week|period|time|day|months)\s+(?:of\s+|in\s+)?(?:the\s+)?(?:last|previous|prior)\s+year"
    r"|(?:a|one)\s+year\s+(?:ago|earlier|before)|the\s+year\s+before)\b"
    r"|\b(?:the\s+)?(?:previous|prior|preceding)\s+(?P<unit>day|week|month|quarter|year|period)\b"
    r"|\b(?:the|a|one)\s+(?P<unit2>day|week|month|quarter)\s+(?:before|earlier)\b|\byesterday\b|\btoday\b"
)
_MIDDLE_OF_THE_YEAR = re.compile(r"\b(?:19|20)\d{2}\b")


@dataclass(frozen=True)
class When:
    """A period that the question names, and where in its text. A range keeps its two ends, for growth between them."""

    start: int
    end: int
    period: Period
    ends: tuple[Period, Period] | None = None
    is_relative: bool = False


def find_dates(text: str, span: Span) -> list[When]:
    """All periods that a text names, in its order, resolved against the dates of the table."""
    lower = text.lower()
    years = {int(year) for year in _MIDDLE_OF_THE_YEAR.findall(lower)}
    context = Context(span, years.pop() if len(years) == 1 else None)
    points = _joined(lower, sorted(_points(text, lower, context), key=lambda when: when.start), span)
    return sorted([*points, *_earlier(lower, points, span)], key=lambda when: when.start)


def _points(text: str, lower: str, context: Context) -> list[When]:
    found: list[When] = []
    earlier = [match.span() for match in _EARLIER.finditer(lower)]
    for shape, build in POINTS:
        for match in shape.finditer(lower):
            taken = any(match.start() < end and start < match.end() for start, end in earlier)
            if taken or any(match.start() < when.end and when.start < match.end() for when in found):
                continue
            period = None if is_bare_verb(match, text) else build(match, context)
            if period:
                relative = not match.groupdict().get("year")
                found.append(When(match.start(), match.end(), period, is_relative=relative))
    return found


def _joined(text: str, points: Sequence[When], span: Span) -> list[When]:
    """Two points with "to" between them, or "and" after "between", are one stretch; "since" and the like open one."""
    result: list[When] = []
    for point in points:
        before = result[-1] if result else None
        gap = text[before.end : point.start] if before else ""
        opened = _OPEN.search(text[: before.start]) if before else None
        if before and not before.ends and ((opened and _RANGE.fullmatch(gap)) or _TO.fullmatch(gap)):
            result[-1] = _stretch(text, before, point, opened.start() if opened else before.start)
        else:
            result.append(point)
    return [_opened(text, when, span) for when in result]


def _stretch(text: str, first: When, last: When, start: int) -> When:
    opening, closing = first.period, last.period
    bare = not _MIDDLE_OF_THE_YEAR.search(text[first.start : first.end])
    if opening.start > closing.start and bare:
        opening = moved(opening, "year", -1)  # "November to February"
    period = between(min(opening.start, closing.start), max(opening.end, closing.end))
    return When(start, last.end, period, (opening, closing), first.is_relative and last.is_relative)


def _opened(text: str, when: When, span: Span) -> When:
    match = _SINCE.search(text[: when.start])
    if not match or when.ends:
        return when
    word, period = match["word"], when.period
    onwards = _ONWARDS.match(text[when.end :])
    if word == "from" and not onwards:
        return when
    match word:
        case "after":
            start, end = period.end, max(span.end, period.end)
        case "before" | "prior to":
            start, end = min(span.start, period.start), period.start
        case "until" | "till" | "up to" | "through":
            start, end = min(span.start, period.start), period.end
        case _:
            start, end = period.start, max(span.end, period.end)
    if start >= end:
        return replace(
            when, start=match.start(), period=Period(start, shift(start, "day", 1), f"{word} {period.words}")
        )
    return When(match.start(), when.end + (onwards.end() if onwards else 0), between(start, end))


def _earlier(text: str, points: Sequence[When], span: Span) -> list[When]:
    """ "the month before", "a year earlier": told by the other period of the question, else by the last full one."""
    result = []
    for match in _EARLIER.finditer(text):
        if match.group() in ("yesterday", "today"):
            period = moved(last_full(span, "day"), "day", -1 if match.group() == "yesterday" else 0)
        elif match["year"]:
            period = moved(_other(points, span, span.grain), "year", -1)
        else:
            period = _previous(match["unit"] or match["unit2"], points, span)
        result.append(When(match.start(), match.end(), period, is_relative=True))
    return result


def _previous(unit: str, points: Sequence[When], span: Span) -> Period:
    if not points:
        return last_full(span, span.grain if unit == "period" else grain_of(unit))
    period = points[0].period
    if unit == "period":
        return (
            moved(period, period.grain, -1)
            if period.grain
            else between(period.start - (period.end - period.start), period.start)
        )
    return moved(period, grain_of(unit), -1)


def _other(points: Sequence[When], span: Span, grain: Grain) -> Period:
    return points[0].period if points else last_full(span, max(grain, "month", key=GRAINS.index))
