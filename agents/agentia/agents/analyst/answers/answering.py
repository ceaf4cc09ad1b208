"""Answering: a text against loaded tables, sentence by sentence, each able to say "its" of the one before."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from agentia.agents.analyst.answers.outcome import Outcome
from agentia.agents.analyst.answers.overview import overview
from agentia.agents.analyst.answers.run import run
from agentia.agents.analyst.answers.sql import sql_of
from agentia.agents.analyst.answers.words import put_into_words
from agentia.agents.analyst.questions.frame import Unclear
from agentia.agents.analyst.questions.intent import intent_of, measure_words
from agentia.agents.analyst.questions.plan import Condition, Plan
from agentia.agents.analyst.questions.reader import Read, read, says_nothing, sentences
from agentia.agents.analyst.questions.unclear import ask_back, unknown_words
from agentia.agents.analyst.questions.vocabulary import Vocabulary
from agentia.agents.analyst.tables.table import Table

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_SHORT = 6  # words of a reply that can stand for what was not understood


@dataclass(frozen=True)
class Loaded:
    """A connection, the tables in it, and their words."""

    connection: "DuckDBPyConnection"
    tables: tuple[Table, ...]
    vocabularies: tuple[Vocabulary, ...]


@dataclass(frozen=True)
class Asked:
    """A question that has to be asked back, and what a short reply would replace."""

    question: str
    sentence: str
    unknown: tuple[str, ...] = ()


def answer(loaded: Loaded, texts: Sequence[str], subject: str | None = None) -> list[Outcome] | Asked:
    """The outcomes of all questions of a text, later texts being replies to what was asked back."""
    text, *replies = texts
    about = _about(loaded, subject)
    found = _answer_text(loaded, text, about)
    for reply in replies:
        if isinstance(found, Asked):
            text, found = _with_reply(loaded, text, reply, found, about)
    return found


def _about(loaded: Loaded, subject: str | None) -> Condition | None:
    """The rows of whom an earlier answer was about."""
    columns = [column for table in loaded.tables for column in table.columns]
    column = next((column for column in columns if subject in column.values), None)
    return Condition(column, (subject,)) if column and subject else None


def _with_reply(
    loaded: Loaded, text: str, reply: str, asked: Asked, about: Condition | None
) -> tuple[str, list[Outcome] | Asked]:
    """A short reply stands for the words that were not understood; a longer one is a question of its own."""
    candidates = [f"{text} {reply}", reply]
    if asked.unknown and len(reply.split()) <= _SHORT:
        candidates = [text.replace(asked.unknown[0], reply.strip(" .!?")), *candidates]
    else:
        candidates.reverse()
    attempts = [(candidate, _answer_text(loaded, candidate, about)) for candidate in candidates]
    return next((attempt for attempt in attempts if not isinstance(attempt[1], Asked)), attempts[-1])


def intent(loaded: Loaded, text: str, subject: str | None = None) -> str:
    """What will be worked out, in a few words."""
    if not text.strip():
        return "a profile"
    readings = [read(sentence, loaded.vocabularies, _about(loaded, subject)) for sentence in sentences(text)]
    return "; ".join(intent_of(reading.plan) for reading in readings if isinstance(reading.plan, Plan))


def _answer_text(loaded: Loaded, text: str, carried: Condition | None) -> list[Outcome] | Asked:
    if not text.strip():
        return [overview(table, "") for table in loaded.tables]
    outcomes: list[Outcome] = []
    skipped: list[Asked] = []
    for sentence in sentences(text):
        reading = read(sentence, loaded.vocabularies, carried)
        if isinstance(reading.plan, Unclear):
            asked = _asked(loaded, sentence, reading, reading.plan)
            if not says_nothing(reading):
                return asked
            skipped.append(asked)
            continue
        outcomes.append(_outcome(loaded, reading, reading.plan))
        carried = _carried(reading.plan, outcomes[-1]) or carried
    return outcomes or skipped[0]


def _asked(loaded: Loaded, sentence: str, reading: Read, unclear: Unclear) -> Asked:
    return Asked(
        ask_back(sentence, reading, unclear.reason, loaded.vocabularies), sentence, tuple(unknown_words(reading))
    )


def _outcome(loaded: Loaded, reading: Read, plan: Plan) -> Outcome:
    table = reading.vocabulary.table
    if plan.kind == "profile":
        return replace(overview(table, plan.question), notes=(*table.notes, *plan.notes))
    sql = sql_of(plan)
    result = run(loaded.connection, sql)
    origin = [f"from {table.source}"] if len(loaded.tables) > 1 else []
    return Outcome(
        put_into_words(plan, result),
        plan.question,
        plan.kind,
        measure_words(plan),
        result,
        sql,
        plan.period.iso if plan.period else None,
        plan.baseline.iso if plan.baseline else None,
        (*origin, *plan.notes, *table.notes),
    )


def _carried(plan: Plan, outcome: Outcome) -> Condition | None:
    """Whom "its" refers to in the next sentence."""
    subject = outcome.finding.subject
    if subject is None:
        return None
    columns = [*plan.groups, *(given.column for given in plan.conditions)]
    column = next((column for column in columns if subject in column.values), None)
    return Condition(column, (subject,)) if column else None
