"""Tools whose calls are steps of the task: each is told of, made once, and known at reruns."""

import json
import logging
from typing import Any, Final

from agents import FunctionTool
from agents.tool import (
    ToolErrorFunction,
    resolve_function_tool_failure_error_function,
    set_function_tool_failure_error_function,
)
from agents.tool_context import ToolContext

from agentia.agents.sdk import guardrails, outputs, spans
from agentia.agents.sdk.endings import ENDINGS
from agentia.agents.sdk.scope import Scope, entered, here
from agentia.core.errors import AgentiaError
from agentia.core.frames import line_of

LONGEST: Final = 300
"""Characters of the arguments that a status shows."""


log = logging.getLogger("agentia.agents")


class JournaledTool:
    """Stands before the function of a tool. Outside of tasks it changes nothing.

    An agent that is a tool is no step itself, as its own models and tools are steps: it may be paused in between.
    """

    def __init__(self, tool: FunctionTool) -> None:
        self.name, self.invoke = tool.name, tool.on_invoke_tool
        self.nests = bool(getattr(tool, "_is_agent_tool", False))

    async def __call__(self, context: ToolContext[Any], arguments: str) -> Any:
        """The tool's output; in it `context.context` is the task, in a branch of its own."""
        scope = here()
        if scope is None:
            return await self.invoke(context, arguments)
        inner = scope.within(scope.call(context.tool_call_id, self.name), own=self.nests)
        if not inner.told:
            inner.told = True
            await inner.task.branch("call").status(f"Calls {self.name}{shown(arguments)}.")
        context.context = inner.task
        with entered(inner):
            if self.nests:
                with spans.tool(inner.task, self.name, context.tool_call_id, nests=True):
                    return await self.invoke(context, arguments)
            return await self._once(inner, context, arguments)

    async def _once(self, scope: Scope, context: ToolContext[Any], arguments: str) -> Any:
        async def call() -> Any:
            scope.begins()
            with spans.tool(scope.task, self.name, context.tool_call_id, nests=False):
                return outputs.dump(await self.invoke(context, arguments))

        output = outputs.load(await scope.task.run.step("tool", call, [self.name, arguments]))
        for name, content, media_type in outputs.files(output, self.name):
            await scope.task.branch("files").artifact(name, content, media_type)
        return output


def journal(tool: FunctionTool) -> None:
    """Have the calls of a tool journaled, what its guardrails say of them, and its task ended by what ends one."""
    guardrails.journal_tool(tool)
    if not isinstance(tool.on_invoke_tool, JournaledTool):
        tool.on_invoke_tool = JournaledTool(tool)
        if (told := resolve_function_tool_failure_error_function(tool)) is not None:
            set_function_tool_failure_error_function(tool, _but_endings(tool.name, told))


def _but_endings(name: str, told: ToolErrorFunction) -> ToolErrorFunction:
    """What a model is told of an error of a tool, but for those that are not its business; the log has the line."""

    def tell(context: Any, exc: Exception) -> Any:
        if isinstance(exc, ENDINGS):
            raise exc
        if (scope := here()) is not None and not isinstance(exc, AgentiaError):
            where = {"task": scope.task.id, "tool": name, "place": line_of(exc)}
            log.warning("tool failed", extra={**where, "reason": f"{type(exc).__name__}: {exc}"})
        return told(context, exc)

    return tell


def shown(arguments: str) -> str:
    """Arguments as words: ` with amount=5, to="Ann"`."""
    try:
        given = json.loads(arguments)
    except ValueError:
        given = arguments
    if isinstance(given, dict):
        words = ", ".join(f"{key}={json.dumps(value, ensure_ascii=False)}" for key, value in given.items())
    else:
        words = str(given)
    if not words:
        return ""
    return f" with {words}" if len(words) <= LONGEST else f" with {words[:LONGEST]}…"
