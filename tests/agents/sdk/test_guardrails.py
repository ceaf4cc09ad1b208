"""Guardrails: what they do not allow is rejected with a sentence, and each gives its verdict once."""

from collections.abc import Callable
from typing import Any

import pytest
from agents import Agent, GuardrailFunctionOutput, InputGuardrail, OutputGuardrail, Runner
from agents.testing import assistant_message

from agentia.agents import Skill, Specialist
from agentia.agents.testing import Say, scripted
from tests.agents.sdk.bank import Bank, paying

SKILLS = [Skill("advise", "Give advice")]


def rule(*tripped_by: str, seen: list[str] | None = None, info: Any = None) -> Callable[..., GuardrailFunctionOutput]:
    def homework(_context: Any, _agent: Any, given: Any) -> GuardrailFunctionOutput:
        text = given if isinstance(given, str) else given[-1]["content"]
        if seen is not None:
            seen.append(text)
        return GuardrailFunctionOutput(info, tripwire_triggered=text in tripped_by)

    return homework


@pytest.mark.parametrize("parallel", [True, False], ids=["beside", "before"])
async def test_a_request_that_is_not_allowed_is_rejected(
    alone: Any, text_of: Callable[[Any], str], parallel: bool
) -> None:
    guardrail = InputGuardrail(rule("do my homework", info="Ask your teacher."), run_in_parallel=parallel)
    agent = Agent(name="tutor", model=scripted(Say("4"), Say("4")), input_guardrails=[guardrail])
    client = await alone.serve(Specialist(agent, skills=SKILLS))

    bad, good = await client.send("do my homework"), await client.send("2 + 2?")

    assert bad["status"]["state"] == "TASK_STATE_REJECTED"
    assert text_of(bad) == "The guardrail homework of this agent does not allow the request. Ask your teacher."
    assert good["status"]["state"] == "TASK_STATE_COMPLETED"


async def test_an_answer_that_is_not_allowed_is_rejected(alone: Any, text_of: Callable[[Any], str]) -> None:
    agent = Agent(name="tutor", model=scripted(Say("secret")), output_guardrails=[OutputGuardrail(rule("secret"))])
    client = await alone.serve(Specialist(agent, skills=SKILLS))

    task = await client.send("tell me")

    assert task["status"]["state"] == "TASK_STATE_REJECTED"
    assert text_of(task).startswith("The guardrail homework of this agent does not allow the answer")
    assert "artifacts" not in task


async def test_a_guardrail_with_an_agent_of_its_own_judges_once_whatever_is_asked_again(alone: Any) -> None:
    """Its agent is found when it runs, and its model calls are journaled in a branch of their own."""
    judge_model, seen = scripted(Say("fine")), list[str]()
    judge = Agent(name="judge", model=judge_model)

    async def judged(_context: Any, _agent: Any, given: Any) -> GuardrailFunctionOutput:
        verdict = await Runner.run(judge, given)
        return GuardrailFunctionOutput(None, tripwire_triggered=verdict.final_output != "fine")

    bank = Bank(paying(5), [assistant_message("Done.")])
    bank.agent.input_guardrails = [InputGuardrail(judged), InputGuardrail(rule(seen=seen))]
    client = await alone.serve(bank.specialist)

    asked = await client.send("buy it")
    assert asked["status"]["state"] == "TASK_STATE_INPUT_REQUIRED", asked["status"]
    await client.send("yes", taskId=asked["id"])

    assert (len(judge_model.calls), seen) == (1, ["buy it"])
    assert bank.paid == [5]
