"""What became of a task, as a test reads it."""

from dataclasses import dataclass
from typing import Any

from a2a.types.a2a_pb2 import Message, Part, Task

from agentia.agents.parts import json_of, text_of
from agentia.tasks.states import name


@dataclass(frozen=True)
class Outcome:
    """A task of `agent`. `state` is COMPLETED, INPUT_REQUIRED and so on, REPLIED after a direct reply; `raw` is all."""

    agent: str
    raw: Task | Message

    @property
    def id(self) -> str:
        """The task's id, empty after a direct reply."""
        return self.raw.id if isinstance(self.raw, Task) else ""

    @property
    def context_id(self) -> str:
        """The conversation that it belongs to."""
        return self.raw.context_id

    @property
    def state(self) -> str:
        """How it stands."""
        return name(self.raw.status.state) if isinstance(self.raw, Task) else "REPLIED"

    @property
    def text(self) -> str:
        """The agent's last words, or its question."""
        return text_of(self.raw.status.message if isinstance(self.raw, Task) else self.raw)

    @property
    def artifacts(self) -> dict[str, Any]:
        """The artifacts by name: a str of text, bytes of a file, JSON of data; a list of those when it has several."""
        made = self.raw.artifacts if isinstance(self.raw, Task) else ()
        return {each.name or each.artifact_id: _content(each.parts) for each in made}


def _content(parts: Any) -> Any:
    contents = [_one(part) for part in parts]
    return contents[0] if len(contents) == 1 else contents


def _one(part: Part) -> Any:
    kind = part.WhichOneof("content")
    return json_of(part) if kind == "data" else getattr(part, kind or "text")
