"""The gateway between the real registry and a real agent."""

import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from agentia.agents import Skill, TaskRun, specialist
from agentia.agents.service import create_app as create_agent
from agentia.cards.signing import verify_card
from agentia.cards.versions import card_from_json
from agentia.core.identity import ServiceKey, verify_webhook
from agentia.core.service import bind, running
from agentia.core.settings import Settings
from agentia.gateway.main import create_app as create_gateway
from agentia.registry.main import create_app as create_registry

if TYPE_CHECKING:
    from tests.conftest import Receiver


@specialist(name="shouter", description="Shouts.", skills=[Skill("shout", "Say a text louder", examples=["hello"])])
async def shouter(task: TaskRun) -> str:
    await task.status("Breathing in")
    await task.artifact("loud.txt", task.text.upper())
    return f"{task.text.upper()}!"


@pytest.fixture
async def front(tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the gateway of a whole small mesh."""
    async with meshed(tmp_path) as client:
        yield client


@asynccontextmanager
async def meshed(tmp_path: Path, **of_agent: Any) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the gateway of a whole small mesh, whose agent has settings of its own."""
    sockets = {name: bind("127.0.0.1", 0) for name in ("registry", "gateway", "shouter")}
    urls = {name: f"http://127.0.0.1:{sock.getsockname()[1]}" for name, sock in sockets.items()}
    settings = Settings(data=tmp_path, registry_url=urls["registry"], gateway_url=urls["gateway"], allow_private=True)
    key = ServiceKey.load_or_create(tmp_path / "keys" / "gateway.pem", "gateway")
    apps = {
        "registry": create_registry(settings),
        "gateway": create_gateway(settings, key),
        "shouter": create_agent(shouter, settings.model_copy(update=of_agent), f"{urls['shouter']}/"),
    }
    async with AsyncExitStack() as stack:
        for name, app in apps.items():
            await stack.enter_async_context(running(app, sockets[name], service=name))
        await apps["shouter"].state.registered.wait()  # listed a moment earlier, before it is found by its words
        client = await stack.enter_async_context(httpx.AsyncClient(base_url=urls["gateway"], timeout=20, verify=False))
        while (await client.get("/agents/shouter")).status_code != 200 or (await client.get("/readyz")).is_error:
            pass
        yield client


async def call(front: httpx.AsyncClient, method: str, version: str = "1.0", **params: Any) -> Any:
    body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
    return (await front.post("/agents/shouter/", json=body, headers={"a2a-version": version})).json()["result"]


async def frames(front: httpx.AsyncClient, method: str, after: str = "", **params: Any) -> list[tuple[int, Any]]:
    """The events of a stream with their numbers."""
    body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
    headers = {"a2a-version": "1.0", **({"last-event-id": after} if after else {})}
    async with front.stream("POST", "/agents/shouter/", json=body, headers=headers) as reply:
        lines = [line async for line in reply.aiter_lines()]
    numbers = [int(line.removeprefix("id: ")) for line in lines if line.startswith("id: ")]
    data = [json.loads(line.removeprefix("data: "))["result"] for line in lines if line.startswith("data: ")]
    return list(zip(numbers, data, strict=True))


def message(text: str, id: str = "m-1") -> dict[str, Any]:
    return {"messageId": id, "role": "ROLE_USER", "parts": [{"text": text}]}


async def test_a_task_goes_through_the_whole_mesh(front: httpx.AsyncClient) -> None:
    task = (await call(front, "SendMessage", message=message("hello")))["task"]
    assert task["status"]["state"] == "TASK_STATE_COMPLETED"
    assert task["artifacts"][0]["parts"][0]["text"] == "HELLO"
    assert (await call(front, "GetTask", id=task["id"]))["id"] == task["id"]
    over_rest = (await front.get(f"/agents/shouter/tasks/{task['id']}", headers={"a2a-version": "1.0"})).json()
    assert over_rest["status"]["message"]["parts"][0]["text"] == "HELLO!"
    assert [each["id"] for each in (await call(front, "ListTasks"))["tasks"]] == [task["id"]]


async def test_a_stream_can_be_taken_up_after_any_event(front: httpx.AsyncClient) -> None:
    events = await frames(front, "SendStreamingMessage", message=message("hello"))
    task = events[0][1]["task"]["id"]
    assert len(events) > 2
    for number, _ in events[:-1]:
        again = await frames(front, "SubscribeToTask", after=str(number), id=task)
        assert again == [event for event in events if event[0] > number]


async def test_a_client_of_03_is_served_too(front: httpx.AsyncClient) -> None:
    old = {"kind": "message", "messageId": "m", "role": "user", "parts": [{"kind": "text", "text": "hello"}]}
    task = await call(front, "message/send", version="0.3", message=old, configuration={"blocking": True})
    assert (task["kind"], task["status"]["state"]) == ("task", "completed")
    assert (await call(front, "tasks/get", version="0.3", id=task["id"]))["artifacts"][0]["name"] == "loud.txt"


async def test_the_card_leads_back_to_the_gateway_and_its_key_is_pinned_in_the_registry(
    front: httpx.AsyncClient,
) -> None:
    card = card_from_json((await front.get("/agents/shouter/.well-known/agent-card.json")).json())
    assert {each.url for each in card.supported_interfaces} == {f"{front.base_url}/agents/shouter/"}
    pinned = (await front.get("/registry/keys/gateway")).json()["jwks"]
    verify_card(card, pinned)


async def test_the_registry_finds_through_the_gateway_who_can_do_something(front: httpx.AsyncClient) -> None:
    found = (await front.post("/registry/discover", json={"need": "say something louder"})).json()["matches"]
    assert [match["agent"]["id"] for match in found] == ["shouter"]


async def test_a_caller_can_have_everything_deleted(front: httpx.AsyncClient) -> None:
    message = {"messageId": "m-gone", "role": "ROLE_USER", "parts": [{"text": "hello"}]}
    task = (await call(front, "SendMessage", message=message))["task"]["id"]
    assert await call(front, "DeleteTasks") == {"tasks": 1, "messages": 0}
    headers = {"a2a-version": "1.0"}
    assert (await front.get(f"/agents/shouter/tasks/{task}", headers=headers)).status_code == 404
    assert (await front.delete("/agents/shouter/tasks", headers=headers)).json() == {"tasks": 0, "messages": 0}


async def test_a_webhook_set_through_the_gateway_is_told_and_can_tell_who_does(
    front: httpx.AsyncClient, receiver: "Receiver"
) -> None:
    told = {"url": receiver.url, "token": "t0ken"}
    await call(front, "SendMessage", message=message("hello"), configuration={"taskPushNotificationConfig": told})
    assert await receiver.told("COMPLETED") == ["SUBMITTED", "WORKING", "WORKING", "loud.txt", "COMPLETED"]
    post = receiver.posts[-1]
    assert post.headers["x-a2a-notification-token"] == "t0ken"
    pinned = (await front.get("/registry/keys/shouter")).json()["jwks"]
    assert verify_webhook(pinned, post.headers["agentia-signature"], post.body, url=receiver.url).issuer == "shouter"
    listed = await call(front, "ListPushDeliveries")
    assert [each["url"] for each in listed["deliveries"]] == [receiver.url]


async def test_a_webhook_at_a_private_address_is_refused_through_the_gateway_with_a_sentence(tmp_path: Path) -> None:
    async with meshed(tmp_path, allow_private=False) as front:
        told = {"taskPushNotificationConfig": {"url": "http://127.0.0.1:9/hook"}}
        params = {"message": message("hello"), "configuration": told}
        body = {"jsonrpc": "2.0", "id": 1, "method": "SendMessage", "params": params}
        answer = (await front.post("/agents/shouter/", json=body, headers={"a2a-version": "1.0"})).json()
        assert answer["error"]["message"] == (
            "url cannot be notified: The URL points to an address that is not public."
            " Give an http or https URL of a public host."
        )
        assert (await call(front, "ListTasks"))["totalSize"] == 0
