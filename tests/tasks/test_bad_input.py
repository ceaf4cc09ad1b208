"""What strangers send: each gets the right code and a sentence, nothing is lost, and nobody else is hurt."""

import asyncio
import json
import time
import uuid
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from agentia.cards.extensions import DEADLINE
from agentia.core.sse import server_events
from agentia.tasks.run import Run

Serve = Callable[..., Awaitable[Any]]
V1 = {"A2A-Version": "1.0"}


def _message(text: str = "hello", **fields: Any) -> dict[str, Any]:
    return {"messageId": str(uuid.uuid4()), "role": "ROLE_USER", "parts": [{"text": text}], **fields}


async def _asking(run: Run) -> str:
    return (await run.ask("well?")).parts[0].text


@pytest.mark.parametrize("path", ["/", "/message:send", "/message:stream"])
async def test_a_body_of_20_mb_is_refused_in_the_words_of_its_protocol(serve: Serve, path: str) -> None:
    client = await serve()
    body: dict[str, Any] = {"message": _message("x" * 20_000_000)}
    if path == "/":
        body = {"jsonrpc": "2.0", "id": 1, "method": "SendMessage", "params": body}
    answer = await client.http.post(path, json=body, headers=V1)
    assert answer.status_code == 413
    error = answer.json()["error"]
    assert "12,000,000 bytes" in error["message"]
    assert error["code"] == (-32600 if path == "/" else 413)
    assert (await client.send())["status"]["state"] == "TASK_STATE_COMPLETED", "the connection is still good"


@pytest.mark.parametrize("method", ["SendMessage", "message/send"])
async def test_an_error_in_the_envelope_names_the_request_it_answers(serve: Serve, method: str) -> None:
    client = await serve()
    for body in ({"jsonrpc": "1.0", "method": method}, {"jsonrpc": "2.0", "method": method, "params": [1]}):
        answer = await client.http.post("/", json=body | {"id": "seven"})
        assert answer.json()["id"] == "seven"
        assert answer.json()["error"]["code"] in (-32600, -32602)


@pytest.mark.parametrize(
    ("part", "words"),
    [
        (b'{"data": NaN}', "NaN is not a number of JSON"),
        (b'{"data": [1e999]}', "NaN or an infinity"),
        (b'{"text": "\\ud800"}', "surrogate"),
        (b'{"data": "\\ud800"}', "surrogate"),
        (b'{"data": ' + b'{"a":' * 40 + b"1" + b"}" * 40 + b"}", "nested too deeply"),
        (b'{"data": ' + b"[" * 500 + b"]" * 500 + b"}", "params do not fit"),
        (b'{"data": ' + b"[" * 200_000 + b"]" * 200_000 + b"}", "nested too deeply"),
        (b'{"text": "x", "metadata": {"a": ' + b'{"a":' * 40 + b"1" + b"}" * 41 + b"}", "nested too deeply"),
    ],
)
async def test_json_that_could_not_be_given_back_is_not_taken(serve: Serve, part: bytes, words: str) -> None:
    client = await serve()
    message = b'{"message": {"messageId": "m-1", "role": "ROLE_USER", "parts": [' + part + b"]}}"
    rpc = b'{"jsonrpc": "2.0", "id": 1, "method": "SendMessage", "params": ' + message + b"}"
    error = (await client.http.post("/", content=rpc, headers=V1)).json()["error"]
    assert error["code"] in (-32602, -32700)
    assert words in error["message"]
    assert len(error["message"]) < 500
    rest = await client.http.post("/message:send", content=message, headers=V1)
    assert rest.status_code == 400
    assert (await client.rpc("ListTasks"))["result"]["totalSize"] == 0


async def test_ids_of_any_text_are_only_ids(serve: Serve) -> None:
    client = await serve()
    for strange in ("\x00", "'; DROP TABLE tasks; --", "☃" * 200, "a/b:cancel", "\u2028"):
        task = await client.send("x", strange, contextId=strange)
        assert task["contextId"] == strange
        assert (await client.send("x", strange, contextId=strange))["id"] == task["id"]
        assert (await client.rpc("GetTask", {"id": strange}))["error"]["code"] == -32001
    surrogate = b'{"jsonrpc": "2.0", "id": 1, "method": "GetTask", "params": {"id": "\\ud800"}}'
    answer = (await client.http.post("/", content=surrogate, headers=V1)).json()
    assert answer["error"]["code"] == -32602
    assert (await client.http.get("/tasks/%00", headers=V1)).status_code == 404


async def test_text_is_whole_whatever_separates_lines_in_it(serve: Serve) -> None:
    client = await serve()
    text = "one\u2028two\u2029three\x85four\r\nfive\x0bsix\ud83d\ude00".encode("utf-16", "surrogatepass").decode(
        "utf-16"
    )
    params = {"jsonrpc": "2.0", "id": 1, "method": "SendStreamingMessage", "params": {"message": _message(text)}}
    async with client.http.stream("POST", "/", json=params, headers=V1) as response:
        frames = [json.loads(event.data)["result"] async for event in server_events(response.aiter_lines())]
    assert len(frames) == 4
    assert frames[2]["artifactUpdate"]["artifact"]["parts"] == [{"text": text}]


async def test_large_and_many_parts_come_back_as_they_went(serve: Serve) -> None:
    async def answer(run: Run) -> None:
        await run.artifact("all", run.messages[0].parts)

    client = await serve(answer)
    parts = [{"text": f"{number}"} for number in range(999)] + [{"raw": "eHl6" * 1_000_000, "mediaType": "text/csv"}]
    sent = await client.rpc("SendMessage", {"message": _message(parts=parts)})
    task = sent["result"]["task"]
    assert task["artifacts"][0]["parts"] == parts
    got = (await client.rpc("GetTask", {"id": task["id"]}))["result"]
    assert got["artifacts"] == task["artifacts"]


async def test_someone_elses_task_is_not_there_by_any_method(serve: Serve) -> None:
    client = await serve(_asking)
    task = await client.send()
    config = {"taskId": task["id"], "id": "p", "url": "https://example.com/hook"}
    await client.rpc("CreateTaskPushNotificationConfig", config)
    by_id, by_task = {"id": task["id"]}, {"taskId": task["id"], "id": "p"}
    for method, params in {
        "GetTask": by_id,
        "CancelTask": by_id,
        "SubscribeToTask": by_id,
        "CreateTaskPushNotificationConfig": config,
        "GetTaskPushNotificationConfig": by_task,
        "ListTaskPushNotificationConfigs": {"taskId": task["id"]},
        "DeleteTaskPushNotificationConfig": by_task,
        "SendMessage": {"message": _message("yes", taskId=task["id"])},
        "SendStreamingMessage": {"message": _message("yes", taskId=task["id"])},
    }.items():
        error = (await client.rpc(method, params, x_user="eve"))["error"]
        assert (method, error["code"]) == (method, -32001)
    refused = await client.rpc("SendMessage", {"message": _message(contextId=task["contextId"])}, x_user="eve")
    assert refused["error"]["code"] == -32602
    resumed = await client.rpc("SubscribeToTask", by_id, x_user="eve", Last_Event_ID="0")
    assert resumed["error"]["code"] == -32001
    assert (await client.rpc("ListTasks", {}, x_user="eve"))["result"]["totalSize"] == 0
    paths = f"/tasks/{task['id']}"
    for verb, path in (
        ("GET", paths),
        ("POST", f"{paths}:cancel"),
        ("GET", f"{paths}:subscribe"),
        ("GET", f"{paths}/pushNotificationConfigs"),
        ("GET", f"{paths}/pushNotificationConfigs/p"),
        ("DELETE", f"{paths}/pushNotificationConfigs/p"),
    ):
        answer = await client.http.request(verb, path, headers=V1 | {"x-user": "eve"})
        assert (path, answer.status_code) == (path, 404)
    for method, params in {
        "tasks/get": by_id,
        "tasks/cancel": by_id,
        "tasks/resubscribe": by_id,
        "tasks/pushNotificationConfig/get": {"id": task["id"]},
        "tasks/pushNotificationConfig/list": {"id": task["id"]},
    }.items():
        error = (await client.rpc(method, params, version="0.3", x_user="eve"))["error"]
        assert (method, error["code"]) == (method, -32001)
    mine = (await client.rpc("GetTask", by_id))["result"]
    assert mine["status"]["state"] == "TASK_STATE_INPUT_REQUIRED"
    kept = (await client.rpc("ListTaskPushNotificationConfigs", {"taskId": task["id"]}))["result"]["configs"]
    assert [each["url"] for each in kept] == [config["url"]]


async def test_two_sends_with_one_message_id_are_one_task(serve: Serve) -> None:
    client = await serve()
    message = _message()
    answers = await asyncio.gather(*(client.rpc("SendMessage", {"message": message}) for _ in range(4)))
    assert len({answer["result"]["task"]["id"] for answer in answers}) == 1
    other = await client.rpc("SendMessage", {"message": message | {"parts": [{"text": "other"}]}})
    assert other["error"]["code"] == -32602
    assert (await client.rpc("ListTasks"))["result"]["totalSize"] == 1


async def test_a_message_to_a_finished_or_a_running_task_says_what_to_do(serve: Serve) -> None:
    go = asyncio.Event()

    async def answer(run: Run) -> None:
        await go.wait()

    client = await serve(answer)
    sent = await client.rpc("SendMessage", {"message": _message(), "configuration": {"returnImmediately": True}})
    task = sent["result"]["task"]
    more = {"message": _message("more", taskId=task["id"])}
    running = (await client.rpc("SendMessage", more))["error"]
    assert (running["code"], "has not asked" in running["message"]) == (-32004, True)
    go.set()
    await client.rpc("SendMessage", {"message": _message()})
    finished = (await client.rpc("SendMessage", more))["error"]
    assert (finished["code"], task["contextId"] in finished["message"]) == (-32004, True)


@pytest.mark.parametrize("position", ["-1", "x", "1.5", "1 2"])
async def test_a_position_that_is_none_is_refused(serve: Serve, position: str) -> None:
    client = await serve()
    task = await client.send()
    refused = await client.rpc("SubscribeToTask", {"id": task["id"]}, Last_Event_ID=position)
    assert refused["error"]["code"] == -32602


async def test_extensions_that_nobody_knows_are_passed_over(serve: Serve) -> None:
    client = await serve()
    message = _message(extensions=["urn:example:unknown"], metadata={"urn:example:unknown": {"a": [1, None]}})
    for header in ("A2A-Extensions", "X-A2A-Extensions"):
        sent = await client.rpc("SendMessage", {"message": message}, **{header: "urn:example:unknown, urn:other"})
        task = sent["result"]["task"]
        assert task["status"]["state"] == "TASK_STATE_COMPLETED"
        assert task["history"][0]["metadata"] == message["metadata"]


@pytest.mark.parametrize("moment", ["past", "number"])
async def test_a_deadline_in_the_message_ends_the_task(serve: Serve, moment: str) -> None:
    async def answer(run: Run) -> None:
        await asyncio.Event().wait()

    client = await serve(answer)
    said: Any = "2001-01-01t00:00:00z" if moment == "past" else time.time() + 0.05
    task = await client.send(metadata={DEADLINE: said})
    assert task["status"]["state"] == "TASK_STATE_FAILED"
    assert "deadline" in task["status"]["message"]["parts"][0]["text"]


@pytest.mark.parametrize("said", ["tomorrow", "2026-01-01", "2026-01-01T00:00:00", True, None, {"at": 1}, [1]])
async def test_a_deadline_that_is_no_time_is_refused(serve: Serve, said: Any) -> None:
    client = await serve()
    for method in ("SendMessage", "SendStreamingMessage"):
        error = (await client.rpc(method, {"message": _message(metadata={DEADLINE: said})}))["error"]
        assert (error["code"], "RFC 3339" in error["message"]) == (-32602, True)


async def test_an_answer_to_a_question_can_bring_the_deadline_forward(serve: Serve) -> None:
    async def answer(run: Run) -> None:
        await run.ask("well?")
        await asyncio.Event().wait()

    client = await serve(answer)
    task = await client.send(metadata={DEADLINE: time.time() + 3600})
    done = await client.send("yes", taskId=task["id"], metadata={DEADLINE: time.time() + 0.05})
    assert done["id"] == task["id"]
    assert done["status"]["state"] == "TASK_STATE_FAILED"


async def test_a_client_that_leaves_while_it_sends_is_no_error(serve: Serve, caplog: pytest.LogCaptureFixture) -> None:
    client = await serve()
    url = client.http.base_url
    _, writer = await asyncio.open_connection(url.host, url.port)
    head = f"POST / HTTP/1.1\r\nHost: {url.host}\r\nA2A-Version: 1.0\r\nContent-Length: 1000\r\n\r\n"
    writer.write(f"{head}{{".encode())
    await writer.drain()
    writer.close()
    await writer.wait_closed()
    assert (await client.send())["status"]["state"] == "TASK_STATE_COMPLETED"
    assert not [record for record in caplog.records if record.levelname == "ERROR"]
