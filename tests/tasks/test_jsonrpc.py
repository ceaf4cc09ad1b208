"""The JSON-RPC binding of protocol 1.0 on a real socket, good requests and bad ones."""

import asyncio
import json
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from a2a.types.a2a_pb2 import Part

from agentia.core.sse import ServerEvent, server_events
from agentia.tasks.run import Run

Serve = Callable[..., Awaitable[Any]]


def _message(text: str = "hello", **fields: Any) -> dict[str, Any]:
    return {"message": {"messageId": str(uuid.uuid4()), "role": "ROLE_USER", "parts": [{"text": text}], **fields}}


async def _events(client: Any, method: str, params: Any, **headers: str) -> AsyncIterator[ServerEvent]:
    body = {"jsonrpc": "2.0", "id": 7, "method": method, "params": params}
    sent = {"A2A-Version": "1.0"} | {name.replace("_", "-"): value for name, value in headers.items()}
    async with client.http.stream("POST", "/", json=body, headers=sent) as response:
        assert response.headers["content-type"].startswith("text/event-stream")
        async for event in server_events(response.aiter_lines()):
            yield event


async def test_send_message_waits_for_the_result(serve: Serve) -> None:
    client = await serve()
    task = await client.send("hello")
    assert task["status"]["state"] == "TASK_STATE_COMPLETED"
    assert task["artifacts"][0]["parts"] == [{"text": "hello"}]
    assert task["history"][0]["taskId"] == task["id"]


async def test_send_message_may_return_at_once(serve: Serve) -> None:
    go = asyncio.Event()

    async def answer(run: Run) -> None:
        await go.wait()

    client = await serve(answer)
    sent = await client.rpc("SendMessage", _message() | {"configuration": {"returnImmediately": True}})
    task = sent["result"]["task"]
    assert task["status"]["state"] in ("TASK_STATE_SUBMITTED", "TASK_STATE_WORKING")
    go.set()
    await client.engine.settled(task["id"], _local())
    got = await client.rpc("GetTask", {"id": task["id"], "historyLength": 0})
    assert got["result"]["status"]["state"] == "TASK_STATE_COMPLETED"
    assert "history" not in got["result"]


def _local() -> Any:
    from agentia.tasks.caller import LOCAL

    return LOCAL


async def test_a_stream_has_numbered_frames_and_its_headers_come_before_the_first_event(serve: Serve) -> None:
    go = asyncio.Event()

    async def answer(run: Run) -> None:
        await go.wait()
        await run.artifact("a", [Part(text="x")])

    client = await serve(answer)
    ids, kinds = [], []
    async for event in _events(client, "SendStreamingMessage", _message()):
        ids.append(event.id)
        frame = json.loads(event.data)
        assert frame["id"] == 7
        kinds.append(next(iter(frame["result"])))
        if len(ids) == 2:
            go.set()
    assert ids == ["1", "2", "3", "4"]
    assert kinds == ["task", "statusUpdate", "artifactUpdate", "statusUpdate"]


async def test_subscribing_gives_the_task_first_and_then_what_comes_later(serve: Serve) -> None:
    go = asyncio.Event()

    async def answer(run: Run) -> None:
        await run.status("one")
        await go.wait()

    client = await serve(answer)
    sent = await client.rpc("SendMessage", _message() | {"configuration": {"returnImmediately": True}})
    seen = []
    async for event in _events(client, "SubscribeToTask", {"id": sent["result"]["task"]["id"]}):
        seen.append((event.id, next(iter(json.loads(event.data)["result"]))))
        go.set()
    assert seen[0][1] == "task"
    assert [kind for _, kind in seen[1:]] == ["statusUpdate"] * (len(seen) - 1)
    assert [int(number or 0) for number, _ in seen] == list(range(int(seen[0][0] or 0), 5))


async def test_last_event_id_gives_what_is_above_it_even_of_a_finished_task(serve: Serve) -> None:
    client = await serve()
    task = await client.send()
    ids = [e.id async for e in _events(client, "SubscribeToTask", {"id": task["id"]}, Last_Event_ID="2")]
    assert ids == ["3", "4"]
    refused = await client.rpc("SubscribeToTask", {"id": task["id"]})
    assert refused["error"]["code"] == -32004


async def test_lists_are_newest_first_and_paged_by_a_cursor(serve: Serve) -> None:
    client = await serve()
    sent = [(await client.send(f"{number}"))["id"] for number in range(5)]
    seen: list[str] = []
    token = ""
    while True:
        page = (await client.rpc("ListTasks", {"pageSize": 2, "pageToken": token}))["result"]
        seen += [task["id"] for task in page["tasks"]]
        assert page["totalSize"] == 5
        assert all("artifacts" not in task for task in page["tasks"])
        if not (token := page["nextPageToken"]):
            break
    assert seen == sent[::-1]


async def test_lists_can_be_narrowed_and_show_only_ones_own(serve: Serve) -> None:
    client = await serve()
    one = await client.send("a", contextId="c-1")
    await client.send("b")
    listed = (await client.rpc("ListTasks", {"contextId": "c-1", "includeArtifacts": True}))["result"]["tasks"]
    assert [task["id"] for task in listed] == [one["id"]]
    assert listed[0]["artifacts"]
    none = (await client.rpc("ListTasks", {"status": "TASK_STATE_FAILED"}))["result"]
    assert none == {"tasks": [], "nextPageToken": "", "pageSize": 50, "totalSize": 0}
    assert (await client.rpc("ListTasks", {}, x_user="eve"))["result"]["totalSize"] == 0


async def test_push_configs_are_stored_with_their_task(serve: Serve) -> None:
    client = await serve()
    task = await client.send()
    config = {"taskId": task["id"], "id": "p1", "url": "https://example.com/hook", "token": "t"}
    created = (await client.rpc("CreateTaskPushNotificationConfig", config))["result"]
    assert created == config
    assert (await client.rpc("GetTaskPushNotificationConfig", {"taskId": task["id"], "id": "p1"}))["result"] == config
    assert (await client.rpc("ListTaskPushNotificationConfigs", {"taskId": task["id"]}))["result"]["configs"] == [
        config
    ]
    stranger = await client.rpc("GetTaskPushNotificationConfig", {"taskId": task["id"], "id": "p1"}, x_user="eve")
    assert stranger["error"]["code"] == -32001
    for _ in range(2):
        deleted = await client.rpc("DeleteTaskPushNotificationConfig", {"taskId": task["id"], "id": "p1"})
        assert deleted["result"] is None
    assert (await client.rpc("ListTaskPushNotificationConfigs", {"taskId": task["id"]}))["result"] == {}


@pytest.mark.parametrize(
    ("body", "code", "words"),
    [
        (b"{not json", -32700, "not JSON"),
        (b"\xff\xfe", -32700, "not JSON"),
        (b"[" * 100_000, -32700, "not JSON"),
        (b"[]", -32600, "one JSON-RPC request"),
        (b'{"method": "GetTask"}', -32600, "jsonrpc"),
        (b'{"jsonrpc": "2.0", "id": {}, "method": "GetTask"}', -32600, "id"),
        (b'{"jsonrpc": "2.0", "id": 1, "method": "GetTask", "params": [1]}', -32602, "object"),
        (b'{"jsonrpc": "2.0", "id": 1, "method": "Dance"}', -32601, "SendMessage"),
        (b'{"jsonrpc": "2.0", "id": 1, "method": "message/send", "params": {}}', -32601, "SendMessage"),
        (b'{"jsonrpc": "2.0", "id": 1, "method": "GetTask", "params": {"id": 5}}', -32602, "GetTask"),
        (b'{"jsonrpc": "2.0", "id": 1, "method": "GetTask", "params": {"id": "nope"}}', -32001, "nope"),
        (b'{"jsonrpc": "2.0", "id": 1, "method": "CancelTask", "params": {"id": "nope"}}', -32001, "nope"),
        (b'{"jsonrpc": "2.0", "id": 1, "method": "SubscribeToTask", "params": {"id": "nope"}}', -32001, "nope"),
        (b'{"jsonrpc": "2.0", "id": 1, "method": "ListTasks", "params": {"pageSize": 0}}', -32602, "page size"),
        (b'{"jsonrpc": "2.0", "id": 1, "method": "ListTasks", "params": {"pageToken": "x"}}', -32602, "pageToken"),
        (b'{"jsonrpc": "2.0", "id": 1, "method": "GetExtendedAgentCard"}', -32004, "agent-card.json"),
    ],
)
async def test_bad_requests_get_the_code_and_a_sentence(serve: Serve, body: bytes, code: int, words: str) -> None:
    client = await serve()
    response = await client.http.post("/", content=body, headers={"A2A-Version": "1.0"})
    error = response.json()["error"]
    assert (response.status_code, error["code"]) == (200, code)
    assert words in error["message"]
    assert "Traceback" not in response.text


@pytest.mark.parametrize(
    ("message", "code", "words"),
    [
        ({"parts": []}, -32602, "message.parts"),
        ({"parts": [{}]}, -32602, "message.parts[0]"),
        ({"parts": [{"text": "  \n"}]}, -32602, "white space"),
        ({"parts": [{"text": "x"}] * 10_000}, -32602, "10000 parts"),
        ({"messageId": ""}, -32602, "messageId"),
        ({"messageId": "x" * 1000}, -32602, "messageId"),
        ({"role": "ROLE_AGENT"}, -32602, "role"),
        ({"role": "KING"}, -32602, "role"),
        ({"parts": [{"raw": "aGk=", "mediaType": "image/png"}]}, -32005, "image/png"),
        ({"parts": [{"raw": "not base64!"}]}, -32602, "base64"),
        ({"taskId": "nope"}, -32001, "nope"),
    ],
)
async def test_bad_messages_start_nothing(serve: Serve, message: dict[str, Any], code: int, words: str) -> None:
    client = await serve()
    sent = _message()
    sent["message"] |= message
    for method in ("SendMessage", "SendStreamingMessage"):
        error = (await client.rpc(method, sent))["error"]
        assert error["code"] == code
        assert words in error["message"]
    assert (await client.rpc("ListTasks"))["result"]["totalSize"] == 0


@pytest.mark.parametrize(("version", "words"), [("2.0", "'1.0'"), ("banana", "'1.0'"), (None, "A2A-Version: 1.0")])
async def test_a_version_that_is_not_spoken_is_named(serve: Serve, version: str | None, words: str) -> None:
    client = await serve()
    error = (await client.rpc("SendMessage", _message(), version=version))["error"]
    assert error["code"] in (-32009, -32600)
    assert words in error["message"]


async def test_an_answer_given_twice_at_once_continues_the_task_once(serve: Serve) -> None:
    async def answer(run: Run) -> str:
        return (await run.ask("well?")).parts[0].text

    client = await serve(answer)
    task = await client.send()
    both = await asyncio.gather(
        client.rpc("SendMessage", _message("yes", taskId=task["id"])),
        client.rpc("SendMessage", _message("no", taskId=task["id"])),
    )
    assert sorted("error" in body for body in both) == [False, True]
    final = (await client.rpc("GetTask", {"id": task["id"]}))["result"]
    assert final["status"]["state"] == "TASK_STATE_COMPLETED"
