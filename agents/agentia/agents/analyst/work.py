"""The work of an offloaded worker: load, read the question, query, answer. Plain values in, plain values out."""

import hashlib
import json
from collections import OrderedDict
from collections.abc import Sequence
from typing import Any

from agentia.agents.analyst.answers.answering import Asked, Loaded, answer, intent
from agentia.agents.analyst.answers.artifacts import csv_of
from agentia.agents.analyst.answers.outcome import Outcome
from agentia.agents.analyst.answers.statement import run_statement, statement_in
from agentia.agents.analyst.questions.vocabulary import Vocabulary
from agentia.agents.analyst.tables.load import load
from agentia.agents.analyst.tables.source import Source

_KEPT = 2  # sets of tables that a worker keeps loaded, for the steps of one task and for follow-ups
_loaded: OrderedDict[str, Loaded] = OrderedDict()


def rehearse() -> None:
    """Do everything once with a tiny table, so that the first task does not wait for DuckDB to find its feet."""
    tiny = Source("tiny", "text/csv", b"date,name,amount\n2025-01-01,a,1\n2025-02-01,b,2\n")
    work_out([tiny], ["total amount by name"])
    _loaded.clear()


def look(sources: Sequence[Source], texts: Sequence[str], subject: str | None = None) -> dict[str, Any]:
    """What the tables are, and what will be worked out. `subject` is whom "its" refers to. Raises `AnalystError`."""
    loaded = _load(sources)
    tables = [
        {
            "name": table.name,
            "source": table.source,
            "rows": table.rows,
            "columns": [column.name for column in table.columns],
        }
        for table in loaded.tables
    ]
    words = "your statement" if statement_in(texts[-1]) else intent(loaded, texts[-1], subject)
    return {"tables": tables, "intent": words}


def work_out(sources: Sequence[Source], texts: Sequence[str], subject: str | None = None) -> dict[str, Any]:
    """`{"outcomes": […]}` ready to be published, or `{"ask": question}`. Raises `AnalystError`."""
    loaded = _load(sources)
    statement = statement_in(texts[-1])
    found = [run_statement(loaded, statement)] if statement is not None else answer(loaded, texts, subject)
    if isinstance(found, Asked):
        return {"ask": found.question}
    return {"outcomes": [_published(outcome) for outcome in found]}


def _published(outcome: Outcome) -> dict[str, Any]:
    return {
        "data": outcome.as_json(),
        "csv": csv_of(outcome.result),
        "picture": outcome.finding.table,
        "words": _words(outcome),
    }


def _words(outcome: Outcome) -> str:
    """The answer, what should be known about it, and the SQL."""
    notes = [
        *outcome.notes,
        *([f"only the first {len(outcome.result.rows):,} rows are returned"] if outcome.result.is_cut else []),
    ]
    noted = f"\nNote: {'; '.join(dict.fromkeys(notes))}." if notes else ""
    sql = "" if outcome.kind == "profile" else f"\n\n```sql\n{outcome.sql}\n```"
    return f"{outcome.finding.text}{noted}{sql}"


def _load(sources: Sequence[Source]) -> Loaded:
    """The tables of these sources, from the last tasks' if they are the same."""
    key = _digest(sources)
    if key not in _loaded:
        while len(_loaded) >= _KEPT:
            _loaded.popitem(last=False)[1].connection.close()
        connection, tables = load(sources)
        _loaded[key] = Loaded(connection, tables, tuple(Vocabulary(table) for table in tables))
    _loaded.move_to_end(key)
    return _loaded[key]


def _digest(sources: Sequence[Source]) -> str:
    digest = hashlib.sha256()
    for source in sources:
        value = json.dumps(source.value, sort_keys=True) if source.value is not None else ""
        digest.update(repr((source.name, source.media_type, value, len(source.body))).encode())
        digest.update(source.body)
    return digest.hexdigest()
