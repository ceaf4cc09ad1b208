"""Reading: a text becomes plans, one for each question in it, each against the table that it fits best."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from agentia.agents.analyst.questions.calendar import span_of
from agentia.agents.analyst.questions.decide import decide
from agentia.agents.analyst.questions.facts import Facts
from agentia.agents.analyst.questions.frame import Unclear
from agentia.agents.analyst.questions.gather import gather
from agentia.agents.analyst.questions.marks import Cue, Mark, Unknown, mark
from agentia.agents.analyst.questions.plan import Condition, Plan
from agentia.agents.analyst.questions.vocabulary import Vocabulary
from agentia.agents.analyst.questions.words import Token, quotations, tokens
from agentia.agents.analyst.tables.table import Column

_BREAKS = re.compile(
    r"(?<=[?!])\s*(?=\S)|(?<=[^\W\d_][.;])\s+(?=(?-i:[A-Z]))|\s*\n+\s*|;\s+"
    r"|,?\s+and\s+(?=(?:what|how|when|where|who)\b)",
    re.IGNORECASE,
)
_MOST_QUESTIONS = 6


@dataclass(frozen=True)
class Read:
    """A sentence as one table reads it. `unknown` counts the words that the table says nothing to."""

    vocabulary: Vocabulary
    marks: tuple[Mark, ...]
    facts: Facts
    plan: Plan | Unclear

    @property
    def fit(self) -> tuple[int, int, int]:
        """How well the table fits: plans before none, few unknown words, many names of its own."""
        names = sum(not isinstance(m.meaning, (Cue, Unknown)) for m in self.marks)
        unknown = len(self.facts.unknown) + len(self.facts.ignored)
        return isinstance(self.plan, Plan), -unknown, names


def sentences(text: str) -> list[str]:
    """The questions of a text, without those that only lead in to one."""
    quoted = quotations(text)
    breaks = [match for match in _BREAKS.finditer(text) if not any(a < match.start() < b for a, b in quoted)]
    starts, ends = [0, *(match.end() for match in breaks)], [*(match.start() for match in breaks), len(text)]
    parts = (text[start:end].strip() for start, end in zip(starts, ends, strict=True))
    return [part for part in parts if part][:_MOST_QUESTIONS]


def read(sentence: str, vocabularies: Sequence[Vocabulary], carried: Condition | None = None) -> Read:
    """One sentence, by the table that fits it best. `carried` is what "its" refers to."""
    readings = [_read_for(sentence, vocabulary, carried) for vocabulary in vocabularies]
    named = [r for r in readings if _names_table(sentence, r.vocabulary)] if len(readings) > 1 else []
    return max(named or readings, key=lambda reading: reading.fit)


def _read_for(sentence: str, vocabulary: Vocabulary, carried: Condition | None) -> Read:
    table = vocabulary.table
    marks = mark(sentence, vocabulary, span_of(table.time))
    facts = gather(table, tokens(sentence), marks)
    if facts.has("pronoun"):
        if carried and carried.column in table.columns:
            facts = replace(facts, conditions=[carried, *facts.conditions])
            facts.first_values.insert(0, (0, carried))
        elif not facts.groups and not facts.conditions:
            return Read(
                vocabulary, marks, facts, Unclear(f"I cannot tell what “{_pronoun(sentence, marks)}” refers to")
            )
    return Read(vocabulary, marks, facts, decide(table, facts, sentence))


def _pronoun(sentence: str, marks: Sequence[Mark]) -> str:
    words: Sequence[Token] = tokens(sentence)
    said = (mark for mark in marks if isinstance(mark.meaning, Cue) and mark.meaning.has("pronoun"))
    return next((" ".join(word.text for word in words[mark.first : mark.last]) for mark in said), "it")


def _names_table(sentence: str, vocabulary: Vocabulary) -> bool:
    table = vocabulary.table
    lower = sentence.casefold()
    return table.source.casefold() in lower or re.search(rf"\b{re.escape(table.name)}\b", lower) is not None


def says_nothing(reading: Read) -> bool:
    """Whether a sentence holds no word that a table knows, nor one that asks for something: a greeting, a remark."""
    return (
        not any(isinstance(mark.meaning, (Column,)) for mark in reading.marks)
        and isinstance(reading.plan, Unclear)
        and not (reading.facts.conditions or reading.facts.wanted or reading.facts.is_ranked)
    )
