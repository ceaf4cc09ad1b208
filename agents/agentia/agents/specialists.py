"""A specialist: a card plus an answer."""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, cast

from a2a.types.a2a_pb2 import AgentCard, AgentExtension

from agentia.agents.definition import check_answer, check_lifespan, described, is_executor, is_sdk_agent, named, several
from agentia.agents.errors import SpecialistInvalid
from agentia.cards import CardInvalid, Skill, build_card, slug
from agentia.cards.extensions import DEADLINE, DELETION, POSITION, PUSH
from agentia.core.frames import line_here
from agentia.core.settings import Settings
from agentia.tasks.records import Owner

if TYPE_CHECKING:
    from a2a.server.agent_execution import AgentExecutor
    from agents import Agent

    from agentia.agents.executors.answer import ExecutorAnswer
    from agentia.agents.sdk.adapter import AgentAnswer

Answer = Callable[[Any], Awaitable[str | None]]
"""An async function of a TaskRun, or of a Request when the specialist is direct."""
NOWHERE: Final = "http://localhost/"
"""Stands on a card for an address that is not known yet."""
Lifespan = Callable[..., AbstractAsyncContextManager[Any]]
"""A function without arguments, or of the service's Settings."""
Deletion = Callable[[Any, Owner], Awaitable[None]]
"""An async function of what the lifespan yielded and of the owner who has everything deleted."""


def nothing_else(_: Settings) -> None:
    """No other specialist, whatever the settings are."""


@dataclass(frozen=True)
class Specialist:
    """An agent of the mesh. `answer` does its tasks; what it returns is the message of the COMPLETED status.

    The answer may also be an `Agent` of the OpenAI Agents SDK, whose output becomes an artifact, or an `AgentExecutor`
    of the a2a-sdk, which has no journal: it is run once for each message, and fails its task if its process dies.

    Name and description are the answer's own name and docstring unless told otherwise. With `direct` the answer gets a
    Request, has no task, and what it returns is the reply. `lifespan` makes an async context manager that is entered
    once a process; what it yields is `task.services`. What the specialist itself keeps of an owner, `deletes` deletes
    when the owner has everything deleted. Of `version` the number before the first dot says whose tasks it
    can go on with: raise that when a step has changed its name, its place or what it is given. `variant` may give
    another specialist to be in its place under the settings of its service.
    Raises SpecialistInvalid, or CardInvalid when nobody could find or call it.
    """

    answer: "Answer | Agent[Any] | AgentExecutor"
    skills: Sequence[Skill]
    name: str = ""
    description: str = ""
    version: str = "1.0.0"
    input_modes: Sequence[str] = ("text/plain",)
    output_modes: Sequence[str] = ("text/plain",)
    direct: bool = False
    lifespan: Lifespan = nullcontext
    variant: "Callable[[Settings], Specialist | None]" = nothing_else
    deletes: Deletion | None = None

    def __post_init__(self) -> None:
        check_lifespan(self.lifespan)
        if is_sdk_agent(self.answer) or is_executor(self.answer):
            self._adapt(self.answer)
        check_answer(self.answer, self.name, "Request" if self.direct else "TaskRun")
        for field in ("input_modes", "output_modes"):
            object.__setattr__(self, field, several(field, getattr(self, field), str))
        object.__setattr__(self, "skills", several("skills", self.skills, Skill))
        object.__setattr__(self, "name", self.name or named(self.answer))
        object.__setattr__(self, "description", self.description or described(self.answer, self.skills))
        try:
            self.card()
        except CardInvalid as exc:
            exc.place = line_here()
            raise

    def _adapt(self, given: Any) -> None:
        """Have what is no function run by an adapter that is one, imported for those who need it."""
        answer = self._executing(given) if is_executor(given) else self._running(given)
        object.__setattr__(self, "answer", answer)
        object.__setattr__(self, "lifespan", answer.lifespan(self.lifespan))

    def _running(self, agent: Any) -> "AgentAnswer":
        if self.direct:
            raise SpecialistInvalid("An agent of the Agents SDK works on tasks.", fix="Leave out direct=True.")
        from agentia.agents.sdk.adapter import AgentAnswer

        return AgentAnswer(agent)

    def _executing(self, executor: Any) -> "ExecutorAnswer":
        from agentia.agents.executors.answer import ExecutorAnswer

        return ExecutorAnswer(executor)

    def under(self, settings: Settings) -> "Specialist":
        """What it is under these settings. Raises McpConfigInvalid."""
        made = self.variant(settings) or self
        if (configure := getattr(made.answer, "configure", None)) is not None:
            configure(settings, (made.id, made.name))
        return made

    @property
    def keeps_requests(self) -> bool:
        """Whether the answer is told what came beside its messages."""
        return bool(getattr(self.answer, "keeps_requests", False))

    @property
    def function(self) -> Answer:
        """The answer as a function."""
        return cast("Answer", self.answer)

    @cached_property
    def id(self) -> str:
        """The name in URLs and in the registry."""
        return slug(self.name)

    def card(self, url: str = NOWHERE) -> AgentCard:
        """The Agent Card for a service at `url`. Raises CardInvalid."""
        return build_card(
            name=self.name,
            description=self.description,
            version=self.version,
            url=url,
            skills=self.skills,
            input_modes=self.input_modes,
            output_modes=self.output_modes,
            push=not self.direct,
            extensions=[
                AgentExtension(uri=POSITION, description="Streams go on from Last-Event-ID, finished ones too."),
                AgentExtension(uri=DEADLINE, description="A message may say until when its task must be done."),
                AgentExtension(uri=PUSH, description="Says how far webhooks are, and tries failed ones again."),
                AgentExtension(uri=DELETION, description="DeleteTask and DeleteTasks delete what is the caller's."),
            ],
        )


def specialist(
    *,
    skills: Sequence[Skill],
    name: str = "",
    description: str = "",
    version: str = "1.0.0",
    input_modes: Sequence[str] = ("text/plain",),
    output_modes: Sequence[str] = ("text/plain",),
    direct: bool = False,
    lifespan: Lifespan = nullcontext,
    deletes: Deletion | None = None,
) -> Callable[[Answer], Specialist]:
    """Make a Specialist of the async function below it, as `Specialist` does."""

    def make(answer: Answer) -> Specialist:
        return Specialist(
            answer,
            skills,
            name,
            description,
            version,
            input_modes,
            output_modes,
            direct=direct,
            lifespan=lifespan,
            deletes=deletes,
        )

    return make
