"""What an author raises to end a task with a sentence, and what goes wrong between agents.

AuthorError            (of core) the code of the agent's author is at fault; `place` is its file and line
├── SpecialistInvalid  the definition of a specialist
├── AnswerInvalid      what its answer hands over
│   └── StepInvalid    what it has a step do
├── ExecutorInvalid    what an AgentExecutor publishes
└── TaskOver           a TaskRun used after its end
NotRegistered
DatabaseSilent
PeerError
├── NoAgentFits
├── PeerRefused
├── PeerUnreadable
├── AgentSilent
│   └── AgentUnreached
├── PeerFailed
├── VersionOutrun
└── PatternFailed
"""

from collections.abc import Sequence
from dataclasses import dataclass

from agentia.core.errors import AgentiaError, AuthorError
from agentia.tasks.errors import TaskEnded, TaskFailed, TaskRejected

__all__ = [
    "AgentSilent",
    "AgentUnreached",
    "AnswerInvalid",
    "AuthorError",
    "DatabaseSilent",
    "ExecutorInvalid",
    "Failed",
    "McpConfigInvalid",
    "NoAgentFits",
    "NotRegistered",
    "PatternFailed",
    "PeerError",
    "PeerFailed",
    "PeerRefused",
    "PeerUnreadable",
    "SpecialistInvalid",
    "StepInvalid",
    "TaskEnded",
    "TaskFailed",
    "TaskOver",
    "TaskRejected",
    "VersionOutrun",
]


class SpecialistInvalid(AuthorError):
    """The definition of a specialist is wrong; the message names what."""


class AnswerInvalid(AuthorError):
    """What an answer hands over or returns is not what can be taken; the message names what."""


class StepInvalid(AnswerInvalid):
    """What a step is to do, or what it gives, is nothing that the journal can keep."""


class ExecutorInvalid(AuthorError):
    """What an AgentExecutor of the a2a-sdk does is not what one may do; the message names what."""


class TaskOver(AuthorError):
    """A TaskRun was used after its answer had returned, when nothing can be written of the task any more."""

    def __init__(self, call: str) -> None:
        super().__init__(
            f"task.{call} was called after the answer had returned.",
            fix="Await all that an answer begins before it returns, for example with asyncio.TaskGroup.",
        )


class McpConfigInvalid(AgentiaError):
    """The file that configures MCP servers cannot be used; the message names what is wrong in it."""

    status = 500


class NotRegistered(AgentiaError):
    """The agent runs, but others cannot find it yet."""

    status = 503


class DatabaseSilent(AgentiaError):
    """The agent runs, but cannot take tasks: its database is away."""

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


class VersionOutrun(PeerError):
    """An entry of the workspace was not put, as somebody else was quicker; `version` is its newest one, 0 for none."""

    status = 409

    def __init__(self, message: str, version: int) -> None:
        super().__init__(message)
        self.version = version


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
