"""An agent made to journal, with all agents that it hands over to or has as tools."""

from typing import Any

from agents import Agent, FunctionTool, Handoff, HostedMCPTool, ModelSettings
from agents.models.default_models import get_default_model_settings

from agentia.agents.sdk import guardrails, hosted, tools
from agentia.agents.sdk.mcp.servers import TOOLS, share
from agentia.agents.sdk.model import JournaledModel


def instrument(agent: Agent[Any]) -> None:
    """Put our model before the agent's own, and our tools and guardrails; outside of tasks it works as it did.

    The agents themselves are changed, as copies of them would not be those that others hand over to.
    """
    if TOOLS in vars(agent):
        return
    share(agent)
    agent.model = _model(agent)
    every: list[Any] = [*agent.input_guardrails, *agent.output_guardrails]
    for guardrail in every:
        guardrails.journal(guardrail, agent.name)
    for tool in agent.tools:
        if isinstance(tool, FunctionTool):
            tools.journal(tool)
            _also(getattr(tool, "_agent_instance", None))
        elif isinstance(tool, HostedMCPTool):
            hosted.journal(tool)
    for handoff in agent.handoffs:
        _also(_target(handoff) if isinstance(handoff, Handoff) else handoff)


def _model(agent: Agent[Any]) -> JournaledModel:
    """Ours for the agent's; that of a clone is ours already, and known by another agent's name."""
    held = bool(agent.output_guardrails)
    if isinstance(agent.model, JournaledModel):
        return JournaledModel(agent.name, agent.model.inner, implicit=agent.model.implicit, held=held)
    name = agent.model if isinstance(agent.model, str) else None
    implicit = not hasattr(agent.model, "get_response") and agent.model_settings == get_default_model_settings(name)
    if implicit:
        agent.model_settings = ModelSettings()
    return JournaledModel(agent.name, agent.model, implicit=implicit, held=held)


def described(agent: Any, tool: str) -> str:
    """What a tool of an agent is for, of its own or of one of its MCP servers."""
    for each in getattr(agent, "tools", ()):
        if each.name == tool and hasattr(each, "description"):
            return str(each.description)
    return made.descriptions.get(tool, "") if (made := vars(agent).get(TOOLS)) is not None else ""


def _also(agent: Any) -> None:
    if isinstance(agent, Agent):
        instrument(agent)


def _target(handoff: Handoff[Any, Any]) -> Any:
    found = getattr(handoff, "_agent_ref", None)
    return None if found is None else found()
