"""What the calendar says of one date or year: weekday, age, week number, leap years, lengths of months."""

import calendar
import re
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Final

from agentia.agents.quant import almanac
from agentia.agents.quant.errors import NotUnderstood
from agentia.agents.quant.language.dates import MONTHS, WEEKDAYS, find
from agentia.agents.quant.question import Question
from agentia.agents.quant.request import Request, asked
from agentia.agents.quant.working import Answer

_BORN = re.compile(r"\b(?:born|birthday|date of birth|how old|age)\b", re.IGNORECASE)
_WEEKDAY = re.compile(
    r"(?:on )?(?:the |what |which )*(?:week ?day|day(?: of (?:the )?week)?)(?: name)?(?: (?:of|on|for|is|was"
    r"|will be|will it be|does|did|do))*(?: it)?"
    rf"(?: (?:on|is|was))? @0(?: (?:be|fall|falls|fell|on|it|was|is))*$|(?:is|was|does|did|will) @0 (?:be "
    rf"|fall on )?(?:an? )?(?P<guess>{'|'.join(WEEKDAYS)})$",
    re.IGNORECASE,
)
_ALONE = re.compile(r"(?:(?:the |what |which |is )*(?:date|day) )?(?:(?:of|is) )?@0$", re.IGNORECASE)
_FACT = re.compile(
    r"(?:the |what |which |iso |calendar |is )*(?P<fact>week|quarter|day (?:number )?(?:of|in) (?:the )?year"
    r"|days? (?:left|remaining) in (?:the )?year)"
    r"(?: number)?(?: (?:of|for|is|on|in|after))* @0(?: in)?$",
    re.IGNORECASE,
)
_LEAP = re.compile(
    r"(?:(?:is|was|will)(?: the year)? )?(?P<year>\d{1,4})(?: (?:be|is|was))? a leap year$", re.IGNORECASE
)
_LENGTH = re.compile(
    rf"(?:how many |number of |the |the number of )?days (?:are |are there |does |has "
    rf"|have )*(?:in )?(?:the year )?(?:(?P<month>{'|'.join(MONTHS)})(?: of)? )?"
    r"(?P<year>\d{4})(?: have| has)?$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Weekday(Request):
    """The day of the week of a date, or whether it is a given one."""

    day: date
    guess: str | None


@dataclass(frozen=True, slots=True)
class Age(Request):
    """How old somebody is on a day."""

    born: date
    on: date


@dataclass(frozen=True, slots=True)
class Fact(Request):
    """The week, the quarter, or the day of the year of a date."""

    day: date
    fact: str


@dataclass(frozen=True, slots=True)
class Length(Request):
    """How many days a year or one of its months has; with `leap`, whether it is a leap year."""

    year: int
    month: int | None
    leap: bool


def read(question: Question) -> Weekday | Age | Fact | Length | None:
    """Read a question about one date, one month or one year."""
    if match := _LEAP.match(question.asks) or _LENGTH.match(question.asks):
        month = match.groupdict().get("month")
        return Length(*asked(question), int(match["year"]), MONTHS[month.lower()] if month else None, match.re is _LEAP)
    dated = find(question.asks, question.today)
    if dated.dates and _BORN.search(dated.text):
        on = dated.dates[1:] or ((question.today,) if question.today else ())
        if not on:
            raise NotUnderstood("I would need to know what day it is today; give a date.")
        notes = () if dated.dates[1:] else (f"Today is {on[0]} (UTC).",)
        return Age(*asked(question, dated.notes, notes), min(dated.dates[0], on[0]), max(dated.dates[0], on[0]))
    if match := _WEEKDAY.match(dated.text):
        return Weekday(*asked(question, dated.notes), dated.dates[0], match["guess"] and match["guess"].title())
    if _ALONE.match(dated.text):
        return Weekday(*asked(question, dated.notes), dated.dates[0], None)
    if match := _FACT.match(dated.text):
        return Fact(*asked(question, dated.notes), dated.dates[0], match["fact"].lower())
    return None


def answer(request: Weekday | Age | Fact | Length) -> Answer:
    """Look it up in the calendar."""
    match request:
        case Weekday():
            return _weekday(request)
        case Age(_, _, born, on):
            return almanac.age(born, on, request.working())
        case Fact():
            return _fact(request)
        case Length():
            return _length(request)


def _weekday(request: Weekday) -> Answer:
    working, name = request.working(), WEEKDAYS[request.day.weekday()]
    days = request.day.toordinal() - 1
    working.step(
        f"{request.day} is {days:,} days after Monday, 0001-01-01; {days:,} mod 7 = {days % 7}, so it is a {name}"
    )
    told = "" if request.guess is None else "Yes: " if request.guess == name else f"No, not a {request.guess}: "
    return working.text(f"{told}{request.day} is a {name}.", name, name)


def _fact(request: Fact) -> Answer:
    working, day = request.working(), request.day
    of_year = day.timetuple().tm_yday
    if request.fact == "week":
        year, week, _ = day.isocalendar()
        working.step(f"ISO weeks begin on Monday; week 1 of {year} is the one with its first Thursday")
        return working.number(f"{day} lies in ISO week {week} of {year}; the week number", Fraction(week))
    if request.fact == "quarter":
        working.step(f"Month {day.month} is in quarter {(day.month + 2) // 3}")
        return working.number(f"The quarter of {day}", Fraction((day.month + 2) // 3))
    if "year" in request.fact and "left" not in request.fact and "remaining" not in request.fact:
        working.step(f"Days before {day:%Y-%m}: {of_year - day.day}; plus {day.day} = {of_year}")
        return working.number(f"The day of the year of {day}", Fraction(of_year))
    left = 365 + calendar.isleap(day.year) - of_year
    working.step(f"{365 + calendar.isleap(day.year)} - {of_year} = {left}")
    return working.number(f"After {day}, what is left of {day.year}", Fraction(left), "days")


def _length(request: Length) -> Answer:
    working, year = request.working(), max(request.year, 1)
    leap = calendar.isleap(year)
    rule = (
        "by 400" if year % 400 == 0 else "by 100 but not by 400" if year % 100 == 0 else "by 4" if year % 4 == 0 else ""
    )
    working.step(
        f"{year} is {f'divisible {rule}' if rule else 'not divisible by 4'}, so it is {'a' if leap else 'no'} leap year"
    )
    if request.leap:
        truth: Final = "yes" if leap else "no"
        return working.text(f"{truth.title()}, {year} is {'a' if leap else 'no'} leap year.", truth, truth)
    if request.month is None:
        return working.number(f"The year {year}", Fraction(365 + leap), "days", verb="has")
    days = calendar.monthrange(year, request.month)[1]
    return working.number(f"{calendar.month_name[request.month]} {year}", Fraction(days), "days", verb="has")
