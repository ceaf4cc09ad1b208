"""Place a need with agents: those the registry finds, or what the user says when it finds none."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from a2a.types.a2a_pb2 import Part

from agentia.agents import TaskRun
from agentia.agents.concierge.doing.attachments import attachments, content, taken
from agentia.agents.concierge.doing.finding import Candidate, Found, find, named, profiles
from agentia.agents.concierge.doing.mesh import Profile, abilities
from agentia.agents.concierge.doing.texts import quoted
from agentia.agents.concierge.doing.wording import Request
from agentia.agents.concierge.planning.plan import Kind
from agentia.core.errors import AgentiaError

_QUESTIONS: Final = 3
"""How often the user is asked about one need."""

_SKIP = re.compile(
    r"(?:please )?(?:skip|drop|leave|forget|cancel|ignore)(?: (?:it|that|this))?(?: out)?|no(?:ne|thing)?|never ?mind",
    re.IGNORECASE,
)


class Unplaced(AgentiaError):
    """No agent was found for a need, or the user does not want it any more."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A request with the agents for it, best first, and what there is to hand over."""

    request: Request
    candidates: Sequence[Candidate]
    attached: Sequence[Part]

    def parts_for(self, candidate: Candidate) -> list[Part]:
        """The question, and what the agent takes: what "it" means rather than what is attached."""
        given = content(taken(self.request.material, candidate.modes)) or taken(self.attached, candidate.modes)
        return [Part(text=self.request.question, media_type="text/plain"), *given]


async def place(task: TaskRun, kind: Kind, request: Request) -> Placed:
    """Find agents for a request, asking the user when there are none. Raises Unplaced or RegistrySilent."""
    for nth in range(_QUESTIONS):
        found = await find(task, f"find-{nth}", kind, request.question)
        if found.candidates:
            return _placed(task, kind, request, found)
        known = await profiles(task, f"profiles-{nth}")
        reply = (await task.ask(_question(request.question, known))).text.strip()
        if _SKIP.fullmatch(reply.rstrip(".! ")):
            raise Unplaced("No agent on this mesh fits, and you said to skip it.")
        if (agent := _agent_in(reply, known)) and (found := await named(task, f"named-{nth}", agent)).candidates:
            return _placed(task, kind, request, found)
        request = replace(request, question=reply or request.question)
    raise Unplaced("No agent on this mesh fits.")


def _placed(task: TaskRun, kind: Kind, request: Request, found: Found) -> Placed:
    files = [] if kind == "calculate" else attachments(task.history[: found.messages])
    return Placed(request, found.candidates, files)


def _question(question: str, known: Sequence[Profile]) -> str:
    return (
        f"No agent on this mesh fits {quoted(question)}. {abilities(known)} Say it in other words, name the agent that"
        ' shall do it, or answer "skip".'
    )


def _agent_in(reply: str, known: Sequence[Profile]) -> str | None:
    name = re.sub(r"^(?:please )?(?:ask|use|try|take) |[@.! ]", "", reply.strip(), flags=re.IGNORECASE).lower()
    return name if any(profile.name == name for profile in known) else None
