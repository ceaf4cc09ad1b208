"""Counting on the calendar, shown step by step."""

import calendar
from datetime import date
from fractions import Fraction
from typing import Final

from agentia.agents.quant.errors import Unanswerable
from agentia.agents.quant.language.dates import WEEKDAYS
from agentia.agents.quant.working import Answer, Working

_MONTHS_IN: Final = {"month": 1, "quarter": 3, "year": 12, "decade": 120}
_DAYS_IN: Final = {"day": 1, "week": 7, "fortnight": 14}
_SECONDS_IN: Final = {"hour": 3600, "minute": 60, "second": 1}


def between(start: date, end: date, unit: str, both: bool, working: Working) -> Answer:
    """The time from start to end in the unit; negative when the end comes first."""
    label = f"From {start} to {end}"
    if unit == "business day":
        return _business_days(start, end, both, working)
    if unit in ("month", "year"):
        return _months(start, end, unit, working)
    days = _days(start, end, working)
    if both:
        days += 1 if days >= 0 else -1
        working.step(f"The first day counted too: {_counted(days, 'day')}")
    if unit in _SECONDS_IN:
        count = days * 86_400 // _SECONDS_IN[unit]
        working.step(f"{_counted(days, 'day')} × {86_400 // _SECONDS_IN[unit]:,} = {_counted(count, unit)}")
        return working.number(f"{label} it", Fraction(count), f"{unit}s")
    if unit == "week":
        weeks, rest = divmod(abs(days), 7)
        working.note(f"That is {_counted(weeks, 'week')} and {_counted(rest, 'day')}.")
        working.step(f"{days:,} ÷ 7 = {days / 7:.10g}")
        return working.number(f"{label} it", Fraction(days, 7), "weeks")
    return working.number(f"{label} it", Fraction(days), "day" if abs(days) == 1 else "days")


def shift(start: date, spans: tuple[tuple[int, str], ...], working: Working) -> Answer:
    """The date after all spans, the largest units first."""
    day = start
    for count, unit in sorted(spans, key=lambda span: -_size(span[1])):
        moved = _moved(day, count, unit, working)
        working.step(f"{day} {'+' if count >= 0 else '-'} {_counted(abs(count), unit)} = {moved}")
        day = moved
    words = " ".join(_counted(abs(count), unit) for count, unit in spans)
    direction = "before" if spans[0][0] < 0 else "after"
    sentence = f"{words} {direction} {start} is {WEEKDAYS[day.weekday()]}, {day}."
    return working.text(sentence, str(day), str(day))


def age(born: date, on: date, working: Working) -> Answer:
    """Completed years, with the months and days beyond them."""
    if on < born:
        raise Unanswerable(f"{on} is before the birth on {born}.")
    months, days = _whole_months(born, on)
    working.step(
        f"From {born} to {on}: {_counted(months // 12, 'year')}, {_counted(months % 12, 'month')},"
        f" {_counted(days, 'day')}"
    )
    return working.number(
        f"Born on {born}, the age on {on}", Fraction(months // 12), "year" if months // 12 == 1 else "years"
    )


def _days(start: date, end: date, working: Working) -> int:
    """Days from start to end, reckoned by days of the year."""
    days = (end - start).days
    first, last = (start, end) if days >= 0 else (end, start)
    of_first, of_last = first.timetuple().tm_yday, last.timetuple().tm_yday
    working.step(f"{first} is day {of_first} of {first.year}; {last} is day {of_last} of {last.year}")
    if first.year == last.year:
        working.step(f"{of_last} - {of_first} = {abs(days):,}")
        return days
    rest = _year_days(first.year) - of_first
    middle = abs(days) - rest - of_last
    years = f" + {middle:,} in the years between" if middle else ""
    working.step(f"{rest} left of {first.year}{years} + {of_last} of {last.year} = {abs(days):,}")
    return days


def _business_days(start: date, end: date, both: bool, working: Working) -> Answer:
    sign, (first, last) = (1, (start, end)) if end >= start else (-1, (end, start))
    after = _weekdays_before(last.toordinal() + 1) - _weekdays_before(first.toordinal() + 1)
    with_both = after + (first.weekday() < 5)
    working.step(f"Days after {first} up to {last}: {(last - first).days:,}")
    working.step(f"Of these, Saturdays and Sundays: {(last - first).days - after:,}; Mondays to Fridays: {after:,}")
    working.note("Business days are Mondays to Fridays; public holidays are not known here.")
    working.note(
        f"Counted with both ends, there are {with_both:,}."
        if not both
        else f"Without the first day, there are {after:,}."
    )
    return working.number(f"From {start} to {end} it", Fraction(sign * (with_both if both else after)), "business days")


def _weekdays_before(ordinal: int) -> int:
    """Mondays to Fridays among days 1 to ordinal - 1 (day 1 of the calendar is a Monday)."""
    weeks, rest = divmod(ordinal - 1, 7)
    return 5 * weeks + min(rest, 5)


def _months(start: date, end: date, unit: str, working: Working) -> Answer:
    sign, (first, last) = (1, (start, end)) if end >= start else (-1, (end, start))
    months, days = _whole_months(first, last)
    count = months // 12 if unit == "year" else months
    parts = [(months // 12, "year"), (months % 12, "month")] if unit == "year" else [(months, "month")]
    words = [_counted(number, name) for number, name in (*parts, (days, "day")) if number]
    working.step(f"Whole months from {first}: {months:,}, then {_counted(days, 'day')} to {last}")
    exactly = " and ".join((", ".join(words[:-1]), words[-1])) if len(words) > 1 else "".join(words) or "no time"
    sentence = f"From {start} to {end} it is {'minus ' if sign < 0 else ''}{exactly}."
    return working.text(sentence, sign * count, exactly, str(sign * count), f"{unit}s")


def _whole_months(first: date, last: date) -> tuple[int, int]:
    months = 12 * (last.year - first.year) + last.month - first.month
    if _add_months(first, months) > last:
        months -= 1
    return months, (last - _add_months(first, months)).days


def _moved(day: date, count: int, unit: str, working: Working) -> date:
    if unit in _MONTHS_IN:
        moved = _add_months(day, count * _MONTHS_IN[unit])
        if moved.day != day.day:
            working.note(
                f"{calendar.month_name[moved.month]} {moved.year} has no day {day.day}, so its last day is taken."
            )
        return moved
    if unit == "business day":
        working.note("Business days are Mondays to Fridays; public holidays are not known here.")
        return _add_business_days(day, count)
    return _from_ordinal(day.toordinal() + count * _DAYS_IN[unit])


def _add_months(day: date, months: int) -> date:
    year, month = divmod(12 * day.year + day.month - 1 + months, 12)
    if not 1 <= year <= 9999:
        raise Unanswerable("The calendar here runs from the year 1 to 9999; that date is outside.")
    return day.replace(year=year, month=month + 1, day=min(day.day, calendar.monthrange(year, month + 1)[1]))


def _add_business_days(day: date, count: int) -> date:
    step = 1 if count >= 0 else -1
    weeks, rest = divmod(abs(count), 5)
    ordinal = day.toordinal() + 7 * step * weeks
    moved = _from_ordinal(ordinal)
    while rest or moved.weekday() > 4:
        moved = _from_ordinal(moved.toordinal() + step)
        rest -= bool(rest) and moved.weekday() < 5
    return moved


def _from_ordinal(ordinal: int) -> date:
    if not 1 <= ordinal <= date.max.toordinal():
        raise Unanswerable("The calendar here runs from the year 1 to 9999; that date is outside.")
    return date.fromordinal(ordinal)


def _year_days(year: int) -> int:
    return 366 if calendar.isleap(year) else 365


def _size(unit: str) -> int:
    return 30 * _MONTHS_IN[unit] if unit in _MONTHS_IN else _DAYS_IN.get(unit, 0)


def _counted(count: int, unit: str) -> str:
    return f"{count:,} {unit}" if abs(count) == 1 else f"{count:,} {unit}s"
