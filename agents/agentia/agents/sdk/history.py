"""What was said before in a conversation: the earlier tasks of the same owner in the same context."""

from typing import Any, Final

from a2a.types.a2a_pb2 import ListTasksRequest, Task

from agentia.agents.parts import text_of
from agentia.agents.task_run import TaskRun
from agentia.tasks.listing import list_tasks
from agentia.tasks.states import COMPLETED

MOST: Final = 20
"""Tasks that are remembered, the newest ones."""
LONGEST: Final = 20_000
"""Characters that are remembered of each question and each answer."""


async def earlier(task: TaskRun) -> list[Any]:
    """Questions and answers of finished tasks that were sent before this one, oldest first, as input items.

    They are read from the tasks themselves and kept by this one: nothing is there twice, or after it was deleted.
    """
    if not task.message.context_id:
        return []
    said: list[list[str]] = await task.run.step("history", lambda: _read(task), task.context_id)
    roles = ("user", "assistant")
    return [{"role": role, "content": text} for pair in said for role, text in zip(roles, pair, strict=True)]


async def _read(task: TaskRun) -> list[list[str]]:
    request = ListTasksRequest(context_id=task.context_id, status=COMPLETED, page_size=MOST, include_artifacts=True)
    found = (await list_tasks(task.store, request, task.run.caller.owner)).tasks
    before = sorted((each for each in found if each.id < task.id), key=lambda each: each.id)
    return [pair for pair in map(_pair, before) if all(pair)]


def _pair(task: Task) -> list[str]:
    asked = "\n\n".join(text_of(message) for message in task.history[:1])
    texts = [part.text for artifact in task.artifacts for part in artifact.parts if part.HasField("text")]
    return [asked[:LONGEST], "\n\n".join(texts)[:LONGEST]]
