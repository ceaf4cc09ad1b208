"""Runs of agents inside of tasks: prepared for the journal, whoever starts them, and sent to no one's tracing."""

from dataclasses import replace
from typing import Any, Final

from agents import AgentsException, Model, ModelProvider, MultiProvider, RunConfig, set_tracing_disabled
from agents.run import AgentRunner, get_default_agent_runner, set_default_agent_runner

from agentia.agents.sdk.endings import ending
from agentia.agents.sdk.instrument import instrument
from agentia.agents.sdk.model import JournaledModel
from agentia.agents.sdk.scope import entered, here


class JournaledRunner(AgentRunner):
    """The SDK's runner. A run that code inside of a task starts, as in a tool, gets a branch of its own."""

    async def run(self, starting_agent: Any, input: Any, **kwargs: Any) -> Any:
        """As the SDK's."""
        if (scope := here()) is None:
            return await super().run(starting_agent, input, **kwargs)
        _prepare(starting_agent, kwargs)
        with entered(scope if scope.own else scope.within(scope.next("run"), own=True)) as inner:
            try:
                return await super().run(starting_agent, input, **kwargs)
            except AgentsException as exc:
                if (ends := ending(inner, exc)) is None:
                    raise
                raise ends from exc

    def run_streamed(self, starting_agent: Any, input: Any, **kwargs: Any) -> Any:
        """As the SDK's."""
        if (scope := here()) is None:
            return super().run_streamed(starting_agent, input, **kwargs)
        _prepare(starting_agent, kwargs)
        with entered(scope if scope.own else scope.within(scope.next("run"), own=True)):
            return super().run_streamed(starting_agent, input, **kwargs)


class ConfiguredModels(ModelProvider):
    """The models of agents that come up in the middle of a run: the settings say where those are, not the SDK."""

    def get_model(self, model_name: str | None) -> Model:
        """The model of that name, or the configured one."""
        return JournaledModel("agent", model_name, implicit=False, held=True)


CONFIGURED: Final = ConfiguredModels()


def install() -> None:
    """Have this process run agents so, and export no traces to OpenAI unless tracing is enabled again after this."""
    if not isinstance(get_default_agent_runner(), JournaledRunner):
        set_default_agent_runner(JournaledRunner())
        set_tracing_disabled(True)


def _prepare(agent: Any, kwargs: dict[str, Any]) -> None:
    """Have the agent journal, and whatever model its run's configuration names; a provider of the author's stays."""
    instrument(agent)
    config = kwargs.get("run_config") or RunConfig(model_provider=CONFIGURED)
    if type(config.model_provider) is MultiProvider:
        config = replace(config, model_provider=CONFIGURED)
    if config.model is not None and not isinstance(config.model, JournaledModel):
        named = config.model if isinstance(config.model, Model) else config.model_provider.get_model(config.model)
        if not isinstance(named, JournaledModel):
            named = JournaledModel(agent.name, named, implicit=False, held=bool(agent.output_guardrails))
        config = replace(config, model=named)
    kwargs["run_config"] = config
