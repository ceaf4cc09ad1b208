"""Periods: named stretches of days, and how they lie to the dates that a table covers."""

from dataclasses import dataclass
from datetime import date, timedelta

from agentia.agents.analyst.tables.table import GRAINS, Column, Grain

MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_WEEKEND = timedelta(days=3)  # a month of daily data may end on a Friday


@dataclass(frozen=True)
class Period:
    """From `start` up to, but not with, `end`. `grain` is set when it is one day, week, month, quarter or year."""

    start: date
    end: date
    words: str
    grain: Grain | None = None

    @property
    def iso(self) -> str:
        """As in ISO 8601, with the last day in it: 2025-06-01/2025-06-30."""
        return f"{self.start.isoformat()}/{(self.end - timedelta(days=1)).isoformat()}"


@dataclass(frozen=True)
class Span:
    """The dates that a table covers: first and last day, and how often there are any."""

    first: date
    last: date
    grain: Grain

    @property
    def end(self) -> date:
        """The day after the last bucket: monthly data of 1 June cover all of June."""
        return shift(truncate(self.last, self.grain), self.grain, 1)

    def text(self, day: date) -> str:
        """A day as the data write it: the year alone when they hold only years."""
        return short(day, self.grain) if self.grain in ("quarter", "year") else day.isoformat()

    @property
    def start(self) -> date:
        """The first day of the first bucket."""
        return truncate(self.first, self.grain)


def span_of(column: Column | None) -> Span | None:
    """The span of a time column, None when it has no dates."""
    if column is None or not isinstance(column.minimum, date) or not isinstance(column.maximum, date):
        return None
    return Span(column.minimum, column.maximum, column.grain or "day")


def truncate(day: date, grain: Grain) -> date:
    """The first day of the period that a day lies in; weeks begin on Monday."""
    match grain:
        case "day":
            return day
        case "week":
            return day - timedelta(days=day.weekday())
        case "month":
            return day.replace(day=1)
        case "quarter":
            return date(day.year, day.month - (day.month - 1) % 3, 1)
        case "year":
            return date(day.year, 1, 1)


def shift(day: date, grain: Grain, count: int) -> date:
    """A day so many periods later; the 31st becomes the last day of a shorter month. Stays within what dates can be."""
    if grain in ("day", "week"):
        return day + timedelta(days=count * (7 if grain == "week" else 1))
    months = day.year * 12 + day.month - 1 + count * {"month": 1, "quarter": 3, "year": 12}[grain]
    year, month = min(max(months // 12, 1), 9998), months % 12 + 1
    last = (date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)).day
    return date(year, month, min(day.day, last))


def period_of(day: date, grain: Grain) -> Period:
    """The day, week, month, quarter or year that a day lies in."""
    start = truncate(day, grain)
    return Period(start, shift(start, grain, 1), named(start, grain), grain)


def named(start: date, grain: Grain) -> str:
    """How people call a period that begins on a day."""
    match grain:
        case "day":
            return start.isoformat()
        case "week":
            return f"the week of {start.isoformat()}"
        case "month":
            return f"{MONTHS[start.month - 1]} {start.year}"
        case "quarter":
            return f"Q{start.month // 3 + 1} {start.year}"
        case "year":
            return str(start.year)


def short(start: date, grain: Grain) -> str:
    """The name of a period in a table: 2025-06, 2025-Q2, 2025."""
    if grain == "quarter":
        return f"{start.year}-Q{start.month // 3 + 1}"
    return start.isoformat()[: {"year": 4, "month": 7}.get(grain, 10)]


def between(start: date, end: date) -> Period:
    """A stretch of days, named by months or years where it is made of whole ones."""
    last = end - timedelta(days=1)
    for grain in ("year", "quarter", "month"):
        if truncate(start, grain) == start and shift(truncate(last, grain), grain, 1) == end:
            if shift(start, grain, 1) == end:
                return period_of(start, grain)
            if grain != "quarter":
                return Period(start, end, _range(start, truncate(last, grain), grain))
    return Period(start, end, start.isoformat() if start == last else f"{start.isoformat()} to {last.isoformat()}")


def _range(first: date, last: date, grain: Grain) -> str:
    """January–June 2025, or November 2025–February 2026."""
    opening = MONTHS[first.month - 1] if grain == "month" and first.year == last.year else named(first, grain)
    return f"{opening}–{named(last, grain)}"


def moved(period: Period, grain: Grain, count: int) -> Period:
    """The same stretch so many periods later."""
    if period.grain:
        return period_of(shift(period.start, grain, count), period.grain)
    return between(shift(period.start, grain, count), shift(period.end, grain, count))


def is_covered(period: Period, span: Span) -> bool:
    """Whether the table has data for all of a period (daily data may lack a weekend at its ends)."""
    slack = _WEEKEND if span.grain == "day" and period.grain not in ("day", "week") else timedelta()
    return span.start <= period.start + slack and period.end <= span.end + slack


def last_full(span: Span, grain: Grain) -> Period:
    """The last period that the table covers wholly; when it covers none, the one of its last date."""
    latest = period_of(span.last, grain)
    earlier = moved(latest, grain, -1)
    return earlier if not is_covered(latest, span) and earlier.end > span.first else latest


def first_full(span: Span, grain: Grain) -> Period:
    """The first period that the table covers wholly; when it covers none, the one of its first date."""
    earliest = period_of(span.first, grain)
    later = moved(earliest, grain, 1)
    return later if not is_covered(earliest, span) and later.start <= span.last else earliest


def fitting_grain(span: Span) -> Grain:
    """The grain to see growth by: years when two are covered, else months, weeks or days, never finer than the data."""
    enough: tuple[tuple[Grain, int], ...] = (("year", 1), ("month", 2), ("week", 2))
    for grain, steps in enough:
        first, last = first_full(span, grain), last_full(span, grain)
        if shift(first.start, grain, steps) <= last.start and is_covered(first, span):
            return max(grain, span.grain, key=GRAINS.index)
    return span.grain
