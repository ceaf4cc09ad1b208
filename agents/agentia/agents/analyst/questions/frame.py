"""The frame of a plan: what holds for every kind of question, and what an answer must say of how it was read."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from agentia.agents.analyst.questions.calendar import Period, Span, between, is_covered, last_full, span_of
from agentia.agents.analyst.questions.facts import Facts
from agentia.agents.analyst.questions.measures import is_snapshot, main_column
from agentia.agents.analyst.questions.plan import Condition, Plan
from agentia.agents.analyst.questions.synonyms import PERSON, PLACE
from agentia.agents.analyst.questions.words import stems
from agentia.agents.analyst.tables.table import Column, Grain, Table


@dataclass(frozen=True)
class Unclear:
    """A question that cannot be planned, and why, as the middle of a sentence."""

    reason: str


def hindrance(facts: Facts, time: Column | None) -> Unclear | None:
    """What makes a question unanswerable whatever its kind."""
    if facts.unknown:
        words = " and ".join(f"“{word}”" for word in facts.unknown[:3])
        return Unclear(f"{words} is neither a column nor a value that I know")
    if facts.has("future"):
        return Unclear("I work out what the data hold and make no forecasts")
    needs_time = facts.grain or facts.changes or facts.has("trend", "when", "weekday", "seasonal", "range")
    if needs_time and span_of(time) is None:
        return Unclear("the table has no column of dates, and the question needs one")
    return None


def frame(table: Table, facts: Facts, question: str, time: Column | None) -> Plan:
    """Conditions, limits, order and notes."""
    limited = next((column for _, column in facts.wanted), main_column(table))
    return Plan(
        "value",
        table.name,
        question,
        groups=tuple(column for column in facts.groups if column is not facts.within),
        conditions=merged(facts.conditions),
        thresholds=tuple(
            limit if limit.is_percent else replace(limit, column=limit.column or limited) for limit in facts.thresholds
        ),
        time=time,
        is_ascending=facts.is_ascending,
        percent_of=facts.percent_of,
        notes=_notes(facts, question, span_of(time)),
    )


def merged(conditions: Sequence[Condition]) -> tuple[Condition, ...]:
    """Values of one column are alternatives."""
    known: dict[tuple[str, bool], Condition] = {}
    for condition in conditions:
        key = condition.column.name, condition.is_negated
        before = known[key].values if key in known else ()
        known[key] = replace(condition, values=tuple(dict.fromkeys([*before, *condition.values])))
    return tuple(known.values())


def period_of_rows(facts: Facts) -> Period | None:
    """The rows that count: one period, or all that several span."""
    periods = [when.period for when in facts.whens]
    if len(periods) < 2:
        return periods[0] if periods else None
    return between(min(p.start for p in periods), max(p.end for p in periods))


def dated(plan: Plan) -> Plan:
    """Of balances, stocks and populations the latest counts when no date is named; of all else, every date does."""
    span = span_of(plan.time)
    if plan.period or span is None or span.start == span.end or not plan.measures:
        return plan
    column = plan.measures[0].column
    if column and is_snapshot(column) and plan.measures[0].aggregate == "sum":
        period = last_full(span, span.grain)
        return replace(
            plan, period=period, notes=(*plan.notes, f"{period.words} is the latest for which there are data")
        )
    return replace(plan, notes=(*plan.notes, f"over all dates, {between(span.start, span.end).words}"))


def with_implied_groups(table: Table, facts: Facts, time: Column | None) -> Facts | Unclear:
    """ "Who" and "where" ask for a column of people or places, "when" for a grain, "weekday" for a part of dates."""
    for cue, words in (("who", PERSON), ("where", PLACE)):
        if facts.has(cue) and not facts.groups:
            texts = table.of_kind("text")
            column = next(
                (c for c in texts if not words.isdisjoint(stems(c.name))), texts[0] if len(texts) == 1 else None
            )
            if column is None:
                return Unclear(f"I cannot tell which column answers “{cue}”")
            facts = replace(facts, groups=[column], asked_for=column)
    if facts.has("when") and not facts.grain:
        span = span_of(time)
        grain: Grain = "month" if span is None or span.grain in ("day", "week") else span.grain
        facts = replace(facts, grain=grain, grain_by=True)
    parts = (("weekday", "weekday", "dayname"), ("seasonal", "month of the year", "monthname"))
    added = [
        Column(name, "VARCHAR", "text", f"{call}({time.sql})") for cue, name, call in parts if time and facts.has(cue)
    ]
    return replace(facts, groups=[*facts.groups, *added], asked_for=facts.asked_for or next(iter(added), None))


def _notes(facts: Facts, question: str, span: Span | None) -> tuple[str, ...]:
    """Guesses, dates counted back, periods that the data do not cover, words without use."""
    notes = list(facts.notes)
    relative = [when for when in facts.whens if when.is_relative]
    if relative and span:
        pairs = [(question[when.start : when.end], when.period.words) for when in relative]
        said = ", ".join(
            f"“{words}” is {named}"
            for words, named in pairs
            if words.removeprefix("the ") != named.removeprefix("the ")
        )
        notes += [f"{said}, as the data end on {span.text(span.last)}"] if said else []
    partial = next(
        (w.period for w in facts.whens if span and _overlap(w.period, span) and not is_covered(w.period, span)), None
    )
    if partial and span:
        covered = f"they go from {span.text(span.first)} to {span.text(span.last)}"
        notes.append(f"the data cover only a part of {partial.words}: {covered}")
    if facts.ignored:
        notes.append(f"not used: {', '.join(f'“{word}”' for word in facts.ignored[:5])}")
    return tuple(notes)


def _overlap(period: Period, span: Span) -> bool:
    return period.start < span.end and span.start < period.end
