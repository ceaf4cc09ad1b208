"""Traces of SDK agents: one for a request through all its agents and processes, with names and counts and no words."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from agents import Agent, GuardrailFunctionOutput, function_tool, input_guardrail

from agentia.agents import Skill, Specialist, send_task
from agentia.agents.testing import Call, Say, scripted
from agentia.agents.testing import mesh as whole_mesh
from agentia.core.service import bind
from agentia.core.telemetry import span_id
from tests.agents.collector import Collector, collecting

SKILLS = [Skill("convert", "Convert an amount between currencies")]
CLIENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


@pytest.fixture
async def collector(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Collector]:
    """A collector that services started from now on tell; they have told all once they are closed."""
    async with collecting() as (made, url):
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", url)
        yield made


@function_tool
def rate(quote: str) -> str:
    """The rate of a currency."""
    return f"secret 0.92 {quote}"


@input_guardrail
def polite(*_: Any) -> GuardrailFunctionOutput:
    """Whether it is polite."""
    return GuardrailFunctionOutput(output_info="secret", tripwire_triggered=False)


def desk() -> Specialist:
    """Hands over to one that gives work to fx."""
    asking = Say(calls=[Call("send_task", {"agent": "fx", "message": "secret 100 USD in EUR"})])
    clerk = Agent(name="clerk", model=scripted(asking, Say("secret 92")), tools=[send_task])
    first = Agent(name="desk", model=scripted(Say(calls=[Call("transfer_to_clerk")])), handoffs=[clerk])
    first.input_guardrails = [polite]
    return Specialist(first, skills=[Skill("desk", "Hand things over")])


def fx() -> Specialist:
    """Has an agent as a tool, and a tool."""
    inner = Agent(name="inner", model=scripted(Say("secret")))
    steps = [Say(calls=[Call("rate", {"quote": "EUR"}), Call("help_me", {"input": "x"}, id="b")]), Say("secret 92")]
    tools: list[Any] = [rate, inner.as_tool("help_me", "Helps")]
    return Specialist(Agent(name="fx", model=scripted(*steps), tools=tools), skills=SKILLS)


async def test_a_request_through_gateway_and_agents_is_one_trace(collector: Collector) -> None:
    async with whole_mesh(desk(), fx(), gateway=True, model_price="1,2") as made, httpx.AsyncClient(timeout=30) as http:
        message = {"messageId": "m", "role": "ROLE_USER", "parts": [{"text": "secret"}]}
        body = {"jsonrpc": "2.0", "id": 1, "method": "SendMessage", "params": {"message": message}}
        headers = {"A2A-Version": "1.0", "traceparent": CLIENT}
        answer = await http.post(f"{made.url}/agents/desk/", json=body, headers=headers)
    task = answer.json()["result"]["task"]

    assert task["status"]["state"] == "TASK_STATE_COMPLETED", answer.text
    assert {span.trace for span in collector.spans} == {CLIENT.split("-")[1]}
    front = collector.one("SendMessage desk")
    assert (front.service, front.parent, front.kind) == ("gateway", CLIENT.split("-")[2], 2)
    tool = collector.one("execute_tool rate")
    assert collector.above(tool) == [
        *("invoke_agent fx", "task fx", "invoke_agent fx"),
        *("execute_tool send_task", "invoke_agent desk", "task desk", "SendMessage desk"),
    ]
    assert (tool.service, tool.attributes["gen_ai.operation.name"]) == ("fx", "execute_tool")
    chats = [span for span in collector.spans if span.name == "chat"]
    assert sorted(span.attributes["gen_ai.agent.name"] for span in chats) == [
        "clerk",
        "clerk",
        "desk",
        "fx",
        "fx",
        "inner",
    ]
    assert all(span.attributes["gen_ai.usage.input_tokens"] == 10 and span.kind == 3 for span in chats)
    inner = next(span for span in chats if span.attributes["gen_ai.agent.name"] == "inner")
    assert collector.above(inner)[0] == "execute_tool help_me"
    for name in ("guardrail polite", "handoff clerk"):
        assert collector.above(collector.one(name))[0] == "invoke_agent desk"
    run = collector.one("invoke_agent desk")
    assert (run.attributes["agentia.task.id"], run.attributes["gen_ai.usage.input_tokens"]) == (task["id"], 60)
    assert run.attributes["agentia.cost"] == pytest.approx(6 * 20 / 1e6)
    assert not any(span.failed for span in collector.spans)
    assert b"secret" not in collector.raw


async def test_a_task_goes_on_in_its_trace_after_a_drain_and_a_question_and_tells_nothing_twice(
    collector: Collector, alone: Any
) -> None:
    began, let_go = asyncio.Event(), asyncio.Event()

    @function_tool
    async def wait() -> str:
        began.set()
        await let_go.wait()
        return "waited"

    @function_tool(needs_approval=True)
    def pay() -> str:
        """Send money."""
        return "paid"

    steps = [Say(calls=[Call("wait")]), Say(calls=[Call("pay")]), Say("Done.")]
    agent = Specialist(Agent(name="bank", model=scripted(*steps), tools=[wait, pay]), skills=SKILLS)
    client = await alone.serve(agent)
    task_id = await client.begin("pay")
    await began.wait()
    await alone.leave(client)
    let_go.set()
    client = await alone.serve(agent)
    assert (await client.settled(task_id))["status"]["state"] == "TASK_STATE_INPUT_REQUIRED"
    task = await client.send("yes", taskId=task_id)
    await alone.leave(client)

    assert task["status"]["state"] == "TASK_STATE_COMPLETED"
    assert {span.trace for span in collector.spans} == {task_id.replace("-", "")}
    assert len({span.id for span in collector.spans}) == len(collector.spans)
    runs = [span for span in collector.spans if span.name == "invoke_agent bank"]
    assert [run.id for run in runs] == [span_id(f"run {task_id} 1"), span_id(f"run {task_id} 2")]
    assert {run.parent for run in runs} == {collector.one("task bank").id}
    below = {span.name: span.parent for span in collector.spans if span.name.startswith("execute_tool")}
    assert below == {"execute_tool wait": runs[0].id, "execute_tool pay": runs[1].id}
    assert [span.parent for span in collector.spans if span.name == "chat"] == [runs[0].id, runs[0].id, runs[1].id]


async def test_what_fails_is_told_without_its_words(collector: Collector, alone: Any) -> None:
    client = await alone.serve(Specialist(Agent(name="fx", model="small"), skills=SKILLS))
    await client.send("secret 100 USD in EUR")
    await alone.leave(client)

    run = collector.one("invoke_agent fx")
    assert (run.failed, run.attributes["error.type"]) == (True, "task_rejected")
    assert b"secret" not in collector.raw
    assert b"OPENAI_BASE_URL" not in collector.raw


async def test_an_agent_that_traces_nothing_passes_the_trace_on(
    collector: Collector, mesh: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    child = await mesh.join(fx())
    monkeypatch.delenv("OTEL_EXPORTER_OTLP_ENDPOINT")
    client = await mesh.join(desk())
    message = {"messageId": "m", "role": "ROLE_USER", "parts": [{"text": "go"}]}
    answer = await client.rpc("SendMessage", {"message": message}, traceparent=CLIENT)
    await mesh.leave(child)

    assert answer["result"]["task"]["status"]["state"] == "TASK_STATE_COMPLETED"
    arrived = collector.one("task fx")
    assert (arrived.trace, arrived.parent) == tuple(CLIENT.split("-")[1:3])
    assert {span.service for span in collector.spans} == {"fx"}


@pytest.mark.parametrize("answers", [True, False], ids=["silent", "away"])
async def test_a_collector_that_is_not_there_neither_fails_nor_slows_a_task(
    alone: Any, monkeypatch: pytest.MonkeyPatch, answers: bool
) -> None:
    monkeypatch.setattr("agentia.core.telemetry_export.CLOSING", 0.1)
    silent = bind("127.0.0.1", 0)
    port = silent.getsockname()[1] if answers else 1
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", f"http://127.0.0.1:{port}")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "0.2")
    monkeypatch.setenv("OTEL_BSP_SCHEDULE_DELAY", "1")
    monkeypatch.setenv("OTEL_BSP_MAX_QUEUE_SIZE", "4")
    monkeypatch.setenv("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "4")
    client = await alone.serve(Specialist(Agent(name="fx", model=scripted(*[Say("ok")] * 20)), skills=SKILLS))
    tasks = await asyncio.gather(*(client.send("go") for _ in range(20)))
    await alone.leave(client)
    silent.close()

    assert {task["status"]["state"] for task in tasks} == {"TASK_STATE_COMPLETED"}
