"""A stream passes event by event, ends with whoever ends it, and never just stops."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest


def status(number: int, task: str = "t-1") -> dict[str, Any]:
    update = {"taskId": task, "contextId": "c-1", "status": {"state": "TASK_STATE_WORKING"}, "number": number}
    return {"jsonrpc": "2.0", "id": "r-1", "result": {"statusUpdate": update}}


def fields(event: str) -> dict[str, str]:
    return dict(line.split(": ", 1) for line in event.split("\r\n"))


async def events(reply: httpx.Response) -> AsyncIterator[dict[str, str]]:
    """The events of a stream, each as its fields, as soon as it is whole."""
    text = ""
    async for piece in reply.aiter_text():
        *whole, text = (text + piece).split("\r\n\r\n")
        for event in whole:
            yield fields(event)
    assert text == ""


async def test_the_first_event_arrives_before_the_agent_has_a_second(mesh: Any, rpc: Any) -> None:
    more = asyncio.Event()

    async def two(_: Any, line: Any) -> None:
        await line.open_stream()
        await line.event(status(1), 1)
        await more.wait()
        await line.event(status(2), 2)
        await line.end_stream()

    await mesh.agent("analyst", two)
    async with mesh.client.stream("POST", "/agents/analyst/", json=rpc("SendStreamingMessage")) as reply:
        assert reply.headers["content-type"] == "text/event-stream"
        stream = events(reply)
        first = await anext(stream)
        more.set()
        rest = [event async for event in stream]
    assert (first["id"], json.loads(first["data"])) == ("1", status(1))
    assert [event["id"] for event in rest] == ["2"]


async def test_the_head_of_a_stream_arrives_before_any_event(mesh: Any, rpc: Any) -> None:
    more = asyncio.Event()

    async def slow(_: Any, line: Any) -> None:
        await line.open_stream()
        await more.wait()
        await line.end_stream()

    await mesh.agent("analyst", slow)
    async with mesh.client.stream("POST", "/agents/analyst/", json=rpc("SendStreamingMessage")) as reply:
        assert reply.status_code == 200
        more.set()
        assert [event async for event in events(reply)] == []


async def test_an_event_in_pieces_arrives_whole_and_comments_pass(mesh: Any, rpc: Any) -> None:
    async def pieces(_: Any, line: Any) -> None:
        await line.open_stream()
        for piece in (b"id: 1\r\nda", b"ta: x\r", b"\n\r", b"\n: ping\n\n", b"data: last"):
            await line.chunk(piece)
        await line.end_stream()

    await mesh.agent("analyst", pieces)
    async with mesh.client.stream("POST", "/agents/analyst/", json=rpc("SendStreamingMessage")) as reply:
        assert b"".join([piece async for piece in reply.aiter_raw()]) == b"id: 1\r\ndata: x\r\n\r\n: ping\n\ndata: last"


async def test_an_event_of_several_megabytes_passes_whole(mesh: Any, rpc: Any) -> None:
    async def big(_: Any, line: Any) -> None:
        await line.open_stream()
        await line.event("x" * 3_000_000, 1)
        await line.event("end", 2)
        await line.end_stream()

    await mesh.agent("analyst", big)
    async with mesh.client.stream("POST", "/agents/analyst/", json=rpc("SendStreamingMessage")) as reply:
        got = [event async for event in events(reply)]
    assert [len(event["data"]) for event in got] == [3_000_002, 5]


async def test_a_client_that_leaves_closes_the_agents_connection(mesh: Any, rpc: Any) -> None:
    left = asyncio.Event()

    async def endless(_: Any, line: Any) -> None:
        await line.open_stream()
        await line.event(status(1), 1)
        await line.hung_up()
        left.set()

    await mesh.agent("analyst", endless)
    async with mesh.client.stream("POST", "/agents/analyst/", json=rpc("SendStreamingMessage")) as reply:
        await anext(events(reply))
        assert not left.is_set()
    await left.wait()


async def test_a_client_that_leaves_before_the_answer_closes_the_agents_connection_too(mesh: Any, rpc: Any) -> None:
    reached, left = asyncio.Event(), asyncio.Event()

    async def thinking(_: Any, line: Any) -> None:
        reached.set()
        await line.hung_up()
        left.set()

    await mesh.agent("analyst", thinking)
    call = asyncio.create_task(mesh.client.post("/agents/analyst/", json=rpc()))
    await reached.wait()
    call.cancel()
    await left.wait()


async def test_a_slow_reader_slows_the_agent_and_loses_nothing(mesh: Any, rpc: Any) -> None:
    """More than all buffers on the way hold: the agent cannot finish before the client reads."""
    done = asyncio.Event()

    async def flood(_: Any, line: Any) -> None:
        await line.open_stream()
        for number in range(1000):
            await line.event("x" * 50_000, number)
        await line.end_stream()
        done.set()

    await mesh.agent("analyst", flood)
    async with mesh.client.stream("POST", "/agents/analyst/", json=rpc("SendStreamingMessage")) as reply:
        stream = events(reply)
        await anext(stream)
        assert not done.is_set()
        assert [int(event["id"]) async for event in stream] == list(range(1, 1000))


async def dies_after(*data: Any, tail: bytes = b"") -> Any:
    async def script(_: Any, line: Any) -> None:
        await line.open_stream()
        for number, each in enumerate(data, 1):
            await line.event(each, number)
        if tail:
            await line.chunk(tail)
        line.die()

    return script


@pytest.mark.parametrize("tail", [b"", b'id: 3\r\ndata: {"jsonrpc": "2.0", "resu'])
async def test_an_agent_that_dies_ends_the_stream_with_an_error_that_says_how_to_resume(
    mesh: Any, rpc: Any, tail: bytes
) -> None:
    await mesh.agent("analyst", await dies_after(status(1), status(2), tail=tail))
    async with mesh.client.stream("POST", "/agents/analyst/", json=rpc("SendStreamingMessage")) as reply:
        *before, last = [event async for event in events(reply)]

    assert [event["id"] for event in before] == ["1", "2"]
    assert (last["event"], "id" in last) == ("error", False)
    error = json.loads(last["data"])
    assert (error["jsonrpc"], error["id"], error["error"]["code"]) == ("2.0", "r-1", -32603)
    assert error["error"]["data"][0]["metadata"] == {
        "cause": "stream_broken",
        "agent": "analyst",
        "taskId": "t-1",
        "lastEventId": "2",
    }
    assert "Call SubscribeToTask for task t-1 and the header 'Last-Event-ID: 2'" in error["error"]["message"]


async def test_an_agent_that_dies_before_its_first_event_still_ends_with_an_error(mesh: Any, rpc: Any) -> None:
    await mesh.agent("analyst", await dies_after())
    async with mesh.client.stream("POST", "/agents/analyst/", json=rpc("SubscribeToTask", id="t-9")) as reply:
        (last,) = [event async for event in events(reply)]
    error = json.loads(last["data"])
    assert error["id"] == "r-1"
    assert "Call SubscribeToTask for task t-9 to get what follows." in error["error"]["message"]


async def test_a_client_of_03_gets_the_error_in_its_own_shape(mesh: Any, rpc: Any) -> None:
    update = {
        "kind": "status-update",
        "taskId": "t-3",
        "contextId": "c",
        "status": {"state": "working"},
        "final": False,
    }
    await mesh.agent("analyst", await dies_after({"jsonrpc": "2.0", "id": "r-1", "result": update}))
    async with mesh.client.stream("POST", "/agents/analyst/", json=rpc("message/stream")) as reply:
        *_, last = [event async for event in events(reply)]
    error = json.loads(last["data"])
    assert "event" not in last
    assert set(error["error"]) == {"code", "message"}
    assert "Call tasks/resubscribe for task t-3 and the header 'Last-Event-ID: 1'" in error["error"]["message"]


@pytest.mark.parametrize(
    ("path", "event", "says"),
    [
        ("/message:stream", {"task": {"id": "t-4"}}, "POST /tasks/t-4:subscribe"),
        ("/v1/message:stream", {"statusUpdate": {"taskId": "t-4"}}, "POST /v1/tasks/t-4:subscribe"),
    ],
)
async def test_over_http_json_the_error_is_a_status_object(mesh: Any, path: str, event: Any, says: str) -> None:
    await mesh.agent("analyst", await dies_after(event))
    async with mesh.client.stream("POST", f"/agents/analyst{path}", json={"message": {}}) as reply:
        *_, last = [each async for each in events(reply)]
    error = json.loads(last["data"])
    assert last["event"] == "error"
    assert says in (error["error"]["message"] if path.startswith("/m") else error["message"])
    if path.startswith("/m"):
        assert error["error"]["details"][0]["reason"] == "INTERNAL_ERROR"


async def test_a_gateway_that_stops_ends_its_streams_with_the_way_to_resume(mesh: Any, rpc: Any) -> None:
    left = asyncio.Event()

    async def endless(_: Any, line: Any) -> None:
        await line.open_stream()
        await line.event(status(1), 1)
        await line.hung_up()
        left.set()

    await mesh.agent("analyst", endless)
    async with mesh.client.stream("POST", "/agents/analyst/", json=rpc("SendStreamingMessage")) as reply:
        stream = events(reply)
        await anext(stream)
        mesh.app.state.drain()
        (last,) = [event async for event in stream]
    message = json.loads(last["data"])["error"]["message"]
    assert message.startswith(
        "The gateway is about to stop and ends this stream; the task itself is not lost. Call Sub"
    )
    assert "'Last-Event-ID: 1'" in message
    await left.wait()


async def test_the_official_client_raises_the_sentence(mesh: Any, rpc: Any) -> None:
    from a2a.client import ClientConfig, create_client
    from a2a.types import a2a_pb2 as pb
    from a2a.utils.errors import InternalError

    update = {"taskId": "t-1", "contextId": "c-1", "status": {"state": "TASK_STATE_WORKING"}}
    await mesh.agent("analyst", await dies_after({"jsonrpc": "2.0", "id": 1, "result": {"statusUpdate": update}}))
    request = pb.SendMessageRequest(message=pb.Message(message_id="m", role=pb.Role.ROLE_USER))
    async with httpx.AsyncClient(verify=False) as http:
        client = await create_client(f"{mesh.url}/agents/analyst", ClientConfig(httpx_client=http))
        with pytest.raises(InternalError, match="SubscribeToTask for task t-1"):
            async for _ in client.send_message(request):
                pass


async def test_an_answer_that_breaks_off_is_cut_and_not_ended(mesh: Any, rpc: Any) -> None:
    async def stump(_: Any, line: Any) -> None:
        await line.send(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n")
        await line.chunk(b'{"half": ')
        line.die()

    await mesh.agent("analyst", stump)
    with pytest.raises(httpx.RemoteProtocolError):
        await mesh.client.post("/agents/analyst/", json=rpc())
