"""What an author raises to end a task with a sentence, and what goes wrong between agents.

SpecialistInvalid
ExecutorInvalid
NotRegistered
PeerError
├── NoAgentFits
├── PeerRefused
├── PeerUnreadable
├── AgentSilent
│   └── AgentUnreached
├── PeerFailed
└── PatternFailed
"""

from collections.abc import Sequence
from dataclasses import dataclass

from agentia.core.errors import AgentiaError
from agentia.tasks.errors import TaskEnded, TaskFailed, TaskRejected

__all__ = [
    "AgentSilent",
    "AgentUnreached",
    "ExecutorInvalid",
    "Failed",
    "NoAgentFits",
    "NotRegistered",
    "PatternFailed",
    "PeerError",
    "PeerFailed",
    "PeerRefused",
    "PeerUnreadable",
    "SpecialistInvalid",
    "TaskEnded",
    "TaskFailed",
    "TaskRejected",
]


class SpecialistInvalid(AgentiaError):
    """The definition of a specialist, or what its answer hands over, is wrong; the message names what."""

    status = 500


class ExecutorInvalid(AgentiaError):
    """What an AgentExecutor of the a2a-sdk does is not what one may do; the message names what."""

    status = 500


class NotRegistered(AgentiaError):
    """The agent runs, but others cannot find it yet."""

    status = 503


class PeerError(AgentiaError):
    """Root of what can go wrong with another agent; `agent` is its id, empty when none was chosen."""

    status = 502
    agent: str = ""


class NoAgentFits(PeerError):
    """No registered agent can do what was needed."""


class PeerRefused(PeerError):
    """Another agent did not take a message; the message carries its reason."""


class PeerUnreadable(PeerError):
    """What another agent answered is not of the A2A protocol."""


class AgentSilent(PeerError):
    """Another agent does not answer, or not any more."""


class AgentUnreached(AgentSilent):
    """Another agent could not be reached, so it has seen nothing of what was to be sent."""


class PeerFailed(PeerError):
    """Another agent took a task and did not complete it."""


@dataclass(frozen=True, slots=True)
class Failed:
    """A need that was not met: which one, by which agent ("" when none was chosen), and why."""

    need: str
    agent: str
    reason: str


class PatternFailed(PeerError):
    """What several agents were to do together was not done; `failures` says who failed and why."""

    def __init__(self, message: str, failures: Sequence[Failed] = ()) -> None:
        super().__init__(message)
        self.failures = tuple(failures)
        self.agent = self.failures[-1].agent if self.failures else ""
