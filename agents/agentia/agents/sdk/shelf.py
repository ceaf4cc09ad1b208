"""Files that a task's model knows by name: what its user has sent, and what other agents have made for the task."""

import json
import mimetypes
import re
from collections.abc import Iterable, Iterator
from typing import Any, Final

from a2a.types.a2a_pb2 import Message, Part

from agentia.agents.delegated import Delegated, load
from agentia.agents.files import plain_name
from agentia.agents.task_run import TaskRun
from agentia.tasks.replay import digest

_DONE: Final = re.compile(r"(?:.*/)?step/delegate/\d+/done")
_SPEECH: Final = ("", "text/plain")


def is_speech(part: Part) -> bool:
    """Whether a part is something said, and no file or document."""
    return part.WhichOneof("content") == "text" and not part.filename and part.media_type in _SPEECH


def sent(messages: Iterable[Message]) -> dict[str, Part]:
    """What the user has sent beside words, by its name; of several of one name the later have a number before it."""
    found: dict[str, Part] = {}
    parts = [part for message in messages for part in message.parts if not is_speech(part)]
    for number, part in enumerate(parts, start=1):
        name = _name(part, number)
        found[f"{number}-{name}" if name in found else name] = part
    return found


def made(place: str, done: Delegated) -> dict[str, Part]:
    """What another agent has made, by names that are the same at each attempt: `analyst-3f2a9c/result.csv`.

    `place` is that of the delegation in the journal. A direct reply has made nothing.
    """
    folder = f"{done.agent}-{digest(place.encode()).hex()[:6]}"
    found: dict[str, Part] = {}
    for number, part in enumerate(done.parts if done.task_id else (), start=1):
        name = f"{folder}/{_name(part, number)}"
        found[name if name not in found else f"{folder}/{number}-{_name(part, number)}"] = part
    return found


def shelf(task: TaskRun) -> dict[str, Part]:
    """All of it, by the names under which a model was told of it."""
    every = sent(task.history)
    for place, done in _delegated(task):
        every.update(made(place, done))
    return every


def line(name: str, part: Part) -> str:
    """What a model is told of a file that it does not see."""
    size = {"raw": f", {len(part.raw):,} bytes", "text": f", {len(part.text):,} characters"}
    return f"{name} ({part.media_type or 'no media type'}{size.get(str(part.WhichOneof('content')), '')})"


def _delegated(task: TaskRun) -> Iterator[tuple[str, Delegated]]:
    for entry in task.run.journal:
        if _DONE.fullmatch(entry.step) and not entry.result.startswith(b'{"error"'):
            yield entry.step.removesuffix("/done"), load(json.loads(entry.result))


def _name(part: Part, number: int) -> str:
    kind = str(part.WhichOneof("content"))
    ending: Any = mimetypes.guess_extension(part.media_type) or {"data": ".json", "text": ".txt"}.get(kind, "")
    return plain_name(part.filename) or plain_name(part.url) or f"{kind}-{number}{ending}"
