"""What language models have used for a task, in its children too, and the budgets that end it."""

import json
import math
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

from agentia.agents.errors import TaskFailed, TaskRejected
from agentia.core.settings import Settings
from agentia.tasks.records import JournalEntry

COST: Final = "cost"
COUNTS: Final = (
    "requests",
    "input_tokens",
    "output_tokens",
    "total_tokens",
    "cached_tokens",
    "reasoning_tokens",
)
MODEL, DELEGATE = "model", "delegate"
"""What the places of models' answers and of delegations in a journal begin with."""
SHARE: Final = 0.5
"""How much of what is left a child may spend: several at once, and children of theirs, cannot spend more than all."""


class Spending:
    """The usage of all model calls of a task: those of earlier attempts stand in the `journal`, of others it is told.

    What happens within a step does not happen again at a rerun, so that nobody could tell of it then.
    `tokens` and `money` (in the currency of AGENTIA_MODEL_PRICE) are its budgets, None for no end. `given` is what whom
    it works for has left to it.
    """

    def __init__(self, settings: Settings, given: float | None = None, journal: Iterable[JournalEntry] = ()) -> None:
        self.tokens = settings.task_tokens
        self.money = min((each for each in (settings.task_cost, given) if each is not None), default=None)
        self._given = given is not None and given == self.money
        self._lent: dict[str, float] = {}
        self.used: dict[str, float] = {}
        for used in _recorded(journal):
            self.add(used)

    @property
    def left(self) -> float | None:
        """The money that is neither spent nor lent to children, None for no end."""
        if self.money is None:
            return None
        return max(0.0, self.money - self.used.get(COST, 0.0) - sum(self._lent.values()))

    def check(self, *, priced: bool) -> None:
        """Raise TaskFailed when nothing is left for another call, TaskRejected when its cost could not be told."""
        used = int(self.used.get("total_tokens", 0))
        if self.tokens is not None and used >= self.tokens:
            raise TaskFailed(
                f"The task has used {used} tokens of its model, and its budget is {self.tokens}. Ask for less at once;"
                " who runs the agent can raise its AGENTIA_TASK_TOKENS."
            )
        if self.money is None:
            return
        if not priced:
            raise TaskRejected(
                "This task has a budget, and what this agent's language model costs is not known. Who runs the agent"
                " can set AGENTIA_MODEL_PRICE."
            )
        if not self.left:
            raise TaskFailed(self._spent())

    def add(self, used: Mapping[str, Any]) -> None:
        """Count what a call, or a child, has used."""
        for name in (*COUNTS, COST):
            if name in used:
                self.used[name] = self.used.get(name, 0) + used[name]

    @property
    def share(self) -> float | None:
        """What a child may spend that is sent now, None for no end."""
        return None if self.left is None else self.left * SHARE

    @contextmanager
    def lending(self, place: str, money: float | None) -> Iterator[None]:
        """While the block runs, so much belongs to the child of that place."""
        if money is not None:
            self._lent[place] = money
        try:
            yield
        finally:
            self._lent.pop(place, None)

    @property
    def metadata(self) -> dict[str, float]:
        """As it stands in metadata: the counts, and the cost where it is known."""
        cost = {COST: round(self.used[COST], 9)} if COST in self.used else {}
        return {**{name: int(self.used.get(name, 0)) for name in COUNTS}, **cost}

    def _spent(self) -> str:
        lent = sum(self._lent.values())
        others = f", and {_money(lent)} is lent to other agents," if lent else ","
        raised = "ask with a larger budget" if self._given else "who runs the agent can raise its AGENTIA_TASK_COST"
        return (
            f"The task's language models have cost {_money(self.used.get(COST, 0.0))}{others} of a budget of"
            f" {_money(self.money or 0.0)}. Ask for less at once; {raised}."
        )


def _recorded(journal: Iterable[JournalEntry]) -> Iterator[Mapping[str, Any]]:
    """What the answers of models, and the ends of delegations, say of their usage."""
    for entry in journal:
        kind, _, place = entry.step.rpartition("step/")[2].partition("/")
        if kind == MODEL or (kind == DELEGATE and place.endswith("/done")):
            result = json.loads(entry.result)
            if isinstance(result, dict):
                yield told(result.get("usage" if kind == MODEL else "used"), None)


def told(metadata: Any, lent: float | None) -> dict[str, float]:
    """The usage that another agent tells, as far as it makes sense: nobody has spent more than was lent to her."""
    if not isinstance(metadata, Mapping):
        return {}
    numbers = {name: metadata[name] for name in (*COUNTS, COST) if _sensible(metadata.get(name))}
    if COST in numbers and lent is not None:
        numbers[COST] = min(numbers[COST], lent)
    return numbers


def _sensible(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < math.inf


def _money(amount: float) -> str:
    return f"{amount:.6f}".rstrip("0").rstrip(".")
