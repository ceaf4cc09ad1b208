"""The answer of a specialist that is an agent of the SDK: its run, from the user's message to the last artifact."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, Final

from agents import Agent, AgentsException, RunConfig, RunHooks, Runner
from pydantic_core import to_jsonable_python

from agentia.agents.definition import opened
from agentia.agents.parts import part_of
from agentia.agents.sdk import approvals, history, inputs, spans
from agentia.agents.sdk.answer import StreamedAnswer
from agentia.agents.sdk.endings import said
from agentia.agents.sdk.instrument import instrument
from agentia.agents.sdk.mcp.config import configured
from agentia.agents.sdk.mcp.lists import Lists
from agentia.agents.sdk.mcp.servers import Pool, Servers, share
from agentia.agents.sdk.models import Models
from agentia.agents.sdk.runner import CONFIGURED, install
from agentia.agents.sdk.scope import Scope, entered
from agentia.agents.task_run import TaskRun
from agentia.cards.extensions import USAGE
from agentia.core.settings import Settings

if TYPE_CHECKING:
    from agentia.agents.specialists import Lifespan

TURNS: Final = 50
"""Calls of the model after which it is taken to be in a loop."""


class AgentAnswer:
    """Runs `agent` for each task. All that it does is journaled, so that a rerun repeats nothing that was finished.

    With `files_by_name` its model is told which files there are and gets none: it passes them on with send_task.
    """

    def __init__(self, agent: Agent[Any], *, files_by_name: bool = False) -> None:
        self.agent, self.files_by_name = agent, files_by_name
        self.__name__ = agent.name
        self.__doc__ = agent.handoff_description or ""
        self._models: Models | None = None
        self._pool, self._authors = Pool(), list(agent.mcp_servers)
        install()
        instrument(agent)

    async def __call__(self, task: TaskRun) -> None:
        """Do a task, once its message is durable: before, no model may be asked."""
        await task.run.log.ready()
        answer = StreamedAnswer(task)
        servers = Servers(self._pool, Lists(task))
        scope = Scope(task, self._models_of(task.settings), task.branch("approvals"), answer, servers=servers)
        asked = [*await history.earlier(task), *await inputs.asked(task, by_name=self.files_by_name)]
        try:
            with entered(scope):
                output = await self._run(scope, asked)
        except AgentsException as exc:
            raise said(task, exc, TURNS) from exc
        if isinstance(output, str):
            await answer.end(output, scope.spending.metadata)
        elif output is not None:
            part = part_of(to_jsonable_python(output), filename="answer.json")
            await task.run.artifact("answer.json", [part], metadata={USAGE: scope.spending.metadata})

    def configure(self, settings: Settings, names: Sequence[str]) -> None:
        """Give the agent, which has these names, its author's MCP servers and those of the settings.

        Raises McpConfigInvalid.
        """
        more = [] if settings.mcp is None else configured(settings.mcp, (*names, self.agent.name))
        self.agent.mcp_servers = [*self._authors, *more]
        share(self.agent, by_server=bool(more))

    def lifespan(self, authors: "Lifespan") -> "Lifespan":
        """What the service is entered with: the author's own, and after it MCP servers and models are closed."""

        @asynccontextmanager
        async def lifetime(settings: Settings) -> AsyncIterator[Any]:
            try:
                async with opened(authors, settings) as services:
                    yield services
            finally:
                await self._pool.close()
                models, self._models = self._models, None
                if models is not None:
                    await models.close()

        return lifetime

    async def _run(self, scope: Scope, asked: Any) -> Any:
        """The final output; approvals are asked for in between."""
        hooks, config = _Handoffs(scope), RunConfig(workflow_name=self.agent.name, model_provider=CONFIGURED)
        while True:
            result = await Runner.run(
                self.agent, asked, context=scope.task, hooks=hooks, run_config=config, max_turns=TURNS
            )
            if not result.interruptions:
                return result.final_output
            asked = result.to_state()
            await approvals.decide(scope.approvals, asked, result.interruptions)

    def _models_of(self, settings: Settings) -> Models:
        if self._models is None:
            self._models = Models(settings)
        return self._models


class _Handoffs(RunHooks[Any]):
    """Tells the user who goes on."""

    def __init__(self, scope: Scope) -> None:
        self._scope, self._task = scope, scope.task.branch("handoffs")

    async def on_handoff(self, context: Any, from_agent: Any, to_agent: Any) -> None:  # noqa: ARG002  by name
        """One agent hands over to another."""
        await self._task.status(f"{from_agent.name} hands over to {to_agent.name}.")
        spans.handoff(self._scope, from_agent.name, to_agent.name)
