"""Whose memory a request is about."""

from dataclasses import dataclass

from agentia.agents.task_run import TaskRun
from agentia.core.identity import first_context
from agentia.tasks.records import Owner


@dataclass(frozen=True, slots=True)
class Place:
    """An owner, the context that a request came in, and the agent that made it ("" for the owner in person)."""

    owner: Owner
    context: str
    author: str


def place_of(task: TaskRun) -> Place:
    """A task that agents have sent is in the context of the first of them, which all share who work for it."""
    caller = task.run.caller
    context = first_context(caller.hop) if caller.hop else None
    agents = [name for name in caller.chain if name != "gateway"]
    return Place(caller.owner, context or task.context_id, agents[-1] if agents else "")
