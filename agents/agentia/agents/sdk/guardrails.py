"""Guardrails whose verdicts are steps of the task, in branches of their own since they run beside the model."""

import inspect
import json
from typing import Any

from agents import GuardrailFunctionOutput, InputGuardrail, OutputGuardrail

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
            verdict = await self._judge(context, agent, given)
            return {"info": _json(verdict.output_info), "tripped": verdict.tripwire_triggered}

        with entered(inner):
            known = await inner.task.run.step("guardrail", judge, _json(given))
        return GuardrailFunctionOutput(known["info"], known["tripped"])

    async def _judge(self, context: Any, agent: Any, given: Any) -> GuardrailFunctionOutput:
        verdict = self.function(context, agent, given)
        made: GuardrailFunctionOutput = await verdict if inspect.isawaitable(verdict) else verdict
        return made


def journal(guardrail: InputGuardrail[Any] | OutputGuardrail[Any], agent: str) -> None:
    """Have the verdicts of a guardrail journaled."""
    if not isinstance(guardrail.guardrail_function, JournaledGuardrail):
        kind = "input" if isinstance(guardrail, InputGuardrail) else "output"
        made: Any = JournaledGuardrail(guardrail, agent, kind)
        guardrail.guardrail_function = made


def _json(value: Any) -> Any:
    return json.loads(json.dumps(value, default=str))
