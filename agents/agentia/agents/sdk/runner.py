"""Runs of agents inside of tasks: prepared for the journal, whoever starts them, and sent to no one's tracing."""

from typing import Any

from agents import set_tracing_disabled
from agents.run import AgentRunner, get_default_agent_runner, set_default_agent_runner

from agentia.agents.sdk.instrument import instrument
from agentia.agents.sdk.scope import entered, here


class JournaledRunner(AgentRunner):
    """The SDK's runner. A run that code inside of a task starts, as in a tool, gets a branch of its own."""

    async def run(self, starting_agent: Any, input: Any, **kwargs: Any) -> Any:
        """As the SDK's."""
        if (scope := here()) is None:
            return await super().run(starting_agent, input, **kwargs)
        instrument(starting_agent)
        with entered(scope if scope.own else scope.within(scope.next("run"), own=True)):
            return await super().run(starting_agent, input, **kwargs)

    def run_streamed(self, starting_agent: Any, input: Any, **kwargs: Any) -> Any:
        """As the SDK's."""
        if (scope := here()) is None:
            return super().run_streamed(starting_agent, input, **kwargs)
        instrument(starting_agent)
        with entered(scope if scope.own else scope.within(scope.next("run"), own=True)):
            return super().run_streamed(starting_agent, input, **kwargs)


def install() -> None:
    """Have this process run agents so, and export no traces to OpenAI unless tracing is enabled again after this."""
    if not isinstance(get_default_agent_runner(), JournaledRunner):
        set_default_agent_runner(JournaledRunner())
        set_tracing_disabled(True)
