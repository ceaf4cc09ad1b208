"""Guardrails whose verdicts are steps of the task, in branches of their own since they run beside the model."""

import inspect
import json
from typing import Any

from agents import (
    FunctionTool,
    GuardrailFunctionOutput,
    InputGuardrail,
    OutputGuardrail,
    ToolGuardrailFunctionOutput,
    ToolInputGuardrail,
    ToolOutputGuardrail,
)

from agentia.agents.sdk import outputs, spans
from agentia.agents.sdk.scope import entered, here


class JournaledGuardrail:
    """Stands before the function of a guardrail. Outside of tasks it changes nothing."""

    def __init__(self, guardrail: InputGuardrail[Any] | OutputGuardrail[Any], agent: str, kind: str) -> None:
        self.function: Any = guardrail.guardrail_function
        self.__name__ = guardrail.get_name()
        self.place = f"{kind} guardrail {agent} {self.__name__}"

    async def __call__(self, context: Any, agent: Any, given: Any) -> GuardrailFunctionOutput:
        """The verdict."""
        scope = here()
        if scope is None:
            return await self._judge(context, agent, given)
        inner = scope.within(scope.next(self.place), own=False)

        async def judge() -> Any:
            with spans.guardrail(inner.task, self.__name__) as span:
                verdict = await self._judge(context, agent, given)
                span.set({"agentia.guardrail.tripped": bool(verdict.tripwire_triggered)})
            return {"info": _json(verdict.output_info), "tripped": verdict.tripwire_triggered}

        with entered(inner):
            known = await inner.task.run.step("guardrail", judge, _json(given))
        return GuardrailFunctionOutput(known["info"], known["tripped"])

    async def _judge(self, context: Any, agent: Any, given: Any) -> GuardrailFunctionOutput:
        verdict = self.function(context, agent, given)
        made: GuardrailFunctionOutput = await verdict if inspect.isawaitable(verdict) else verdict
        return made


class JournaledToolGuardrail:
    """Stands before the function of a tool's guardrail, whose verdict is a step beside that call. Otherwise alike."""

    def __init__(self, guardrail: ToolInputGuardrail[Any] | ToolOutputGuardrail[Any]) -> None:
        self.function: Any = guardrail.guardrail_function
        self.__name__ = guardrail.get_name()

    async def __call__(self, data: Any) -> ToolGuardrailFunctionOutput:
        """The verdict."""
        scope = here()
        if scope is None:
            return await self._judge(data)
        call = data.context
        of_output = hasattr(data, "output")
        place = f"{'output' if of_output else 'input'} guardrail {self.__name__} of"
        inner = scope.within(scope.next(f"{place} {scope.call(call.tool_call_id, call.tool_name)}"))

        async def judge() -> Any:
            verdict = await self._judge(data)
            return {"info": _json(verdict.output_info), "behavior": _json(verdict.behavior)}

        given = [call.tool_name, call.tool_arguments, outputs.dump(data.output) if of_output else None]
        with entered(inner):
            known = await inner.task.run.step("guardrail", judge, given)
        return ToolGuardrailFunctionOutput(known["info"], known["behavior"])

    async def _judge(self, data: Any) -> ToolGuardrailFunctionOutput:
        verdict = self.function(data)
        made: ToolGuardrailFunctionOutput = await verdict if inspect.isawaitable(verdict) else verdict
        return made


def journal_tool(tool: FunctionTool) -> None:
    """Have the verdicts of a tool's guardrails journaled."""
    every: list[Any] = [*(tool.tool_input_guardrails or ()), *(tool.tool_output_guardrails or ())]
    for guardrail in every:
        if not isinstance(guardrail.guardrail_function, JournaledToolGuardrail):
            guardrail.guardrail_function = JournaledToolGuardrail(guardrail)


def journal(guardrail: InputGuardrail[Any] | OutputGuardrail[Any], agent: str) -> None:
    """Have the verdicts of a guardrail journaled."""
    if not isinstance(guardrail.guardrail_function, JournaledGuardrail):
        kind = "input" if isinstance(guardrail, InputGuardrail) else "output"
        made: Any = JournaledGuardrail(guardrail, agent, kind)
        guardrail.guardrail_function = made


def _json(value: Any) -> Any:
    return json.loads(json.dumps(value, default=str))
