"""An agent of the Agents SDK as a specialist: what it says, does and makes is seen as a task's events."""

import re
from pathlib import Path
from typing import Any

from agents import Agent, function_tool, handoff
from agents.testing import ModelStep, ScriptedModel, assistant_message, function_call
from agents.usage import Usage
from pydantic import BaseModel

from agentia.agents import Skill, Specialist
from agentia.agents.testing import Say, model_server

README = Path(__file__).parents[3] / "README.md"
SKILLS = [Skill("convert", "Convert an amount between currencies", examples=["100 USD in EUR"])]
USED = Usage(requests=1, input_tokens=10, output_tokens=5, total_tokens=15)


def artifacts(task: Any) -> dict[str, Any]:
    return {each["name"]: each for each in task.get("artifacts", ())}


def words(events: list[Any]) -> list[str]:
    """The texts of status updates."""
    found = [each["statusUpdate"]["status"].get("message") for each in events if "statusUpdate" in each]
    return [message["parts"][0]["text"] for message in found if message]


async def test_an_answer_is_streamed_into_an_artifact_that_carries_the_usage(alone: Any) -> None:
    model = ScriptedModel([ModelStep([assistant_message("It is 92 EUR.")], usage=USED)])
    client = await alone.serve(Specialist(Agent(name="fx", instructions="Convert.", model=model), skills=SKILLS))

    task = await client.send("100 USD in EUR")

    assert task["status"]["state"] == "TASK_STATE_COMPLETED"
    answer = artifacts(task)["answer.txt"]
    assert [part["text"] for part in answer["parts"]] == ["It is 92 EUR."]
    usage = answer["metadata"]["urn:agentia:usage:v1"]
    assert (usage["requests"], usage["total_tokens"], usage["output_tokens"]) == (1, 15, 5)
    assert model.calls[-1].input == [{"role": "user", "content": "100 USD in EUR"}]


async def test_tool_calls_and_what_is_said_beside_them_are_told_as_progress(alone: Any) -> None:
    rates: list[str] = []

    @function_tool
    def rate(base: str, quote: str) -> float:
        rates.append(base)
        return 0.92

    model = ScriptedModel(
        [
            [assistant_message("Let me see."), function_call("rate", {"base": "USD", "quote": "EUR"}, call_id="c")],
            [assistant_message("It is 92 EUR.")],
        ]
    )
    client = await alone.serve(Specialist(Agent(name="fx", model=model, tools=[rate]), skills=SKILLS))

    task_id = await client.begin("100 USD in EUR")
    events = [event async for _, event in client.events(task_id)]
    task = await client.get(task_id)

    assert words(events) == ["Let me see.", 'Calls rate with base="USD", quote="EUR".']
    assert [part["text"] for part in artifacts(task)["answer.txt"]["parts"]] == ["It is 92 EUR."]
    assert rates == ["USD"]
    output = model.calls[-1].input[-1]
    assert (output["type"], output["output"]) == ("function_call_output", "0.92")


async def test_an_agent_that_takes_over_is_named(alone: Any) -> None:
    expert = Agent(name="expert", model=ScriptedModel([[assistant_message("Done.")]]))
    model = ScriptedModel([[function_call("transfer_to_expert", {}, call_id="c")]])
    first = Agent(name="desk", model=model, handoffs=[handoff(expert)])
    client = await alone.serve(Specialist(first, skills=SKILLS))

    task_id = await client.begin("hello")
    events = [event async for _, event in client.events(task_id)]

    assert words(events) == ["desk hands over to expert."]
    assert artifacts(await client.get(task_id))["answer.txt"]["parts"][0]["text"] == "Done."


class Price(BaseModel):
    amount: float
    currency: str


async def test_a_structured_output_is_a_data_part(alone: Any) -> None:
    model = ScriptedModel([[assistant_message('{"amount": 92, "currency": "EUR"}')]])
    client = await alone.serve(Specialist(Agent(name="fx", model=model, output_type=Price), skills=SKILLS))

    task = await client.send("100 USD in EUR")

    (artifact,) = task["artifacts"]
    assert artifact["name"] == "answer.json"
    assert artifact["parts"][0]["data"] == {"amount": 92, "currency": "EUR"}
    assert "urn:agentia:usage:v1" in artifact["metadata"]


async def test_five_lines_publish_an_agent(alone: Any) -> None:
    """Those of the README, on a model that is configured."""
    blocks = re.findall(r"```python\n(.*?)```", README.read_text(), re.DOTALL)
    (block,) = [each for each in blocks if "from agents import Agent" in each]
    module: dict[str, Any] = {}
    exec(block, module)

    async with model_server([Say("It is 92 EUR.")]) as server:
        client = await alone.serve(module["fx"], model="small", openai_base_url=server.url)
        task = await client.send("100 USD in EUR")

    assert len([line for line in block.splitlines() if line and not line.startswith("#")]) <= 5
    assert artifacts(task)["answer.txt"]["parts"][0]["text"] == "It is 92 EUR."
