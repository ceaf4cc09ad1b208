"""The outcome of a question: its words, its number, and the rows behind them."""

from dataclasses import dataclass
from typing import Any

from agentia.agents.analyst.answers.numbers import plain
from agentia.agents.analyst.answers.run import Result


@dataclass(frozen=True)
class Finding:
    """What the words of an answer are about: `subject` is whom "its" refers to later on, `value` what "that" does."""

    text: str
    subject: str | None = None
    value: Any = None
    unit: str | None = None
    table: str = ""  # a small picture of the rows, as Markdown


@dataclass(frozen=True)
class Outcome:
    """A finding with all that other agents and people may want to check it by."""

    finding: Finding
    question: str
    kind: str
    measure: str
    result: Result
    sql: str
    period: str | None = None
    baseline: str | None = None
    notes: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The data of `result.json`."""
        found = self.finding
        return {
            "question": self.question,
            "kind": self.kind,
            "answer": found.text,
            "subject": found.subject,
            "value": plain(found.value),
            "unit": found.unit,
            "measure": self.measure,
            "period": self.period,
            "baseline": self.baseline,
            "columns": list(self.result.columns),
            "rows": [[plain(cell) for cell in row] for row in self.result.rows],
            "is_cut": self.result.is_cut,
            "sql": self.sql,
            "notes": list(self.notes),
        }
