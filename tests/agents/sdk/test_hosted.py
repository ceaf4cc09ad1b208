"""Tools that the model's endpoint runs: what they did is part of the answer, and their approvals are asked for."""

import base64
from collections.abc import Callable
from typing import Any

import pytest
from agents import Agent, HostedMCPTool, WebSearchTool, function_tool

from agentia.agents import Skill, Specialist
from agentia.agents.testing import Call, Say, model_server

SKILLS = [Skill("look", "Look something up")]
SEARCH = {"type": "web_search_call", "id": "ws_1", "status": "completed", "action": {"type": "search", "query": "EUR"}}
PICTURE = {
    "type": "image_generation_call",
    "id": "ig_1",
    "status": "completed",
    "result": base64.b64encode(b"\x89PNG").decode(),
}
REQUEST = {
    "type": "mcp_approval_request",
    "id": "mcpr_1",
    "server_label": "shop",
    "name": "order",
    "arguments": '{"item": "tea"}',
}
CALLED = {"type": "mcp_call", "id": "mcp_1", "server_label": "shop", "name": "order", "arguments": "{}", "output": "ok"}


def shop(**options: Any) -> HostedMCPTool:
    config: Any = {
        "type": "mcp",
        "server_label": "shop",
        "server_url": "https://shop.example.com",
        "require_approval": "always",
    }
    return HostedMCPTool(config, **options)


def words(events: list[Any]) -> list[str]:
    """The texts of status updates."""
    found = [each["statusUpdate"]["status"].get("message") for each in events if "statusUpdate" in each]
    return [message["parts"][0]["text"] for message in found if message]


async def serve(alone: Any, url: str, *tools: Any) -> Any:
    agent = Agent(name="looker", tools=list(tools))
    return await alone.serve(Specialist(agent, SKILLS), model="large", openai_base_url=url, model_api="responses")


async def test_what_a_hosted_tool_did_is_told_and_its_answer_is_the_answer(alone: Any) -> None:
    async with model_server([Say("It is 92 EUR.", items=[SEARCH, PICTURE])]) as server:
        client = await serve(alone, server.url, WebSearchTool())
        task_id = await client.begin("100 USD in EUR")
        told = [event async for _, event in client.events(task_id)]
        task = await client.get(task_id)

    made = {each["name"]: each["parts"][0] for each in task["artifacts"]}
    assert words(told) == ["Has searched the web.", "Has made a picture."]
    assert made["answer.txt"]["text"] == "It is 92 EUR."
    assert base64.b64decode(made["picture-0.png"]["raw"]) == b"\x89PNG"
    assert server.requests[0]["tools"][0]["type"] == "web_search"


async def test_an_endpoint_that_has_no_hosted_tools_is_told_by_the_setting(
    alone: Any, text_of: Callable[[Any], str]
) -> None:
    async with model_server([Say("never said")]) as server:
        agent = Agent(name="looker", tools=[WebSearchTool()])
        client = await alone.serve(Specialist(agent, SKILLS), model="large", openai_base_url=server.url)
        task = await client.send("look it up")

    assert task["status"]["state"] == "TASK_STATE_FAILED"
    assert "AGENTIA_MODEL_API=responses" in text_of(task)
    assert not server.requests


async def test_what_a_hosted_tool_did_is_not_done_again_after_a_restart(alone: Any) -> None:
    @function_tool(needs_approval=True)
    def order() -> str:
        return "ordered"

    script = [Say(items=[SEARCH], calls=[Call("order")]), Say("Done.")]
    async with model_server(script) as server:
        client = await serve(alone, server.url, WebSearchTool(), order)
        asked = await client.send("order it")
        await alone.leave(client)
        client = await serve(alone, server.url, WebSearchTool(), order)
        done = await client.send("yes", taskId=asked["id"])

    assert done["status"]["state"] == "TASK_STATE_COMPLETED", done["status"]
    assert len(server.requests) == 2
    assert [item["type"] for item in server.requests[1]["input"] if "type" in item] == [
        "web_search_call",
        "function_call",
        "function_call_output",
    ]


@pytest.mark.parametrize(("answer", "approved"), [("yes", True), ("no, too dear", False)], ids=["yes", "no"])
async def test_a_hosted_server_that_needs_approval_asks_the_user(alone: Any, answer: str, approved: bool) -> None:
    async with model_server([Say(items=[REQUEST]), Say("Done.", items=[CALLED] if approved else [])]) as server:
        client = await serve(alone, server.url, shop())
        asked = await client.send("order tea")
        done = await client.send(answer, taskId=asked["id"])

    assert asked["status"]["message"]["parts"][0]["text"] == (
        'looker wants to call order with item="tea". May it? Answer yes or no.'
    )
    assert done["status"]["state"] == "TASK_STATE_COMPLETED", done["status"]
    (response,) = [item for item in server.requests[1]["input"] if item.get("type") == "mcp_approval_response"]
    assert (response["approval_request_id"], response["approve"]) == ("mcpr_1", approved)


async def test_code_that_approves_decides_once(alone: Any) -> None:
    seen: list[str] = []

    def decide(request: Any) -> Any:
        seen.append(request.data.name)
        return {"approve": True}

    @function_tool(needs_approval=True)
    def confirm() -> str:
        return "confirmed"

    script = [Say(items=[REQUEST]), Say(items=[CALLED], calls=[Call("confirm")]), Say("Done.")]
    async with model_server(script) as server:
        client = await serve(alone, server.url, shop(on_approval_request=decide), confirm)
        asked = await client.send("order tea")
        done = await client.send("yes", taskId=asked["id"])

    assert done["status"]["state"] == "TASK_STATE_COMPLETED", done["status"]
    assert seen == ["order"]
    assert len(server.requests) == 3
