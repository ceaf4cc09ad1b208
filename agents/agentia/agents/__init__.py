"""How an agent becomes a service on the mesh."""

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from agentia.agents.delegated import Delegated
    from agentia.agents.errors import (
        AgentSilent,
        AnswerInvalid,
        AuthorError,
        ExecutorInvalid,
        Failed,
        NoAgentFits,
        PatternFailed,
        PeerError,
        PeerFailed,
        PeerRefused,
        PeerUnreadable,
        SpecialistInvalid,
        StepInvalid,
        TaskFailed,
        TaskOver,
        TaskRejected,
        VersionOutrun,
    )
    from agentia.agents.files import File
    from agentia.agents.patterns import Draft, Need, Routed, Verdict, chain, orchestrate, parallel, refine, route
    from agentia.agents.sdk.memory import recall, remember
    from agentia.agents.sdk.mesh import find_agents, send_task
    from agentia.agents.specialists import Specialist, specialist
    from agentia.agents.task_run import Request, TaskRun
    from agentia.cards import Skill

__all__ = [
    "AgentSilent",
    "AnswerInvalid",
    "AuthorError",
    "Delegated",
    "Draft",
    "ExecutorInvalid",
    "Failed",
    "File",
    "Need",
    "NoAgentFits",
    "PatternFailed",
    "PeerError",
    "PeerFailed",
    "PeerRefused",
    "PeerUnreadable",
    "Request",
    "Routed",
    "Skill",
    "Specialist",
    "SpecialistInvalid",
    "StepInvalid",
    "TaskFailed",
    "TaskOver",
    "TaskRejected",
    "TaskRun",
    "Verdict",
    "VersionOutrun",
    "chain",
    "find_agents",
    "orchestrate",
    "parallel",
    "recall",
    "refine",
    "remember",
    "route",
    "send_task",
    "specialist",
]

_HOMES: Final = {
    "Delegated": "agentia.agents.delegated",
    "File": "agentia.agents.files",
    "Request": "agentia.agents.task_run",
    "Skill": "agentia.cards",
    "Specialist": "agentia.agents.specialists",
    "TaskRun": "agentia.agents.task_run",
    "find_agents": "agentia.agents.sdk.mesh",
    "recall": "agentia.agents.sdk.memory",
    "remember": "agentia.agents.sdk.memory",
    "send_task": "agentia.agents.sdk.mesh",
    "specialist": "agentia.agents.specialists",
    **dict.fromkeys(
        ("Draft", "Need", "Routed", "Verdict", "chain", "orchestrate", "parallel", "refine", "route"),
        "agentia.agents.patterns",
    ),
}
"""Where the public names live, all others in the errors."""


def __getattr__(name: str) -> Any:
    """A public name, imported when it is first asked for: offloaded workers live below this package and need none."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = globals()[name] = getattr(import_module(_HOMES.get(name, "agentia.agents.errors")), name)
    return found
