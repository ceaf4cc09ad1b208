"""Which two periods a question about growth compares."""

from collections.abc import Sequence

from agentia.agents.analyst.questions.calendar import (
    Period,
    Span,
    between,
    first_full,
    fitting_grain,
    is_covered,
    last_full,
    moved,
    period_of,
    shift,
    truncate,
)
from agentia.agents.analyst.questions.dates import When
from agentia.agents.analyst.tables.table import GRAINS, Grain

STEPS: tuple[tuple[str, Grain], ...] = (("mom", "month"), ("qoq", "quarter"), ("yoy", "year"), ("wow", "week"))

Pair = tuple[Period, Period]


def pair_of(cues: set[str], whens: Sequence[When], span: Span, grain: Grain | None) -> Pair | None:
    """Baseline and period of a change, or None when the table has no two periods to compare."""
    step = next((step for cue, step in STEPS if cue in cues), None)
    if len(whens) >= 2:
        return _in_order(whens[0].period, whens[1].period)
    when = whens[0] if whens else None
    if when and when.ends and not step:
        return _in_order(*when.ends)
    if step:
        pair = _stepped(when.period if when else None, step, span)
    elif when and when.period.grain:
        pair = _stepped(when.period, when.period.grain, span)
    elif when:
        pair = _ends_of(when.period, span, grain)
    else:
        pair = _whole(span, grain)
    return pair if pair and pair[0] != pair[1] else None


def _in_order(one: Period, other: Period) -> Pair:
    return (one, other) if one.start <= other.start else (other, one)


def _stepped(period: Period | None, step: Grain, span: Span) -> Pair | None:
    """A period and the one a step before; of a year that is not over, the same months of the year before."""
    if step == "year" and (period is None or period.grain == "year"):
        return _years(period, span)
    current = period or last_full(span, step)
    before = moved(current, step, -1)
    return (before, current) if before.end > span.start else _ends_of(current, span, None)


def _years(period: Period | None, span: Span) -> Pair | None:
    year = period or period_of(span.last, "year")
    before = moved(year, "year", -1)
    if is_covered(year, span) and is_covered(before, span):
        return before, year
    start = max(year.start, shift(span.start, "year", 1))
    end = min(year.end, span.end)
    if start < end:
        same = between(start, end)
        return moved(same, "year", -1), same
    return _ends_of(year, span, None) if period else None


def _ends_of(period: Period, span: Span, grain: Grain | None) -> Pair | None:
    """The first and the last part of a stretch: its months, or what is fitting when it is shorter."""
    first, last = max(period.start, span.start), min(period.end, span.end)
    if first >= last:
        return None
    return _whole(Span(first, shift(last, "day", -1), span.grain), grain)


def _whole(span: Span, grain: Grain | None) -> Pair | None:
    fitting = max(grain, span.grain, key=GRAINS.index) if grain else fitting_grain(span)
    first, last = first_full(span, fitting), last_full(span, fitting)
    return (first, last) if first.start < last.start and truncate(first.start, fitting) == first.start else None
