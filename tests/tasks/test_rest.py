"""The HTTP+JSON binding of protocol 1.0 on a real socket."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from agentia.core.sse import server_events
from agentia.tasks.run import Run

Serve = Callable[..., Awaitable[Any]]
V1 = {"A2A-Version": "1.0"}
SENT = {"message": {"messageId": "m-1", "role": "ROLE_USER", "parts": [{"text": "hello"}]}}


async def test_a_task_goes_through_all_its_paths(serve: Serve) -> None:
    client = await serve()
    task = (await client.http.post("/message:send", json=SENT, headers=V1)).json()["task"]
    path = f"/tasks/{task['id']}"
    assert (await client.http.get(path, headers=V1)).json() == task
    assert (await client.http.get("/tasks?pageSize=5", headers=V1)).json()["totalSize"] == 1
    async with client.http.stream("GET", f"{path}:subscribe", headers=V1 | {"Last-Event-ID": "3"}) as response:
        events = [(e.id, json.loads(e.data)) async for e in server_events(response.aiter_lines())]
    assert events[0][0] == "4"
    assert events[0][1]["statusUpdate"]["status"]["state"] == "TASK_STATE_COMPLETED"
    hooks = f"{path}/pushNotificationConfigs"
    made = (await client.http.post(hooks, json={"url": "https://example.com/x", "id": "p"}, headers=V1)).json()
    assert (await client.http.get(f"{hooks}/p", headers=V1)).json() == made
    assert (await client.http.delete(f"{hooks}/p", headers=V1)).json() == {}
    assert (await client.http.get(hooks, headers=V1)).json() == {}


async def test_a_stream_begins_with_the_task(serve: Serve) -> None:
    client = await serve()
    async with client.http.stream("POST", "/message:stream", json=SENT, headers=V1) as response:
        frames = [json.loads(e.data) async for e in server_events(response.aiter_lines())]
    assert [next(iter(frame)) for frame in frames] == ["task", "statusUpdate", "artifactUpdate", "statusUpdate"]


async def test_a_task_can_be_cancelled(serve: Serve) -> None:
    async def answer(run: Run) -> None:
        await run.ask("well?")

    client = await serve(answer)
    task = (await client.http.post("/message:send", json=SENT, headers=V1)).json()["task"]
    cancelled = await client.http.post(f"/tasks/{task['id']}:cancel", headers=V1)
    assert cancelled.json()["status"]["state"] == "TASK_STATE_CANCELED"


@pytest.mark.parametrize(
    ("method", "path", "content", "status", "words"),
    [
        ("GET", "/tasks/nope", None, 404, "nope"),
        ("POST", "/tasks/nope:cancel", None, 404, "nope"),
        ("GET", "/tasks/nope:subscribe", None, 404, "nope"),
        ("POST", "/message:send", b"{", 400, "not JSON"),
        ("POST", "/message:send", b'{"message": 5}', 400, "fit"),
        ("POST", "/message:send", b"{}", 400, "messageId"),
        ("GET", "/tasks?pageSize=x", None, 400, "query"),
        ("GET", "/tasks?pageSize=1000", None, 400, "page size"),
        ("GET", "/extendedAgentCard", None, 400, "agent-card.json"),
    ],
)
async def test_bad_requests_get_a_status_and_a_sentence(
    serve: Serve, method: str, path: str, content: bytes | None, status: int, words: str
) -> None:
    client = await serve()
    response = await client.http.request(method, path, content=content, headers=V1)
    assert response.status_code == status
    assert words in response.json()["error"]["message"]


async def test_a_request_without_a_version_is_told_which_to_name(serve: Serve) -> None:
    client = await serve()
    response = await client.http.get("/tasks")
    assert response.status_code == 400
    assert "A2A-Version: 1.0" in response.json()["error"]["message"]
