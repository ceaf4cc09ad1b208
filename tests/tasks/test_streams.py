"""Streams of events on a real socket, in every binding: there at once, alive in silence, over when nobody listens."""

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from typing import Any

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from agentia.core.service import create_app, running
from agentia.tasks.events import Event, status_update
from agentia.tasks.run import Run
from agentia.tasks.sse import COMMENT, EventStream
from agentia.tasks.states import COMPLETED, WORKING

Serve = Callable[..., Awaitable[Any]]
COMMENTED = COMMENT.decode().strip()


def _rpc(method: str, task_id: str) -> dict[str, Any]:
    body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": {"id": task_id}}
    return {"method": "POST", "url": "/", "json": body}


SUBSCRIBE: dict[str, Callable[[str], dict[str, Any]]] = {
    "JSON-RPC 1.0": lambda task_id: _rpc("SubscribeToTask", task_id) | {"headers": {"A2A-Version": "1.0"}},
    "JSON-RPC 0.3": lambda task_id: _rpc("tasks/resubscribe", task_id) | {"headers": {}},
    "HTTP+JSON": lambda task_id: {"method": "GET", "url": f"/tasks/{task_id}:subscribe?A2A-Version=1.0", "headers": {}},
}


class Silence:
    """An answer that says nothing until it is let on."""

    def __init__(self) -> None:
        self.over = asyncio.Event()

    async def __call__(self, run: Run) -> None:
        await self.over.wait()


@pytest.mark.parametrize("binding", SUBSCRIBE)
async def test_a_silent_stream_has_its_headers_and_comments_and_goes_on_from_its_position(
    serve: Serve, binding: str
) -> None:
    silence = Silence()
    client = await serve(silence, keep_alive=0.05)
    message = {"messageId": "m", "role": "ROLE_USER", "parts": [{"text": "x"}]}
    sent = await client.rpc("SendMessage", {"message": message, "configuration": {"returnImmediately": True}})
    request = SUBSCRIBE[binding](sent["result"]["task"]["id"])
    lines = []
    async with client.http.stream(**request | {"headers": request["headers"] | {"Last-Event-ID": "2"}}) as response:
        assert response.headers["content-type"].startswith("text/event-stream")
        assert response.headers["cache-control"] == "no-store"
        async for line in response.aiter_lines():
            lines.append(line)
            if lines.count(COMMENTED) == 2:
                silence.over.set()
    assert [line for line in lines if line.startswith("id:")] == ["id: 3"]
    assert set(lines[: lines.index("id: 3")]) == {COMMENTED, ""}


@pytest.mark.parametrize("binding", SUBSCRIBE)
async def test_a_finished_task_is_replayed_from_any_position(serve: Serve, binding: str) -> None:
    client = await serve()
    task = await client.send()
    request = SUBSCRIBE[binding](task["id"])
    for position in range(5):
        headers = request["headers"] | {"Last-Event-ID": str(position)}
        replayed = await client.http.request(**request | {"headers": headers})
        ids = [line for line in replayed.text.splitlines() if line.startswith("id:")]
        assert ids == [f"id: {number}" for number in range(position + 1, 5)]


class Streamed:
    """A service with one stream, of events that a test makes."""

    def __init__(self, events: Callable[[], AsyncIterator[Event]]) -> None:
        self._events, self.closed = events, asyncio.Event()
        self.app = create_app([Route("/", self._answer, methods=["GET"])])

    async def _answer(self, _: Request) -> Response:
        return EventStream(self._watched(), lambda event: event.json, lambda exc: json.dumps(str(exc)))

    async def _watched(self) -> AsyncGenerator[Event]:
        try:
            async for event in self._events():
                yield event
        finally:
            self.closed.set()


def _event(number: int, state: Any = WORKING) -> Event:
    return Event(number, status_update("t", "c", state))


async def _endless() -> AsyncIterator[Event]:
    yield _event(1)
    await asyncio.Event().wait()


async def _broken() -> AsyncIterator[Event]:
    yield _event(1)
    raise ValueError("one\ntwo")


async def _too_many() -> AsyncIterator[Event]:
    yield _event(1, COMPLETED)
    yield _event(2)


async def _large() -> AsyncIterator[Event]:
    for number in range(1, 1_000_000):
        event = _event(number)
        event.response.status_update.metadata.update({"text": "x" * 100_000})
        yield event


@pytest.mark.parametrize("events", [_endless, _large])
async def test_a_client_that_leaves_ends_the_stream_also_in_the_middle_of_an_event(
    events: Callable[[], AsyncIterator[Event]],
) -> None:
    streamed = Streamed(events)
    async with running(streamed.app) as url, httpx.AsyncClient(base_url=url) as http:
        async with http.stream("GET", "/") as response:
            await anext(response.aiter_lines())
        await asyncio.wait_for(streamed.closed.wait(), 10)


async def test_what_goes_wrong_is_an_event_of_its_own_and_the_stream_ends_in_order() -> None:
    async with running(Streamed(_broken).app) as url, httpx.AsyncClient(base_url=url) as http:
        answer = await http.get("/")
    assert answer.text.endswith('event: error\ndata: "one\\ntwo"\n\n')


async def test_a_stream_ends_with_the_event_that_ends_the_task() -> None:
    streamed = Streamed(_too_many)
    async with running(streamed.app) as url, httpx.AsyncClient(base_url=url) as http:
        answer = await http.get("/")
        await asyncio.wait_for(streamed.closed.wait(), 10)
    assert [line for line in answer.text.splitlines() if line.startswith("id:")] == ["id: 1"]


async def test_the_head_of_a_stream_can_be_asked_for() -> None:
    async with running(Streamed(_endless).app) as url, httpx.AsyncClient(base_url=url) as http:
        answer = await http.head("/")
    assert answer.headers["content-type"].startswith("text/event-stream")
