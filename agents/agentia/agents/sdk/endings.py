"""How a run of the SDK that did not come to its end, ends the task: with a sentence of ours."""

import logging
from collections.abc import Iterator
from typing import Any, Final

from agents import (
    AgentsException,
    InputGuardrailTripwireTriggered,
    MaxTurnsExceeded,
    ModelBehaviorError,
    OutputGuardrailTripwireTriggered,
    ToolInputGuardrailTripwireTriggered,
    ToolOutputGuardrailTripwireTriggered,
    UserError,
)
from agents.exceptions import ModelRefusalError, ModelTimeoutError, ToolTimeoutError

from agentia.agents.errors import TaskEnded, TaskFailed, TaskRejected
from agentia.agents.sdk.scope import Scope
from agentia.agents.task_run import TaskRun
from agentia.core.errors import AgentiaError, AuthorError
from agentia.core.frames import line_of
from agentia.tasks.errors import StepChanged
from agentia.tasks.records import Refused

ENDINGS: Final = (TaskEnded, AuthorError, Refused)
"""What ends a task wherever it is raised: on purpose, by a fault of its author, or since it may not go on."""

log = logging.getLogger("agentia.agents")


def said(task: TaskRun, exc: AgentsException, turns: int) -> BaseException:
    """Our error for one of the SDK's; what the SDK had wrapped in it counts first."""
    for cause in _causes(exc):
        if isinstance(cause, AgentiaError):
            return cause
    if isinstance(exc, InputGuardrailTripwireTriggered | OutputGuardrailTripwireTriggered):
        return _tripped(exc)
    if isinstance(exc, ToolInputGuardrailTripwireTriggered | ToolOutputGuardrailTripwireTriggered):
        why = f" {info}" if isinstance(info := exc.output.output_info, str) and info else ""
        return TaskRejected(f"The guardrail {exc.guardrail.get_name()} of this agent's tools does not allow this.{why}")
    where = {"task": task.id, "place": line_of(exc)}
    log.warning("agent run failed", extra={**where, "reason": f"{type(exc).__name__}: {exc}"}, exc_info=exc)
    return TaskFailed(_sentence(exc, turns))


def ending(scope: Scope, exc: AgentsException) -> BaseException | None:
    """What ends the task of a run that ended so, in a tool too; None for what is its caller's business.

    An answer that could be used when it was given, and cannot be any more, means that the agent has changed since.
    """
    if scope.last and not scope.fresh and isinstance(exc, ModelBehaviorError):
        return StepChanged(scope.last)
    return next((cause for cause in _causes(exc) if isinstance(cause, ENDINGS)), None)


def _tripped(exc: InputGuardrailTripwireTriggered | OutputGuardrailTripwireTriggered) -> TaskRejected:
    result: Any = exc.guardrail_result
    what = "request" if isinstance(exc, InputGuardrailTripwireTriggered) else "answer that was about to be given"
    info = result.output.output_info
    why = f" {info}" if isinstance(info, str) and info else ""
    return TaskRejected(f"The guardrail {result.guardrail.get_name()} of this agent does not allow the {what}.{why}")


def _sentence(exc: AgentsException, turns: int) -> str:
    if isinstance(exc, MaxTurnsExceeded):
        return f"The agent's model did not come to an end within {turns} turns. Ask for less at once."
    if isinstance(exc, ModelRefusalError):
        return "The agent's model refuses to answer this."
    if isinstance(exc, ModelTimeoutError):
        return "The agent's model took too long to answer. Try again later."
    if isinstance(exc, ToolTimeoutError):
        return f"The agent's tool {exc.tool_name} took too long."
    if isinstance(exc, ModelBehaviorError):
        return "The agent's model gave an answer that cannot be used. The agent's log has the reason."
    if isinstance(exc, UserError) and exc.message.startswith("Hosted tools are not supported"):
        return (
            "This agent has tools that its model's endpoint must run, which is possible over the Responses API only."
            " Who runs the agent can set AGENTIA_MODEL_API=responses if its endpoint speaks that."
        )
    if isinstance(exc, UserError):
        return f"The agent failed: {exc.message.partition(':')[0]}. The agent's log has the reason."
    return "The agent failed while it worked on this task. The agent's log has the reason."


def _causes(exc: BaseException | None) -> Iterator[BaseException]:
    while exc is not None:
        yield exc
        exc = exc.__cause__ or exc.__context__
