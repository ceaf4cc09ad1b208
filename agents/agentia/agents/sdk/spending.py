"""What a task's calls of models have used, and the budget that ends it."""

from dataclasses import dataclass, field

from agents.usage import Usage

from agentia.agents.errors import TaskFailed
from agentia.agents.sdk.responses import counts


@dataclass(slots=True)
class Spending:
    """The usage of all model calls of a task, of its nested runs too; `budget` is in tokens, None for no end."""

    budget: int | None = None
    usage: Usage = field(default_factory=Usage)

    def check(self) -> None:
        """Raise TaskFailed when nothing is left for another call."""
        if self.budget is not None and self.usage.total_tokens >= self.budget:
            raise TaskFailed(
                f"The task has used {self.usage.total_tokens} tokens of its model, and its budget is {self.budget}. Ask"
                " for less at once; who runs the agent can raise its AGENTIA_TASK_TOKENS."
            )

    def add(self, usage: Usage) -> None:
        """Count a call."""
        self.usage.add(usage)

    @property
    def metadata(self) -> dict[str, int]:
        """As it stands in an artifact's metadata."""
        return counts(self.usage)
