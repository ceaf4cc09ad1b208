"""A draft, one version of an artifact, and the verdict on it."""

from dataclasses import dataclass, replace
from typing import Any

from a2a.types.a2a_pb2 import Message, Part

from agentia.agents.delegated import Delegated
from agentia.agents.errors import Failed, PatternFailed
from agentia.agents.parts import data_of, text_of


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a draft is accepted; `feedback` is what the next one should make better."""

    accepted: bool
    feedback: str = ""


@dataclass(frozen=True, slots=True)
class Draft:
    """Version `version` (from 1) of the artifact with that id, and the verdict on it once there is one."""

    version: int
    artifact_id: str
    parts: tuple[Part, ...]
    verdict: Verdict = Verdict(accepted=False)

    @property
    def text(self) -> str:
        """All its text parts, a line each."""
        return text_of(Message(parts=self.parts))

    @property
    def data(self) -> list[Any]:
        """Its data parts, as JSON."""
        return data_of(Message(parts=self.parts))

    def judged(self, verdict: Verdict) -> "Draft":
        """The same draft with a verdict."""
        return replace(self, verdict=verdict)


def verdict_of(result: Delegated) -> Verdict:
    """The verdict that an agent gives as data: `accepted` and `feedback`, else its words. Raises PatternFailed."""
    for data in result.data:
        if isinstance(data, dict) and isinstance(accepted := data.get("accepted"), bool):
            return Verdict(accepted, str(data.get("feedback") or result.text))
    reason = f'The agent {result.agent} has given no verdict: data such as {{"accepted": false}} was expected of it.'
    raise PatternFailed(reason, [Failed("evaluate", result.agent, reason)])
