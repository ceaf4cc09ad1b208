"""A table in words, when nothing else was asked: rows, columns, ranges, gaps, frequent values."""

from agentia.agents.analyst.answers.numbers import listed, number, plain
from agentia.agents.analyst.answers.outcome import Finding, Outcome
from agentia.agents.analyst.answers.pictures import cell_text, markdown
from agentia.agents.analyst.answers.run import Result
from agentia.agents.analyst.questions.calendar import span_of
from agentia.agents.analyst.questions.measures import main_column, readable
from agentia.agents.analyst.tables.table import Column, Table

_COLUMNS = ("column", "type", "nulls", "distinct", "min", "max", "most frequent")
_ADVERBS = {"day": "daily", "week": "weekly", "month": "monthly", "quarter": "quarterly", "year": "yearly"}


def overview(table: Table, question: str) -> Outcome:
    """The profile of a table as the outcome of a question that asked for nothing else."""
    rows = tuple(_row(column) for column in table.columns)
    result = Result(_COLUMNS, rows)
    finding = Finding(_words(table), None, table.rows, None, markdown(result))
    return Outcome(
        finding,
        question,
        "profile",
        "number of rows",
        result,
        f'SUMMARIZE "{table.name}"',
        _period(table),
        None,
        table.notes,
    )


def _row(column: Column) -> tuple[object, ...]:
    top = ", ".join(f"{value} ({count:,})" for value, count in column.top[:3])
    kind = f"{column.type}{f' [{column.unit}]' if column.unit else ''}"
    return column.name, kind, column.nulls, column.distinct, plain(column.minimum), plain(column.maximum), top or None


def _words(table: Table) -> str:
    words = f"{table.source} has {table.rows:,} row{'s' if table.rows != 1 else ''} and {len(table.columns)} columns"
    words += f": {listed([_brief(column) for column in table.columns[:12]])}{' …' if len(table.columns) > 12 else ''}."
    gaps = [f"{column.name} ({column.nulls:,})" for column in table.columns if column.nulls]
    words += f" Missing values: {listed(gaps[:8])}." if gaps else " No values are missing."
    return words + _suggestion(table)


def _brief(column: Column) -> str:
    """A column in a few words: what it ranges over."""
    if column.kind == "time":
        how = f"{_ADVERBS[column.grain]}, " if column.grain else ""
        span = span_of(column)
        return f"{column.name} ({how}{span.text(span.first)} to {span.text(span.last)})" if span else column.name
    if column.kind == "number":
        ends = [
            cell_text(column.name, end) if not column.unit else number(end, column.unit)
            for end in (column.minimum, column.maximum)
        ]
        return f"{column.name} ({' to '.join(ends)})"
    few = [value for value, _ in column.top]
    shown_values = (
        ", ".join(few) if column.distinct <= len(few) else f"{column.distinct:,} values, mostly {', '.join(few[:2])}"
    )
    return f"{column.name} ({shown_values})"


def _suggestion(table: Table) -> str:
    """A question that this table can answer."""
    text = next((column for column in table.of_kind("text") if 1 < column.distinct <= max(2, table.rows // 3)), None)
    measure = main_column(table)
    if not text or not measure:
        return ""
    ask = f"Which {readable(text)} had the highest {readable(measure)}?"
    grew = f" Or: Which {readable(text)} grew fastest?" if table.time else ""
    return f" You could ask: {ask}{grew}"


def _period(table: Table) -> str | None:
    span = span_of(table.time)
    return f"{span.first}/{span.last}" if span else None
