"""Agents as the registry tells of them: values that the service and its clients share."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

Status = Literal["healthy", "unreachable"]


@dataclass(frozen=True, slots=True)
class Instance:
    """One replica of an agent: where it answers, and when it was last heard of."""

    url: str
    seen: datetime

    def as_json(self) -> dict[str, Any]:
        return {"url": self.url, "seen": moment_json(self.seen)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Instance":
        return cls(data["url"], moment(data["seen"]))


@dataclass(frozen=True, slots=True)
class Agent:
    """A registered agent. `card` is its Agent Card in 1.0 JSON, `jwks` the keys that are pinned for it.

    `instances` are those that are alive; of an unreachable agent, those that were.
    """

    id: str
    name: str
    description: str
    version: str
    status: Status
    url: str
    instances: tuple[Instance, ...]
    card: dict[str, Any] = field(repr=False)
    jwks: dict[str, Any] = field(repr=False)
    registered: datetime
    updated: datetime

    def as_json(self) -> dict[str, Any]:
        plain = {name: getattr(self, name) for name in ("id", "name", "description", "version", "status", "url")}
        return {
            **plain,
            "instances": [instance.as_json() for instance in self.instances],
            "card": self.card,
            "jwks": self.jwks,
            "registered": moment_json(self.registered),
            "updated": moment_json(self.updated),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Agent":
        """Raises KeyError, TypeError or ValueError when `data` is none."""
        plain = {name: data[name] for name in ("id", "name", "description", "version", "status", "url", "card", "jwks")}
        return cls(
            **plain,
            instances=tuple(Instance.from_json(each) for each in data["instances"]),
            registered=moment(data["registered"]),
            updated=moment(data["updated"]),
        )


@dataclass(frozen=True, slots=True)
class Match:
    """An agent that answers a need: how well (0 to 1), by which of its skills, and why in words."""

    agent: Agent
    score: float
    skills: tuple[str, ...]
    why: str

    def as_json(self) -> dict[str, Any]:
        return {"agent": self.agent.as_json(), "score": self.score, "skills": list(self.skills), "why": self.why}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Match":
        return cls(Agent.from_json(data["agent"]), data["score"], tuple(data["skills"]), data["why"])


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def moment_json(when: datetime) -> str:
    return when.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
