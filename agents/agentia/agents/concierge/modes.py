"""How a task was begun: each goes on as it began, also when a model has been configured, or taken away, since."""

from typing import Final

from agentia.agents import TaskRun

_MODEL: Final = "step/model/"
"""What the places of a model's answers hold, in the journal of an agent of the SDK."""


def with_model(task: TaskRun) -> bool:
    """Whether a language model has worked on the task."""
    return any(_MODEL in entry.step for entry in task.run.journal)


def by_rules(task: TaskRun) -> bool:
    """Whether it was worked on without one."""
    return bool(task.run.journal) and not with_model(task)
