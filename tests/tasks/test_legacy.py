"""Protocol 0.3 over JSON-RPC: another dialect of the same tasks."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

from a2a.types.a2a_pb2 import Part

from agentia.core.sse import server_events
from agentia.tasks.run import Run

Serve = Callable[..., Awaitable[Any]]


def _send(text: str, message_id: str = "m-1", **fields: Any) -> dict[str, Any]:
    parts = [{"kind": "text", "text": text}]
    return {"message": {"kind": "message", "messageId": message_id, "role": "user", "parts": parts, **fields}}


async def test_a_task_of_0_3_is_the_same_task_in_1_0(serve: Serve) -> None:
    client = await serve()
    task = (await client.rpc("message/send", _send("hello"), version=None))["result"]
    assert task["kind"] == "task"
    assert task["status"]["state"] == "completed"
    assert task["artifacts"][0]["parts"] == [{"kind": "text", "text": "hello"}]
    same = (await client.rpc("GetTask", {"id": task["id"]}))["result"]
    assert same["status"]["state"] == "TASK_STATE_COMPLETED"
    assert (await client.rpc("tasks/get", {"id": task["id"]}, version="0.3"))["result"] == task


async def _frames(client: Any, method: str, params: Any, **headers: str) -> list[tuple[str | None, Any]]:
    body = {"jsonrpc": "2.0", "id": "s", "method": method, "params": params}
    async with client.http.stream("POST", "/", json=body, headers=headers) as response:
        return [(e.id, json.loads(e.data)["result"]) async for e in server_events(response.aiter_lines())]


async def test_a_stream_of_0_3_ends_with_a_final_event(serve: Serve) -> None:
    client = await serve()
    frames = await _frames(client, "message/stream", _send("hello"))
    assert [frame["kind"] for _, frame in frames] == ["task", "status-update", "artifact-update", "status-update"]
    assert [frame.get("final") for _, frame in frames if frame["kind"] == "status-update"] == [False, True]
    task_id = frames[0][1]["id"]
    again = await _frames(client, "tasks/resubscribe", {"id": task_id}, **{"Last-Event-ID": "2"})
    assert [number for number, _ in again] == ["3", "4"]


async def test_a_question_ends_the_stream_of_0_3_and_the_answer_goes_on(serve: Serve) -> None:
    async def answer(run: Run) -> None:
        colour = await run.ask("Which colour?")
        await run.artifact("shirt", [Part(text=colour.parts[0].text)])

    client = await serve(answer)
    frames = await _frames(client, "message/stream", _send("a shirt"))
    last = frames[-1][1]
    assert (last["status"]["state"], last["final"]) == ("input-required", True)
    done = (await client.rpc("message/send", _send("blue", "m-2", taskId=last["taskId"]), version="0.3"))["result"]
    assert done["status"]["state"] == "completed"


async def test_cancel_and_push_configs_of_0_3(serve: Serve) -> None:
    async def answer(run: Run) -> None:
        await run.ask("well?")

    client = await serve(answer)
    task = (await client.rpc("message/send", _send("x"), version="0.3"))["result"]
    config = {"taskId": task["id"], "pushNotificationConfig": {"id": "p", "url": "https://example.com/hook"}}
    stored = (await client.rpc("tasks/pushNotificationConfig/set", config, version="0.3"))["result"]
    assert stored == config
    wanted = {"id": task["id"], "pushNotificationConfigId": "p"}
    assert (await client.rpc("tasks/pushNotificationConfig/get", wanted, version="0.3"))["result"] == config
    assert (await client.rpc("tasks/pushNotificationConfig/list", {"id": task["id"]}, version="0.3"))["result"] == [
        config
    ]
    assert (await client.rpc("tasks/pushNotificationConfig/delete", wanted, version="0.3"))["result"] is None
    cancelled = (await client.rpc("tasks/cancel", {"id": task["id"]}, version="0.3"))["result"]
    assert cancelled["status"]["state"] == "canceled"


async def test_errors_have_the_codes_that_0_3_knows(serve: Serve) -> None:
    client = await serve()
    missing = await client.rpc("tasks/get", {"id": "nope"}, version="0.3")
    assert missing["error"]["code"] == -32001
    wrong = await client.rpc("message/send", {"message": {"role": "user"}}, version="0.3")
    assert wrong["error"]["code"] == -32602
    assert "messageId" in wrong["error"]["message"]
    finished = (await client.rpc("message/send", _send("x"), version="0.3"))["result"]
    more = await client.rpc("message/send", _send("y", "m-2", taskId=finished["id"]), version="0.3")
    assert more["error"]["code"] == -32004
