"""The time between dates, and the date some time before or after another."""

import re
from dataclasses import dataclass
from datetime import date
from typing import Final

from agentia.agents.quant import almanac
from agentia.agents.quant.errors import NotUnderstood
from agentia.agents.quant.language.dates import Dated, find
from agentia.agents.quant.language.patterns import words
from agentia.agents.quant.question import Question
from agentia.agents.quant.request import Request, asked
from agentia.agents.quant.working import Answer

_SPAN = re.compile(
    (
        r"(?<![\d.,])(?P<count>\d{1,12}) (?P<unit>(?:business |working |week)?days?|workdays?|weeks?|fortnights?"
        r"|months?|quarters?|years?|decades?)\b"
    ),
    re.I,
)
_UNIT = re.compile(
    (
        r"\b(?P<unit>(?:business |working |week)days?|workdays?|days?|nights?|weeks?|months?|years?|hours?|minutes?"
        r"|seconds?)\b"
    ),
    re.I,
)
_BOTH = re.compile(
    r",? \(?(?:inclusive(?:ly)?|including both(?: days| dates| ends)?|both included|with both(?: days)?)\)?", re.I
)
_BACK = re.compile(r"\b(?:before|ago|prior|earlier|preceding|minus|subtract|take)\b|@\d - \d", re.I)
_ON = re.compile(
    (
        r"\b(?:after|from|later|past|following|since|plus|add|in|hence|before|ago|prior|earlier|minus|subtract"
        r"|take)\b|@\d [+-] \d"
    ),
    re.I,
)
_ISO = re.compile(r"\b\d{4}-\d{2}-\d{2}\b")
_KNOWN: Final = words(
    "how many much long the number of count difference between from and to until till through is are it there was "
    "were will be has have been passed elapsed left remain remaining lie in on a date what which when day days "
    "week weekday time span duration exactly full whole complete total more since before after ago prior later "
    "earlier than past following preceding plus minus add subtract take does did do comes come falls fall get my "
    "our calendar first last that hence "
)


@dataclass(frozen=True, slots=True)
class Between(Request):
    """The time from one date to another; `both` counts the first day too."""

    start: date
    end: date
    unit: str
    both: bool


@dataclass(frozen=True, slots=True)
class Shift(Request):
    """The date so many days, weeks, months … after another (negative: before)."""

    start: date
    spans: tuple[tuple[int, str], ...]


def read(question: Question) -> Between | Shift | None:
    """Read a question with dates in it; one whose words say more than is understood is asked back."""
    dated = find(question.asks, question.today)
    spans = [(int(match["count"]), _singular(match["unit"])) for match in _SPAN.finditer(dated.text)]
    if spans and len(dated.dates) <= 1 and _ON.search(dated.text):
        return _shift(question, dated, spans)
    between = _between(question, dated) if dated.dates and not spans and len(dated.dates) <= 2 else None
    if between is None and _ISO.search(question.asks):
        raise NotUnderstood(
            f"I understood {' and '.join(map(str, dated.dates))} as a date, but not what is asked about it."
        )
    return between


def _shift(question: Question, dated: Dated, spans: list[tuple[int, str]]) -> Shift | None:
    if not dated.dates and not re.search(r"\bago$|\b(?:date|when|day)\b.*\bin \d", dated.text, re.I):
        return None
    _check_words(_SPAN.sub(" ", dated.text), f"a date {spans[0][0]} {spans[0][1]}s before or after another")
    start, notes = (dated.dates[0], dated.notes) if dated.dates else _today(question)
    sign = -1 if _BACK.search(dated.text) else 1
    return Shift(*asked(question, notes), start, tuple((sign * count, unit) for count, unit in spans))


def _between(question: Question, dated: Dated) -> Between | None:
    text = _BOTH.sub("", dated.text)
    unit = _UNIT.search(text)
    timed = unit or re.search(r"how long|time", text, re.I)
    if len(dated.dates) == 1 and not (
        timed and re.search(r"\b(?:until|till|to|since|left|before|after|ago)\b", text, re.I)
    ):
        return None
    _check_words(_UNIT.sub(" ", text), f"the time between {' and '.join(map(str, dated.dates))}")
    notes, start, end = dated.notes, dated.dates[0], dated.dates[-1]
    if len(dated.dates) == 1:
        today, told = _today(question)
        notes, (start, end) = (
            notes + told,
            (start, today) if re.search(r"\b(?:since|ago)\b", text, re.I) else (today, end),
        )
    elif re.search(r"@0 - @1", text):
        start, end = end, start
    return Between(*asked(question, notes), start, end, _singular(unit["unit"]) if unit else "day", text != dated.text)


def _today(question: Question) -> tuple[date, tuple[str, ...]]:
    if question.today is None:
        raise NotUnderstood("I would need to know what day it is today; give a date.")
    return question.today, (f"Today is {question.today} (UTC).",)


def _check_words(text: str, understood: str) -> None:
    """Raise NotUnderstood when words are left that would change the question."""
    unknown = [word for word in re.findall(r"[^\W\d_]+", re.sub(r"@\d", " ", text.lower())) if word not in _KNOWN]
    if unknown:
        raise NotUnderstood(f'I understood a question about {understood}, but not "{" ".join(unknown)[:60]}" in it.')


def _singular(unit: str) -> str:
    name = re.sub(r"\s+", " ", unit.lower()).removesuffix("s")
    return {"working day": "business day", "weekday": "business day", "workday": "business day", "night": "day"}.get(
        name, name
    )


def answer(request: Between | Shift) -> Answer:
    """Count on the calendar."""
    match request:
        case Between(_, _, start, end, unit, both):
            return almanac.between(start, end, unit, both, request.working())
        case Shift(_, _, start, spans):
            return almanac.shift(start, spans, request.working())
