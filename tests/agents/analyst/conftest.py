"""The example's rows in plain Python, and the analyst's work without a service around it."""

import csv
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from agentia.agents.analyst.tables.load import load
from agentia.agents.analyst.tables.source import Source
from agentia.agents.analyst.tables.table import Table
from agentia.agents.analyst.work import look, work_out

EXAMPLE = Path(__file__).parents[3] / "examples" / "sales.csv"


@dataclass(frozen=True)
class Sale:
    """A row of the example."""

    date: date
    region: str
    product: str
    units: int
    revenue: Decimal


@dataclass(frozen=True)
class Analyst:
    """Asks about sources; without any, about the example."""

    example: Source

    def outcomes(self, question: str, *sources: Source, replies: tuple[str, ...] = ()) -> list[dict[str, Any]]:
        """All that is published for a question. Fails when it is asked back instead."""
        done = work_out(sources or (self.example,), [question, *replies])
        assert "ask" not in done, done["ask"]
        found: list[dict[str, Any]] = done["outcomes"]
        return found

    def data(self, question: str, *sources: Source, replies: tuple[str, ...] = ()) -> dict[str, Any]:
        """The `result.json` of a question."""
        data: dict[str, Any] = self.outcomes(question, *sources, replies=replies)[0]["data"]
        return data

    def asks_back(self, question: str, *sources: Source) -> str:
        """What it asks instead of answering."""
        done = work_out(sources or (self.example,), [question])
        assert "ask" in done, done
        return str(done["ask"])

    def looks(self, question: str, *sources: Source) -> dict[str, Any]:
        """What it says on the way to an answer."""
        return look(sources or (self.example,), [question])


@pytest.fixture(scope="session")
def example() -> Source:
    """The example as it is sent."""
    return Source("sales.csv", "text/csv", EXAMPLE.read_bytes())


@pytest.fixture(scope="session")
def sales() -> list[Sale]:
    """The rows of the example."""
    with EXAMPLE.open(newline="") as file:
        return [
            Sale(date.fromisoformat(r["date"]), r["region"], r["product"], int(r["units"]), Decimal(r["revenue"]))
            for r in csv.DictReader(file)
        ]


@pytest.fixture(scope="session")
def analyst(example: Source) -> Analyst:
    """The work of the analyst, in this process."""
    return Analyst(example)


@pytest.fixture
def table_of() -> Callable[..., Table]:
    """Loads a source and says what its table is."""

    def loaded(name: str, body: bytes | str = b"", *, media_type: str = "", value: Any = None) -> Table:
        content = body.encode() if isinstance(body, str) else body
        connection, tables = load([Source(name, media_type, content, value)])
        connection.close()
        return tables[0]

    return loaded
