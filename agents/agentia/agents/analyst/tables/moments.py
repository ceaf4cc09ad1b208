"""Reading a column of texts as dates: the common ways to write a day, a month or a quarter, mixed if need be."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone

_NAMES = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
_MONTH = r"(?P<name>[A-Za-z]{3,9})\.?"
_CLOCK = (
    r"(?:[T ,]+(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,]\d+)?)?\s*(?P<half>[AaPp]\.?[Mm]\.?)?"
    r"\s*(?P<zone>Z|UTC|[-+]\d{2}:?\d{2})?)?"
)
_DAY_NAME = r"(?:[A-Za-z]{3,9}\.?,?\s+)?"
_SHAPES = [
    re.compile(shape)
    for shape in (
        rf"(?P<year>\d{{4}})[-/.](?P<month>\d{{1,2}})[-/.](?P<day>\d{{1,2}}){_CLOCK}",
        rf"(?P<first>\d{{1,2}})(?P<sep>[-/.])\s?(?P<second_part>\d{{1,2}})(?P=sep)\s?(?P<year>\d{{4}}|\d{{2}}){_CLOCK}",
        rf"{_DAY_NAME}(?P<day>\d{{1,2}})(?:st|nd|rd|th|\.)?[-\s/]*(?:of\s)?{_MONTH},?[-\s/]*'?(?P<year>\d{{4}}|\d{{2}}){_CLOCK}",
        rf"{_DAY_NAME}{_MONTH}[\s-]*(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?:,\s*|\s+|-)(?P<year>\d{{4}}){_CLOCK}",
        r"(?P<year>\d{4})[-/.](?P<month>\d{1,2})",
        r"(?P<month>\d{1,2})[-/.](?P<year>\d{4})",
        rf"{_MONTH},?[\s/-]*'?(?P<year>\d{{4}}|\d{{2}})",
        rf"(?P<year>\d{{4}})[\s/-]*{_MONTH}",
        r"(?P<year>\d{4})[\s/-]*Q(?P<quarter>[1-4])",
        r"Q(?P<quarter>[1-4])[\s/'-]*(?P<year>\d{4}|\d{2})",
    )
]
_COMPACT = re.compile(r"(?P<year>(?:19|20)\d{2})(?P<month>\d{2})(?P<day>\d{2})")
_TIMELY = re.compile(r"date|day|time|month|period|datum", re.IGNORECASE)


@dataclass(frozen=True)
class Moments:
    """`texts` maps each text to an ISO date or timestamp; what is no date is missing. `note` says how 3/4 was read."""

    texts: dict[str, str]
    is_date: bool
    note: str | None = None


def is_compact(column: str, distinct: Iterable[str]) -> bool:
    """Whether a column of dates writes them as 20250131, which would pass for numbers."""
    return bool(_TIMELY.search(column)) and all(_COMPACT.fullmatch(text) for text in distinct)


def read_moments(column: str, distinct: Iterable[str], *, prefer_day_first: bool = False) -> Moments | None:
    """The dates among the texts of one column, or None when hardly any is one."""
    given = list(distinct)
    shapes = [*_SHAPES, _COMPACT] if _TIMELY.search(column) else _SHAPES
    found = {text: match for text in given if (match := _match(text, shapes))}
    if not found:
        return None
    ambiguous = [match for match in found.values() if "first" in match.re.groupindex]
    day_first, note = _day_first(ambiguous, prefer_day_first)
    moments = {text: moment for text, match in found.items() if (moment := _moment(match, day_first))}
    if not moments:
        return None
    is_date = all(moment.time() == datetime.min.time() for moment in moments.values())
    write: Callable[[datetime], str] = (lambda m: m.date().isoformat()) if is_date else (lambda m: m.isoformat(" "))
    return Moments({text: write(moment) for text, moment in moments.items()}, is_date, note)


def _match(text: str, shapes: list[re.Pattern[str]]) -> re.Match[str] | None:
    return next((match for shape in shapes if (match := shape.fullmatch(text)) and _plausible(match)), None)


def _plausible(match: re.Match[str]) -> bool:
    name = match.groupdict().get("name")
    return name is None or _month_number(name) is not None


def _month_number(name: str) -> int | None:
    """ "sept", "September" and "sep" are 9; "separate" is no month."""
    lower = name.lower()
    return next((i for i, month in enumerate(_NAMES, 1) if month.startswith(lower)), 9 if lower == "sept" else None)


def _day_first(matches: list[re.Match[str]], preferred: bool) -> tuple[bool, str | None]:
    """Whether 3/4/2025 is the third of April: by what cannot be otherwise, else by dots, else by what looks regular."""
    firsts = [int(match["first"]) for match in matches]
    seconds = [int(match["second_part"]) for match in matches]
    if not matches or max(firsts) > 12:
        return True, None
    if max(seconds) > 12:
        return False, None
    if any(match["sep"] == "." for match in matches):
        return True, None
    regular = len(set(firsts)), len(set(seconds))
    day_first = regular[0] < regular[1] if regular[0] != regular[1] else preferred
    return day_first, f"dates such as {matches[0].group()} read as {'day/month' if day_first else 'month/day'}"


def _moment(match: re.Match[str], day_first: bool) -> datetime | None:
    part = match.groupdict()
    year = int(part["year"])
    year += 0 if year > 99 else 2000 if year < 70 else 1900
    day, month = int(part.get("day") or 1), int(part.get("month") or 1)
    if part.get("first"):
        one, two = int(part["first"]), int(part["second_part"])
        day, month = (one, two) if day_first else (two, one)
    elif part.get("name"):
        month = _month_number(part["name"]) or 0
    elif part.get("quarter"):
        month = int(part["quarter"]) * 3 - 2
    try:
        return _with_clock(datetime(year, month, day), part)  # noqa: DTZ001  (tables hold local times)
    except ValueError:
        return None


def _with_clock(day: datetime, part: dict[str, str | None]) -> datetime:
    if not part.get("hour"):
        return day
    hour = int(part["hour"] or 0)
    half = (part["half"] or "").lower()[:1]
    hour = hour % 12 + (12 if half == "p" else 0) if half else hour
    moment = day.replace(hour=hour, minute=int(part["minute"] or 0), second=int(part["second"] or 0))
    zone = part["zone"]
    if zone in (None, "Z", "UTC"):
        return moment
    offset = timedelta(hours=int(zone[1:3]), minutes=int(zone[-2:])) * (-1 if zone[0] == "-" else 1)
    return moment.replace(tzinfo=timezone(offset)).astimezone(UTC).replace(tzinfo=None)
