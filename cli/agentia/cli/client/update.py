"""One event of a task's stream, as plain JSON with the names of A2A 1.0."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from agentia.cli.console import clean

PEER = "urn:agentia:peer:v1"
TERMINAL = frozenset({"COMPLETED", "FAILED", "CANCELED", "REJECTED"})
INTERRUPTED = frozenset({"INPUT_REQUIRED", "AUTH_REQUIRED"})
KINDS = ("task", "message", "statusUpdate", "artifactUpdate")
JsonObject = Mapping[str, Any]


@dataclass(frozen=True)
class Peer:
    """Whose progress a status update relays."""

    agent: str
    task: str
    state: str


@dataclass(frozen=True)
class Update:
    """`kind` is one of KINDS (or empty for what we do not know), `body` what stands under it, `raw` the whole."""

    id: str
    kind: str
    body: JsonObject
    raw: JsonObject

    @classmethod
    def of(cls, number: str, raw: JsonObject) -> "Update":
        kind = next((kind for kind in KINDS if isinstance(raw.get(kind), dict)), "")
        return cls(number, kind, raw[kind] if kind else {}, raw)

    @property
    def task_id(self) -> str:
        return str(self.body.get("id" if self.kind == "task" else "taskId") or "")

    @property
    def state(self) -> str:
        """Like `WORKING`; empty when the event does not tell one."""
        return short_state(_mapping(self.body.get("status")).get("state"))

    @property
    def text(self) -> str:
        """What the status, or the direct message, says."""
        message = self.body if self.kind == "message" else _mapping(_mapping(self.body.get("status")).get("message"))
        return text_of(message)

    @property
    def peer(self) -> Peer | None:
        """The agent that the update is relayed from, when it is."""
        status = _mapping(_mapping(self.body.get("status")).get("message"))
        for holder in (self.body, status):
            told = _mapping(_mapping(holder.get("metadata")).get(PEER))
            if told.get("agent"):
                return Peer(clean(str(told["agent"])), str(told.get("task", "")), short_state(told.get("state")))
        return None

    @property
    def progress(self) -> str:
        """What the status says, without the name of the agent that it is relayed from."""
        return self.text.removeprefix(f"{self.peer.agent}: ") if self.peer else self.text

    @property
    def ends(self) -> bool:
        """Whether nothing follows: the task is over, or the answer was a message without a task."""
        return self.kind == "message" or (self.kind in ("task", "statusUpdate") and self.state in TERMINAL)


def text_of(message: JsonObject) -> str:
    """The text parts of a message, cleaned."""
    return "\n".join(clean(str(part["text"])) for part in parts_of(message) if "text" in part)


def parts_of(holder: JsonObject) -> Sequence[JsonObject]:
    """The parts of a message or an artifact."""
    parts = holder.get("parts")
    return [part for part in parts if isinstance(part, dict)] if isinstance(parts, list) else []


def short_state(state: Any) -> str:
    """`COMPLETED` of TASK_STATE_COMPLETED."""
    return clean(str(state or "")).removeprefix("TASK_STATE_").upper()


def _mapping(value: Any) -> JsonObject:
    return value if isinstance(value, dict) else {}
