"""Asking back: what was not understood, what was, and what could be asked instead."""

from collections.abc import Sequence

from agentia.agents.analyst.questions.calendar import span_of
from agentia.agents.analyst.questions.dates import When
from agentia.agents.analyst.questions.marks import Mark, Unknown
from agentia.agents.analyst.questions.measures import main_column, readable
from agentia.agents.analyst.questions.reader import Read
from agentia.agents.analyst.questions.vocabulary import Values, Vocabulary
from agentia.agents.analyst.tables.table import Column, Table

KINDS = "totals, averages, counts, rankings, shares, comparisons, growth, trends and outliers"
_SHOWN = 12


def ask_back(sentence: str, reading: Read, reason: str, vocabularies: Sequence[Vocabulary]) -> str:
    """A question to the user that names what was understood and what there is."""
    understood = _understood(reading.marks)
    parts = [f"I cannot answer “{sentence}” yet: {reason}."]
    parts += [f"Understood so far: {', '.join(understood)}."] if understood else []
    parts += [_columns(vocabulary.table) for vocabulary in vocabularies[:4]]
    parts.append(f"I can work out {KINDS}{_example(reading.vocabulary.table)}, or run a statement after “sql:”.")
    parts.append("What would you like to know?")
    return " ".join(parts)


def _understood(marks: Sequence[Mark]) -> list[str]:
    said = []
    for mark in marks:
        match mark.meaning:
            case Column(name=name):
                said.append(f"{name} (a column)")
            case Values(column=column, values=values):
                said.append(f"{' and '.join(values[:3])} ({readable(column)})")
            case When(period=period):
                said.append(f"{period.words} (a period)")
    return list(dict.fromkeys(said))


def _columns(table: Table) -> str:
    names = [_column(column) for column in table.columns[:_SHOWN]]
    return f"{table.source} has the columns {', '.join(names)}{' …' if len(table.columns) > _SHOWN else ''}."


def _column(column: Column) -> str:
    if column.kind == "text" and 1 < column.distinct <= 5:
        return f"{column.name} ({', '.join(value for value, _ in column.top)})"
    if column.kind == "time":
        span = span_of(column)
        return f"{column.name} ({span.text(span.first)} to {span.text(span.last)})" if span else column.name
    return column.name


def _example(table: Table) -> str:
    measure = main_column(table)
    group = next((column for column in table.of_kind("text") if column.distinct > 1), None)
    if not measure:
        return ""
    if not group:
        return f", such as “What is the total {readable(measure)}?”"
    return f", such as “Which {readable(group)} had the highest {readable(measure)}?”"


def unknown_words(reading: Read) -> list[str]:
    """The words that a short reply may stand for."""
    return [mark.meaning.text for mark in reading.marks if isinstance(mark.meaning, Unknown)]
