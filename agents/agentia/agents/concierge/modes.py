"""How a task was begun: each goes on as it began, also when a model has been configured, or taken away, since."""

import re
from typing import Final

from agentia.agents import TaskRun
from agentia.agents.spending import MODEL

_RULES: Final = re.compile(r"need-\d+/|step/profiles$")
"""What the places begin with that the concierge has in the journal when it works by rules."""


def with_model(task: TaskRun) -> bool:
    """Whether a language model has worked on the task."""
    return any(f"step/{MODEL}/" in entry.step for entry in task.run.journal)


def by_rules(task: TaskRun) -> bool:
    """Whether it was worked on without one."""
    return any(_RULES.match(entry.step) for entry in task.run.journal)
