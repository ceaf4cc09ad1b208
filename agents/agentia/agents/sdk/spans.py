"""Spans of what an agent of the SDK does, named as OpenTelemetry's conventions for generative AI have it.

They hold names, counts and costs, and nothing that was said. https://opentelemetry.io/docs/specs/semconv/gen-ai/
"""

from contextlib import AbstractContextManager
from typing import Any, Final

from agentia.agents.sdk.models import LITELLM
from agentia.agents.sdk.scope import Scope
from agentia.agents.task_run import TaskRun
from agentia.core.telemetry import Span

OPERATION: Final = "gen_ai.operation.name"


def chat(scope: Scope, place: str, agent: str, model: str) -> AbstractContextManager[Span]:
    """A call of a model, at `place` in the branch of the run."""
    provider, name = "openai", model
    if model.startswith(LITELLM) and "/" in model.removeprefix(LITELLM):
        provider, _, name = model.removeprefix(LITELLM).partition("/")
    told = {OPERATION: "chat", "gen_ai.provider.name": provider, "gen_ai.agent.name": agent}
    named = {"gen_ai.request.model": name} if name else {}
    return scope.task.span(f"chat {name}".strip(), {**told, **named}, kind="client", place=place)


def answered(response: dict[str, Any]) -> dict[str, str | int | float]:
    """What is told of an answer, as it stands in the journal."""
    used = response["usage"]
    told: dict[str, str | int | float] = {
        "gen_ai.usage.input_tokens": used["input_tokens"],
        "gen_ai.usage.output_tokens": used["output_tokens"],
        "gen_ai.usage.cache_read.input_tokens": used["cached_tokens"],
    }
    if "cost" in used:
        told["agentia.cost"] = used["cost"]
    if response["response_id"]:
        told["gen_ai.response.id"] = response["response_id"]
    return told


def tool(task: TaskRun, name: str, call_id: str, *, nests: bool) -> AbstractContextManager[Span]:
    """A call of a tool in its branch `task`; it nests the spans of an agent that is a tool."""
    told = {
        OPERATION: "execute_tool",
        "gen_ai.tool.name": name,
        "gen_ai.tool.type": "function",
        "gen_ai.tool.call.id": call_id,
    }
    return task.span(f"execute_tool {name}", told, place="step/tool", nests=nests)


def guardrail(task: TaskRun, name: str) -> AbstractContextManager[Span]:
    """A guardrail at its verdict."""
    return task.span(f"guardrail {name}", {"agentia.guardrail.name": name}, place="step/guardrail")


def handoff(scope: Scope, giver: str, taker: str) -> None:
    """An agent hands over to another: told in the attempt in which its model has said so."""
    if scope.fresh:
        told = {"gen_ai.agent.name": taker, "agentia.handoff.from": giver}
        with scope.task.span(f"handoff {taker}", told, place=f"handoff/{scope.turn}"):
            pass
