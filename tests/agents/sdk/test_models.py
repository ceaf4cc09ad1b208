"""The model behind an endpoint: the one that is configured and no other, whatever it answers."""

import asyncio
import socket
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from agents import Agent, AgentOutputSchema, Handoff, RunConfig, Runner, function_tool

from agentia.agents import Skill, Specialist
from agentia.agents.testing import BreakOff, Call, CutShort, Fail, Hang, Say, Script, model_server, scripted

SKILLS = [Skill("convert", "Convert an amount between currencies")]


@pytest.fixture
def fx(alone: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Serves an agent whose model answers by a script: its client, and the endpoint."""
    monkeypatch.setattr("agentia.agents.sdk.retries.FIRST_PAUSE", 0.0)

    @asynccontextmanager
    async def start(script: Script, *tools: Any, **settings: Any) -> AsyncIterator[Any]:
        async with model_server(script) as server:
            agent = Agent(name="fx", instructions="Convert.", tools=list(tools))
            configured = {"model": "small", "openai_base_url": server.url, **settings}
            yield await alone.serve(Specialist(agent, skills=SKILLS), **configured), server

    return start


async def test_a_configured_endpoint_is_asked_and_its_text_streamed(fx: Any) -> None:
    async with fx([Say("It is 92 EUR, more or less.")]) as (client, server):
        task_id = await client.begin("100 USD in EUR")
        events = [event async for _, event in client.events(task_id)]

    text = "".join(
        part["text"]
        for event in events
        if "artifactUpdate" in event
        for part in event["artifactUpdate"]["artifact"]["parts"]
    )
    assert text == "It is 92 EUR, more or less."
    (request,) = server.requests
    assert (request["model"], request["stream"]) == ("small", True)
    assert request["messages"] == [
        {"role": "system", "content": "Convert."},
        {"role": "user", "content": "100 USD in EUR"},
    ]
    usage = next(
        event["artifactUpdate"]["artifact"]["metadata"]
        for event in events
        if event.get("artifactUpdate", {}).get("artifact", {}).get("metadata")
    )
    assert usage["urn:agentia:usage:v1"]["total_tokens"] == 15


@pytest.mark.parametrize("model", [None, "gpt-5"], ids=["none", "only-a-name"])
async def test_without_a_configured_model_nothing_is_sent_anywhere(
    alone: Any, monkeypatch: pytest.MonkeyPatch, text_of: Callable[[Any], str], model: str | None
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "a key that the service was not started with")
    client = await alone.serve(Specialist(Agent(name="fx", model=model), skills=SKILLS))

    task = await client.send("100 USD in EUR")

    assert task["status"]["state"] == "TASK_STATE_REJECTED"
    assert ("AGENTIA_MODEL" if model is None else "OPENAI_BASE_URL") in text_of(task)


@pytest.mark.parametrize("trouble", [Fail(429), Fail(500), BreakOff("It is 1")], ids=["busy", "broken", "half"])
async def test_what_passes_is_tried_again_and_nobody_sees_a_trace_of_it(fx: Any, trouble: Any) -> None:
    async with fx([trouble, trouble, Say("It is 92 EUR.")]) as (client, server):
        task = await client.send("100 USD in EUR")

    assert [part["text"] for part in task["artifacts"][0]["parts"]] == ["It is 92 EUR."]
    assert len(server.requests) == 3


@pytest.mark.parametrize(
    ("trouble", "tries", "words"),
    [
        (Fail(429), 5, "takes no more calls"),
        (Fail(503), 5, "HTTP status 503"),
        (BreakOff(), 5, "The connection to the agent's model failed"),
        (Fail(401), 1, "OPENAI_API_KEY"),
        (Fail(404), 1, "AGENTIA_MODEL"),
        (Fail(400), 1, "HTTP status 400"),
    ],
    ids=["429", "503", "half", "401", "404", "400"],
)
async def test_what_does_not_pass_fails_the_task_with_a_sentence(
    fx: Any, text_of: Callable[[Any], str], trouble: Any, tries: int, words: str
) -> None:
    async with fx(lambda _: trouble) as (client, server):
        task = await client.send("100 USD in EUR")

    assert task["status"]["state"] == "TASK_STATE_FAILED"
    assert words in text_of(task)
    assert "So it was told to" not in text_of(task)
    assert len(server.requests) == tries


async def test_a_model_that_says_nothing_any_more_ends_with_the_time_that_a_task_has(
    fx: Any, text_of: Callable[[Any], str]
) -> None:
    async with fx([Hang("It is")], task_seconds=1.0, lease_seconds=1.0) as (client, _):
        task = await client.send("100 USD in EUR")

    assert task["status"]["state"] == "TASK_STATE_FAILED"
    assert "AGENTIA_TASK_SECONDS" in text_of(task)
    assert task["artifacts"][0]["parts"][0]["text"] == "It is"


async def test_a_task_is_canceled_while_its_model_speaks(fx: Any) -> None:
    async with fx([Hang("It is")]) as (client, _):
        task_id = await client.begin("100 USD in EUR")
        async for _, event in client.events(task_id):
            if "artifactUpdate" in event:
                break
        await client.rpc("CancelTask", {"id": task_id})
        task = await client.settled(task_id)

    assert task["status"]["state"] == "TASK_STATE_CANCELED"


async def test_a_model_that_never_comes_to_an_end_is_stopped(fx: Any, text_of: Callable[[Any], str]) -> None:
    calls: list[int] = []

    @function_tool
    def again() -> str:
        calls.append(1)
        return "again"

    async with fx(lambda _: Say(calls=[Call("again")]), again) as (client, server):
        task = await client.send("go")

    assert task["status"]["state"] == "TASK_STATE_FAILED"
    assert "within 50 turns" in text_of(task)
    assert (len(calls), len(server.requests)) == (50, 50)


@pytest.mark.parametrize("arguments", ["{nonsense", "[1]", '{"amount": "much"}'], ids=["no-json", "list", "type"])
async def test_a_model_that_calls_a_tool_with_nonsense_is_told_so(fx: Any, arguments: str) -> None:
    amounts: list[float] = []

    @function_tool
    def convert(amount: float) -> str:
        amounts.append(amount)
        return "92"

    script = [Say(calls=[Call("convert", arguments)]), Say(calls=[Call("convert", {"amount": 100})]), Say("92")]
    async with fx(script, convert) as (client, server):
        task = await client.send("go")

    assert task["status"]["state"] == "TASK_STATE_COMPLETED"
    assert amounts == [100]
    assert server.requests[1]["messages"][-1]["role"] == "tool"


async def test_a_tool_that_is_not_there_fails_the_task(fx: Any, text_of: Callable[[Any], str]) -> None:
    async with fx([Say(calls=[Call("made_up")])]) as (client, _):
        task = await client.send("go")

    assert task["status"]["state"] == "TASK_STATE_FAILED"
    assert "cannot be used" in text_of(task)


@pytest.mark.parametrize(("budget", "asked"), [(0, 0), (20, 2)], ids=["zero", "small"])
async def test_a_budget_of_tokens_ends_a_task_with_a_sentence(
    fx: Any, text_of: Callable[[Any], str], budget: int, asked: int
) -> None:
    @function_tool
    def again() -> str:
        return "again"

    async with fx(lambda _: Say(calls=[Call("again")]), again, task_tokens=budget) as (client, server):
        task = await client.send("go")

    assert task["status"]["state"] == "TASK_STATE_FAILED"
    assert "AGENTIA_TASK_TOKENS" in text_of(task)
    assert f"its budget is {budget}" in text_of(task)
    assert len(server.requests) == asked


async def test_many_tasks_at_once_all_come_to_their_end(fx: Any) -> None:
    async with fx(lambda request: Say(f"echo {request['messages'][-1]['content']}")) as (client, _):
        tasks = await asyncio.gather(*(client.send(f"number {number}") for number in range(20)))

    assert [each["artifacts"][0]["parts"][0]["text"] for each in tasks] == [f"echo number {n}" for n in range(20)]


@pytest.mark.parametrize("api", ["chat", "responses"])
async def test_an_endpoint_is_spoken_to_in_the_api_that_is_set(fx: Any, api: str) -> None:
    @function_tool
    def rate(quote: str) -> str:
        return f"0.92 {quote}"

    script = [
        Say("Let me see.", calls=[Call("rate", {"quote": "EUR"})]),
        Say("It is 92 EUR.", tokens=(20, 6), cached=8),
    ]
    async with fx(script, rate, model_api=api) as (client, server):
        task = await client.send("100 USD in EUR")

    assert [part["text"] for part in task["artifacts"][0]["parts"]] == ["It is 92 EUR."]
    usage = task["artifacts"][0]["metadata"]["urn:agentia:usage:v1"]
    assert (usage["input_tokens"], usage["output_tokens"], usage["cached_tokens"]) == (30, 11, 8)
    asked = server.requests[1]["messages" if api == "chat" else "input"][-1]
    assert "0.92 EUR" in (asked["content"] if api == "chat" else asked["output"])
    assert server.requests[1]["stream"]


async def test_an_answer_of_responses_that_is_not_shown_as_it_comes_is_asked_for_at_once(alone: Any) -> None:
    agent = Agent(name="fx", output_type=AgentOutputSchema(dict[str, int], strict_json_schema=False))
    async with model_server([Say('{"amount": 92}')]) as server:
        configured = {"model": "small", "openai_base_url": server.url, "model_api": "responses"}
        client = await alone.serve(Specialist(agent, skills=SKILLS), **configured)
        task = await client.send("100 USD in EUR")

    assert task["artifacts"][0]["parts"][0]["data"] == {"amount": 92}
    assert not server.requests[0].get("stream")


@pytest.mark.parametrize("trouble", [BreakOff("It is 1"), Fail(500)], ids=["half", "broken"])
async def test_what_passes_is_tried_again_over_responses_too(fx: Any, trouble: Any) -> None:
    async with fx([trouble, Say("It is 92 EUR.")], model_api="responses") as (client, server):
        task = await client.send("100 USD in EUR")

    assert [part["text"] for part in task["artifacts"][0]["parts"]] == ["It is 92 EUR."]
    assert len(server.requests) == 2


async def test_each_agent_may_name_a_model_of_its_own_and_so_may_a_run(fx: Any) -> None:
    inner = Agent(name="inner", model="large")

    @function_tool
    async def think() -> str:
        first = await Runner.run(inner, "think")
        second = await Runner.run(inner, "again", run_config=RunConfig(model="largest"))
        return f"{first.final_output} {second.final_output}"

    helper = Agent(name="helper", model="tiny").as_tool("help_me", "Helps")
    script = [Say(calls=[Call("think"), Call("help_me", {"input": "x"})]), *[Say("ok")] * 4]
    async with fx(script, think, helper) as (client, server):
        task = await client.send("100 USD in EUR")

    assert task["status"]["state"] == "TASK_STATE_COMPLETED"
    assert sorted(request["model"] for request in server.requests) == ["large", "largest", "small", "small", "tiny"]


@pytest.mark.parametrize("named", ["gpt-5", "litellm/openai/gpt-5", None], ids=["agent", "litellm", "run"])
async def test_a_model_named_without_a_place_is_looked_for_nowhere(
    alone: Any, monkeypatch: pytest.MonkeyPatch, text_of: Callable[[Any], str], named: str | None
) -> None:
    """Neither by the agent nor by a run's configuration, also with a key in the environment: no connection is made."""
    monkeypatch.setenv("OPENAI_API_KEY", "a key that the service was not started with")
    looked_up: list[Any] = []
    resolve = socket.getaddrinfo

    def watched(host: Any, *given: Any, **more: Any) -> Any:
        if host not in ("127.0.0.1", "localhost"):
            looked_up.append(host)
            raise OSError("not from here")
        return resolve(host, *given, **more)

    monkeypatch.setattr(socket, "getaddrinfo", watched)

    @function_tool(failure_error_function=None)
    async def think() -> str:
        config = RunConfig(model="gpt-5") if named is None else None
        return str((await Runner.run(Agent(name="inner", model=named), "think", run_config=config)).final_output)

    agent = Agent(name="fx", model=scripted(Say(calls=[Call("think")]), Say("Done.")), tools=[think])
    client = await alone.serve(Specialist(agent, skills=SKILLS))

    task = await client.send("100 USD in EUR")

    assert task["status"]["state"] == "TASK_STATE_REJECTED"
    assert looked_up == []


async def test_an_agent_that_comes_up_in_a_run_is_asked_for_at_the_configured_endpoint(alone: Any) -> None:
    async def make(_: Any, __: str) -> Any:
        return Agent(name="surprise", model="other")

    handoff: Any = Handoff("go_on", "Goes on", {"type": "object", "properties": {}}, make, "surprise")
    async with model_server([Say(calls=[Call("go_on")]), Say("It is 92 EUR.")]) as server:
        agent = Agent(name="fx", handoffs=[handoff])
        configured = {"model": "small", "openai_base_url": server.url}
        client = await alone.serve(Specialist(agent, skills=SKILLS), **configured)
        task = await client.send("100 USD in EUR")

    assert task["status"]["state"] == "TASK_STATE_COMPLETED"
    assert [request["model"] for request in server.requests] == ["small", "other"]


async def test_a_model_of_litellm_that_is_not_installed_is_named(
    alone: Any, monkeypatch: pytest.MonkeyPatch, text_of: Callable[[Any], str]
) -> None:
    monkeypatch.setitem(sys.modules, "litellm", None)
    client = await alone.serve(Specialist(Agent(name="fx"), skills=SKILLS), model="litellm/mistral/small")

    task = await client.send("100 USD in EUR")

    assert task["status"]["state"] == "TASK_STATE_REJECTED"
    assert "litellm/mistral/small, needs litellm, which is not installed" in text_of(task)


@pytest.mark.parametrize("api", ["chat", "responses"])
async def test_half_an_answer_that_ends_in_order_is_not_taken_for_the_answer(fx: Any, api: str) -> None:
    """As behind a proxy that gave up waiting: nothing says that anything is missing."""
    async with fx([CutShort("It is 9"), Say("It is 92 EUR.")], model_api=api) as (client, server):
        task = await client.send("100 USD in EUR")

    assert [part["text"] for part in task["artifacts"][0]["parts"]] == ["It is 92 EUR."]
    assert len(server.requests) == 2


@pytest.mark.parametrize("api", ["chat", "responses"])
@pytest.mark.parametrize(("reason", "words"), [("length", "its limit of tokens"), ("content_filter", "by a filter")])
async def test_an_answer_that_its_model_cuts_short_fails_the_task_with_what_came(
    fx: Any, text_of: Callable[[Any], str], api: str, reason: str, words: str
) -> None:
    async with fx(lambda _: CutShort("It is 9", reason), model_api=api) as (client, server):
        task = await client.send("100 USD in EUR")

    assert task["status"]["state"] == "TASK_STATE_FAILED"
    assert words in text_of(task)
    assert [part["text"] for part in task["artifacts"][0]["parts"]] == ["It is 9"]
    assert len(server.requests) == 1


async def test_a_model_that_is_about_to_speak_for_an_hour_is_stopped(
    fx: Any, text_of: Callable[[Any], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("agentia.agents.sdk.retries.SECONDS", 0.2)
    async with fx(lambda _: Hang("It is")) as (client, server):
        task = await client.send("100 USD in EUR")

    assert task["status"]["state"] == "TASK_STATE_FAILED"
    assert "did not come to the end of its answer within" in text_of(task)
    assert len(server.requests) == 1


@pytest.mark.parametrize("step", [Say("la" * 100), Say(calls=[Call("convert", "la" * 100)])], ids=["text", "call"])
async def test_a_model_that_says_more_than_anybody_can_read_is_stopped(
    fx: Any, text_of: Callable[[Any], str], monkeypatch: pytest.MonkeyPatch, step: Say
) -> None:
    monkeypatch.setattr("agentia.agents.sdk.model.MOST", 100)
    async with fx(lambda _: step) as (client, _):
        task = await client.send("100 USD in EUR")

    assert task["status"]["state"] == "TASK_STATE_FAILED"
    assert "did not come to an end within 100 characters" in text_of(task)
