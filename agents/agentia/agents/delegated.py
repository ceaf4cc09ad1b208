"""What came of a delegation, as authors see it and as the journal keeps it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from a2a.types.a2a_pb2 import Artifact, Part
from google.protobuf.json_format import MessageToDict, ParseDict

from agentia.agents.errors import (
    AgentSilent,
    NoAgentFits,
    PeerError,
    PeerFailed,
    PeerRefused,
    PeerUnreadable,
)
from agentia.agents.parts import json_of

_ERRORS: Final = {kind.code: kind for kind in (AgentSilent, NoAgentFits, PeerFailed, PeerRefused, PeerUnreadable)}


@dataclass(frozen=True, slots=True)
class Delegated:
    """What another agent did: its last words, and its artifacts. `task_id` is empty after a direct reply."""

    agent: str
    task_id: str
    text: str
    artifacts: tuple[Artifact, ...]

    @property
    def parts(self) -> list[Part]:
        """All parts of its artifacts, each with a file name, to be passed on."""
        return [_named(part, artifact) for artifact in self.artifacts for part in artifact.parts]

    @property
    def data(self) -> list[Any]:
        """The data parts of its artifacts, as JSON."""
        return [json_of(part) for part in self.parts if part.WhichOneof("content") == "data"]


def dump(outcome: Delegated | PeerError, used: Mapping[str, float] | None = None) -> Any:
    """The outcome as JSON, with what it has used; an error is one too, so that a rerun takes the same way."""
    usage = {"used": dict(used)} if used else {}
    if isinstance(outcome, PeerError):
        return {"error": outcome.code, "message": outcome.message, "agent": outcome.agent, **usage}
    artifacts = [MessageToDict(artifact) for artifact in outcome.artifacts]
    return {"agent": outcome.agent, "task": outcome.task_id, "text": outcome.text, "artifacts": artifacts, **usage}


def load(value: Any) -> Delegated:
    """From what `dump` gave. Raises the error that it was given."""
    if "error" in value:
        error = _ERRORS.get(value["error"], PeerError)(value["message"])
        error.agent = value.get("agent", "")
        raise error
    artifacts = tuple(ParseDict(artifact, Artifact()) for artifact in value["artifacts"])
    return Delegated(value["agent"], value["task"], value["text"], artifacts)


def _named(part: Part, artifact: Artifact) -> Part:
    named = Part()
    named.CopyFrom(part)
    named.filename = part.filename or artifact.name
    return named
