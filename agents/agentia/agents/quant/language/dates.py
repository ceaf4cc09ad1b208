"""Dates in a text, in the ways people write them, each replaced by a placeholder that patterns can name."""

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from agentia.agents.quant.errors import NotUnderstood, Unanswerable

MONTHS: Final = {name.lower(): index for index, name in enumerate(calendar.month_name) if name}
WEEKDAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTH = (
    r"(?P<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\b\.?"
)
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_WEEKDAY = rf"(?P<weekday>{'|'.join(WEEKDAYS)})"
_FORMS: Final = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"(?<![\d/.-])(?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})(?![\d/-])(?:T[\d:.]+Z?)?",
        rf"\b(?:the )?{_DAY}(?: of)? {_MONTH}(?:,? (?P<year>\d{{4}})\b)?(?! \d)",
        rf"\b{_MONTH} (?:the )?{_DAY}\b(?:,? (?P<year>\d{{4}})\b)?",
        r"(?<![\d/.-])(?P<first>\d{1,2})(?P<mark>[./-])(?P<second>\d{1,2})(?P=mark)(?P<year>\d{4}|\d{2})(?![\d/-])",
        r"\b(?:the )?(?P<named>day after tomorrow|day before yesterday|today|tomorrow|yesterday|right now|now"
        r"|christmas(?: day| eve)?|new year'?s?(?: day| eve)?)\b(?:,? (?P<year>\d{4})\b)?",
        rf"\b(?P<which>next|last|this|coming) {_WEEKDAY}\b",
    )
)
_PLACE: Final = re.compile(r"@(\d+)")
_NEAR: Final = {
    "today": 0,
    "now": 0,
    "right now": 0,
    "tomorrow": 1,
    "yesterday": -1,
    "day after tomorrow": 2,
    "day before yesterday": -2,
}
_FEASTS: Final = {
    "christmas": (12, 25),
    "christmas day": (12, 25),
    "christmas eve": (12, 24),
    "new year": (1, 1),
    "new years": (1, 1),
    "new years day": (1, 1),
    "new year day": (1, 1),
    "new years eve": (12, 31),
    "new year eve": (12, 31),
}
_TODAY = re.compile(
    r"\b(?:today|tomorrow|yesterday|now|ago|until|till|since|next|last|this|coming|christmas|new year|old|age"
    r"|born|in \d+ (?:business |working )?"
    r"(?:day|week|month|year)s?$|days? (?:left|from))\b|" + _MONTH,
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Dated:
    """A text with @0, @1 … where its dates stood, the dates, and how unclear ones were read."""

    text: str
    dates: tuple[date, ...]
    notes: tuple[str, ...]


def may_need_today(text: str) -> bool:
    """Whether a text could speak of a date relative to the day it is asked on."""
    return _TODAY.search(text) is not None


def find(text: str, today: date | None) -> Dated:
    """Replace every date in the text. Raises Unanswerable at one that the calendar does not have."""
    dates: list[date] = []
    notes: list[str] = []

    def replace(match: re.Match[str]) -> str:
        dates.append(_date(match, today, notes))
        return f"@{len(dates) - 1}"

    text = text.replace("@", " ")
    for form in _FORMS:
        text = form.sub(replace, text)
    order = [int(number) for number in _PLACE.findall(text)]
    places = {number: f"@{place}" for place, number in enumerate(order)}
    text = _PLACE.sub(lambda match: places[int(match[1])], text)
    return Dated(text, tuple(dates[number] for number in order), tuple(notes))


def day(year: int, month: int, number: int) -> date:
    """The date, or a sentence that says why there is none."""
    if not 1 <= year <= 9999:
        raise Unanswerable(f"The calendar here runs from the year 1 to 9999; {year} is outside.")
    if not 1 <= month <= 12:
        raise Unanswerable(f"There is no month {month}; write dates as 2025-01-31, the month in the middle.")
    last = calendar.monthrange(year, month)[1]
    if not 1 <= number <= last:
        raise Unanswerable(f"There is no {number} {calendar.month_name[month]} {year}: that month has {last} days.")
    return date(year, month, number)


def _date(match: re.Match[str], today: date | None, notes: list[str]) -> date:
    found = match.groupdict()
    if found.get("named"):
        return _named(found["named"].lower().replace("'", ""), found["year"], today, notes)
    if found.get("weekday"):
        return _weekday(found["weekday"].title(), found["which"].lower(), today, notes)
    if found.get("mark"):
        return _numeric(match[0], int(found["first"]), int(found["second"]), found["year"], found["mark"], notes)
    month = found["month"]
    number = (
        int(month)
        if month.isdigit()
        else next(index for name, index in MONTHS.items() if name[:3] == month.lower()[:3])
    )
    year = int(found["year"]) if found["year"] else _known(today).year
    if not found["year"]:
        notes.append(f'Took "{match[0]}" as in {year}, the year of this question.')
    return day(year, number, int(found["day"]))


def _numeric(text: str, first: int, second: int, year: str, mark: str, notes: list[str]) -> date:
    full = int(year) if len(year) == 4 else 2000 + int(year)
    if second > 12 >= first:
        return day(full, first, second)
    result = day(full, second, first)
    if len(year) == 2:
        notes.append(f'Read "{text}" as {result}.')
    elif first <= 12 and first != second and mark == "/":
        other = date(full, first, second)
        notes.append(f'Read "{text}" with the day first, as {result}; write {other} if you meant the month first.')
    return result


def _named(name: str, year: str | None, today: date | None, notes: list[str]) -> date:
    if name in _NEAR:
        base = _known(today)
        notes.append(f"Today is {base} (UTC).")
        return base + timedelta(_NEAR[name])
    month, number = _FEASTS[name]
    if year:
        return day(int(year), month, number)
    base = _known(today)
    notes.append(f"Today is {base} (UTC).")
    this_year = date(base.year, month, number)
    return this_year if this_year >= base else date(base.year + 1, month, number)


def _weekday(name: str, which: str, today: date | None, notes: list[str]) -> date:
    base = _known(today)
    ahead = (WEEKDAYS.index(name) - base.weekday()) % 7
    result = base + timedelta(ahead - 7 if which == "last" else ahead or 7)
    notes.append(f'Today is {base} (UTC), so read "{which} {name}" as {result}.')
    return result


def _known(today: date | None) -> date:
    if today is None:
        raise NotUnderstood("I need the year to know which date is meant.")
    return today
