"""Guardrails of tools: their verdicts are steps, so that a rerun goes the same way and judges nothing twice."""

from collections.abc import Callable
from typing import Any

import pytest
from agents import (
    Agent,
    ToolGuardrailFunctionOutput,
    ToolInputGuardrail,
    ToolOutputGuardrail,
    function_tool,
)

from agentia.agents import Skill, Specialist
from agentia.agents.testing import Call, Say, scripted
from tests.agents.sdk.test_mcp import outputs

SKILLS = [Skill("pay", "Pay somebody an amount of money")]


class Rule:
    """Gives these verdicts one after the other, and keeps what it judged."""

    def __init__(self, *verdicts: ToolGuardrailFunctionOutput) -> None:
        self._verdicts, self.seen = iter(verdicts), list[Any]()
        self.__name__ = "limit"

    def __call__(self, data: Any) -> ToolGuardrailFunctionOutput:
        self.seen.append(getattr(data, "output", data.context.tool_arguments))
        return next(self._verdicts)


ALLOW, REJECT = ToolGuardrailFunctionOutput.allow({"ok": 1}), ToolGuardrailFunctionOutput.reject_content("Too much.")
RAISE = ToolGuardrailFunctionOutput.raise_exception("At most ten.")


def bank(before: Rule, after: Rule, *steps: Say, paid: list[int] | None = None) -> tuple[Specialist, Any]:
    """An agent whose tool is guarded, and one that asks."""

    @function_tool(
        tool_input_guardrails=[ToolInputGuardrail(before)], tool_output_guardrails=[ToolOutputGuardrail(after)]
    )
    def pay(amount: int) -> str:
        if paid is not None:
            paid.append(amount)
        return f"paid {amount}"

    @function_tool(needs_approval=True)
    def close() -> str:
        return "closed"

    model = scripted(*steps)
    return Specialist(Agent(name="bank", model=model, tools=[pay, close]), SKILLS), model


async def test_verdicts_are_given_once_and_hold_after_a_restart(alone: Any) -> None:
    """The guardrails of the second process would have said something else."""
    paid: list[int] = []
    calls = Say(calls=[Call("pay", {"amount": 5}), Call("pay", {"amount": 50})])
    before, after = Rule(ALLOW, REJECT), Rule(REJECT)
    specialist, _ = bank(before, after, calls, Say(calls=[Call("close")]), paid=paid)
    client = await alone.serve(specialist)
    asked = await client.send("pay and close")
    assert asked["status"]["state"] == "TASK_STATE_INPUT_REQUIRED", asked["status"]
    await alone.leave(client)

    again, model = bank(Rule(), Rule(), Say("Done."), paid=paid)
    client = await alone.serve(again)
    done = await client.send("yes", taskId=asked["id"])

    assert done["status"]["state"] == "TASK_STATE_COMPLETED", done["status"]
    assert outputs(model) == ["Too much.", "Too much.", "closed"]
    assert (before.seen, after.seen, paid) == (['{"amount": 5}', '{"amount": 50}'], ["paid 5"], [5])


@pytest.mark.parametrize(("before", "after"), [(RAISE, ALLOW), (ALLOW, RAISE)], ids=["input", "output"])
async def test_what_a_guardrail_of_a_tool_stops_is_rejected(
    alone: Any,
    text_of: Callable[[Any], str],
    before: ToolGuardrailFunctionOutput,
    after: ToolGuardrailFunctionOutput,
) -> None:
    specialist, _ = bank(Rule(before), Rule(after), Say(calls=[Call("pay", {"amount": 50})]))
    client = await alone.serve(specialist)

    task = await client.send("pay")

    assert task["status"]["state"] == "TASK_STATE_REJECTED"
    assert text_of(task) == "The guardrail limit of this agent's tools does not allow this. At most ten."
