"""What was said before in a conversation: the earlier tasks of the same owner in the same context."""

import json
from collections.abc import Iterable, Iterator
from typing import Any, Final

from a2a.types.a2a_pb2 import Part, Task

from agentia.agents.parts import json_of
from agentia.agents.task_run import TaskRun
from agentia.tasks.replay import digest
from agentia.tasks.states import COMPLETED

MOST: Final = 20
"""Tasks that are remembered, the newest ones."""
STEP: Final = "history"
_KEY: Final = digest()
LONGEST: Final = 20_000
"""Characters that are remembered of each question and each answer."""


async def earlier(task: TaskRun) -> list[Any]:
    """Questions and answers of finished tasks that were sent before this one, oldest first, as input items.

    They are read from the tasks themselves and kept by this one: nothing is there twice, or after it was deleted.
    """
    known = task.run.recall(STEP, _KEY)
    if known is None:
        before = await task.store.earlier(task.id, task.context_id, task.run.caller.owner, MOST)
        if not before:  # and none can come before this one any more
            return []
        pairs = [_pair(Task.FromString(snapshot)) for _, state, snapshot in reversed(before) if state == COMPLETED]
        known = ([pair for pair in pairs if all(pair)],)
        await task.run.record(STEP, _KEY, known[0])
    roles = ("user", "assistant")
    return [{"role": role, "content": text} for pair in known[0] for role, text in zip(roles, pair, strict=True)]


def _pair(task: Task) -> list[str]:
    asked = [part for message in task.history[:1] for part in message.parts]
    made = [part for artifact in task.artifacts for part in artifact.parts]
    return ["\n\n".join(_words(parts))[:LONGEST] for parts in (asked, made)]


def _words(parts: Iterable[Part]) -> Iterator[str]:
    """Texts, and data as JSON, as a model was given it and has given it."""
    for part in parts:
        if part.HasField("text"):
            yield part.text
        elif part.HasField("data"):
            yield json.dumps(json_of(part), ensure_ascii=False)
