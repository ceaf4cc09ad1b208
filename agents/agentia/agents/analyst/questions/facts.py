"""Facts: what a question says, before anything is decided about it."""

from dataclasses import dataclass, field
from decimal import Decimal

from agentia.agents.analyst.questions.dates import When
from agentia.agents.analyst.questions.plan import Aggregate, Condition, Threshold
from agentia.agents.analyst.tables.table import Column, Grain

CHANGES = ("growth", "decline", "change", "mom", "yoy", "qoq", "wow")


@dataclass
class Facts:
    """What was found so far. Filled once by `gather`, read by everything after."""

    cues: set[str] = field(default_factory=set)
    wanted: list[tuple[Aggregate | None, Column]] = field(default_factory=list)
    spare: list[Aggregate] = field(default_factory=list)  # aggregates that no column was named for
    over: Column | None = None
    groups: list[Column] = field(default_factory=list)
    asked_for: Column | None = None  # the column after "which" or "top"
    within: Column | None = None
    counted: Column | None = None
    entity: Column | None = None  # the key that each row has one of its own of, when the question names it
    conditions: list[Condition] = field(default_factory=list)
    first_values: list[tuple[int, Condition]] = field(default_factory=list)
    thresholds: list[Threshold] = field(default_factory=list)
    whens: list[When] = field(default_factory=list)
    time: Column | None = None
    grain: Grain | None = None
    counts_grain: bool = False  # "how many months"
    grain_by: bool = False  # "per month", "which month", rather than "monthly"
    limit: int | None = None
    percent_of: Decimal | None = None
    unknown: list[str] = field(default_factory=list)  # words in a place where they matter
    ignored: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    share_at: int = -1

    @property
    def changes(self) -> bool:
        """Whether it asks how something changed."""
        return self.has(*CHANGES)

    def has(self, *cues: str) -> bool:
        """Whether the question says one of these."""
        return not self.cues.isdisjoint(cues)

    @property
    def is_ascending(self) -> bool:
        """Whether the least comes first."""
        return self.has("asc") and not self.has("desc")

    @property
    def is_ranked(self) -> bool:
        """Whether it asks for the first of an order."""
        return self.has("desc", "asc")
