"""What importing the analyst costs, and that nonsense never breaks it."""

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agentia.agents.analyst.errors import AnalystError
from agentia.agents.analyst.questions.cues import CUES
from agentia.agents.analyst.tables.load import load
from agentia.agents.analyst.tables.source import Source
from agentia.agents.analyst.work import work_out

if TYPE_CHECKING:
    from tests.agents.analyst.conftest import Analyst

WORDS = [
    *(" ".join(phrase) for phrase in CUES),
    *("date", "region", "product", "units", "revenue", "North", "Laptop", "laptops", "in", "of", "for", "the", "and"),
    *("last month", "2025", "Q2 2025", "since March", "between January and March 2025", "in 2030", "10 %", "over 100"),
    *("top 3", "5", "foo", "“North”", "?", ";", "vs", "per", "its", "grew", "fastest", "'s", "sql"),
]
RELAXED = settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.mark.parametrize(
    "module", ["agentia.agents.analyst", "agentia.agents.analyst.agent", "agentia.agents.analyst.work"]
)
def test_importing_the_analyst_imports_no_heavy_library(module: str) -> None:
    heavy = "{'duckdb', 'sqlglot', 'openpyxl', 'numpy', 'pandas'}"
    code = f"import sys, {module} as m; getattr(m, 'analyst', None); print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@RELAXED
@given(st.lists(st.sampled_from(WORDS), min_size=1, max_size=9))
def test_any_row_of_words_is_answered_or_asked_back(analyst: "Analyst", words: list[str]) -> None:
    done = work_out([analyst.example], [" ".join(words)])
    assert ("ask" in done) != ("outcomes" in done)


@RELAXED
@given(st.text(max_size=200))
def test_any_text_is_answered_or_asked_back(analyst: "Analyst", text: str) -> None:
    try:
        done = work_out([analyst.example], [text])
    except AnalystError:
        return
    assert ("ask" in done) != ("outcomes" in done)


@RELAXED
@given(
    st.one_of(st.binary(max_size=300), st.text(alphabet='ab,;\t\n"{}[]:0123456789.-%$€ ', max_size=300).map(str.encode))
)
def test_any_bytes_are_a_table_or_refused_with_a_sentence(body: bytes) -> None:
    rows, refusal = 0, ""
    try:
        connection, tables = load([Source("t.csv", body=body)])
        connection.close()
        rows = tables[0].rows
    except AnalystError as exc:
        refusal = exc.message
    assert rows > 0 or refusal.endswith(".")
