"""Where in a task the SDK's code at hand runs: which branch it journals in, and what all branches share."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from agents import ModelResponse

from agentia.agents.sdk.answer import StreamedAnswer
from agentia.agents.sdk.models import Models
from agentia.agents.spending import Spending
from agentia.agents.task_run import TaskRun
from agentia.tasks.errors import StepChanged

if TYPE_CHECKING:
    from agentia.agents.sdk.mcp.servers import Servers


@dataclass(slots=True)
class Scope:
    """One run of an agent: `task` is its branch of the task.

    `answer` takes the text that the run streams, None in nested ones. With `own` the next run of the SDK is this one,
    otherwise (in tools and guardrails) each gets a branch of its own. `told` says that its user knows of it, `last` is
    the place of its model's last answer, `fresh` says that it was given in this attempt.
    `approvals` is where questions are asked, `servers` are those that speak MCP.
    """

    task: TaskRun
    models: Models
    approvals: TaskRun
    answer: StreamedAnswer | None = None
    own: bool = True
    turn: int = 0
    told: bool = False
    last: str = ""
    fresh: bool = False
    servers: "Servers | None" = None
    _ids: set[str] = field(default_factory=set)
    _places: dict[str, str] = field(default_factory=dict)
    _count: dict[str, int] = field(default_factory=dict)
    _inner: dict[str, "Scope"] = field(default_factory=dict)

    @property
    def spending(self) -> Spending:
        """What models have used for the task."""
        return self.task.spending

    def begins(self) -> None:
        """Something is about to be done for the first time. Raises StepChanged when earlier attempts came elsewhere.

        Whoever was asked for approval, and has given an answer that nobody reads any more, has not approved this.
        """
        if (step := self.approvals.run.unread) is not None:
            raise StepChanged(step)

    def distinct(self, response: ModelResponse) -> None:
        """Rename tool calls whose ids were used before in this task: approvals and results are told apart by them."""
        for index, item in enumerate(response.output):
            if item.type != "function_call":
                continue
            if not item.call_id or item.call_id in self._ids:
                item.call_id = f"{item.call_id or 'call'}-{self.task.run.path}{self.turn}-{index}"
            self._ids.add(item.call_id)

    def take(self, agent: str, response: ModelResponse) -> None:
        """The response of a turn: its tool calls are known by turn and index from now on."""
        for index, item in enumerate(response.output):
            if item.type == "function_call":
                self._ids.add(item.call_id)
                self._places[item.call_id] = f"{agent}:{self.turn}:{index} {item.name}"
        self.turn += 1

    def call(self, call_id: str, tool: str) -> str:
        """The place of a tool call."""
        return self._places.get(call_id) or self.next(f"call {tool}")

    def next(self, kind: str) -> str:
        """The place of the next thing of that kind."""
        number = self._count.get(kind, 0)
        self._count[kind] = number + 1
        return f"{kind}:{number}"

    def within(self, place: str, *, own: bool = False) -> "Scope":
        """The scope of what runs at `place`, the same whenever that is asked for."""
        if place not in self._inner:
            branch = self.task.branch(place)
            self._inner[place] = Scope(
                branch, self.models, self.approvals, own=own, servers=self.servers, _ids=self._ids
            )
        return self._inner[place]


_here: ContextVar[Scope | None] = ContextVar("the scope of the code at hand", default=None)


def here() -> Scope | None:
    """The scope of the code at hand, None outside of tasks."""
    return _here.get()


@contextmanager
def entered(scope: Scope) -> Iterator[Scope]:
    """What runs inside, and the tasks that it begins, are in `scope`."""
    before = _here.set(scope)
    try:
        yield scope
    finally:
        _here.reset(before)
