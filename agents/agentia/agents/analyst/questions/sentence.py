"""A sentence while it is read: its words and marks, the facts found so far, and what the last joint word was."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from agentia.agents.analyst.questions.facts import Facts
from agentia.agents.analyst.questions.marks import Cue, Mark
from agentia.agents.analyst.questions.plan import Aggregate, Comparison, Condition
from agentia.agents.analyst.questions.words import Token
from agentia.agents.analyst.tables.table import Column, Table

LIMITS: dict[str, Comparison] = {"over": ">", "atleast": ">=", "under": "<", "atmost": "<=", "equals": "="}
REDUCTIONS: tuple[Aggregate, ...] = ("sum", "avg", "median", "min", "max", "std")


@dataclass
class Sentence:
    """What a reader keeps in mind. `joint` is "by", "which" and the like, `reductions` wait for their column."""

    table: Table
    words: Sequence[Token]
    marks: Sequence[Mark]
    facts: Facts = field(default_factory=Facts)
    joint: str = ""
    reductions: list[Aggregate] = field(default_factory=list)
    used: list[Aggregate] = field(default_factory=list)
    comparison: Comparison | None = None

    def text(self, mark: Mark) -> str:
        """The words of a mark as they were written."""
        return " ".join(word.text for word in self.words[mark.first : mark.last])

    def beside(self, i: int) -> list[Mark]:
        """The marks that touch one."""
        here = self.marks[i]
        before = [self.marks[i - 1]] if i and self.marks[i - 1].last == here.first else []
        after = [self.marks[i + 1]] if i + 1 < len(self.marks) and self.marks[i + 1].first == here.last else []
        return [*before, *after]

    def says_later(self, i: int, *cues: str) -> bool:
        """Whether some cue follows."""
        return any(isinstance(mark.meaning, Cue) and mark.meaning.has(*cues) for mark in self.marks[i + 1 :])

    def want(self, column: Column) -> None:
        """A column to be measured, by the reductions that wait for it, else as the one before."""
        chosen: list[Aggregate] = self.reductions or self.used
        self.facts.wanted += [(aggregate, column) for aggregate in chosen] or [(None, column)]
        self.used, self.reductions = chosen, []

    def group(self, column: Column) -> None:
        """A column to group by."""
        if self.joint in ("which", "desc", "asc") and not self.facts.asked_for:
            self.facts.asked_for = column
        if column not in self.facts.groups:
            self.facts.groups.append(column)

    def limit_to(self, at: int, condition: Condition) -> None:
        """Rows to keep, told at a word."""
        self.facts.conditions.append(condition)
        self.facts.first_values.append((at, condition))
