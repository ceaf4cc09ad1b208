"""The answer on its way back: each chunk as it comes, and a last word when a stream ends before its time."""

import logging

import aiohttp
from starlette.types import Send

from agentia.gateway.call import Call
from agentia.gateway.dialect import error_event
from agentia.gateway.drain import Drain, Interrupted
from agentia.gateway.errors import AgentLost, StreamBroken
from agentia.gateway.frames import Frames
from agentia.gateway.headers import back

log = logging.getLogger("agentia.gateway")

_AT_ONCE = 1 << 20  # bytes; a plain answer up to this size is read whole, so that a broken one is an error, not a stump


async def pass_on(response: aiohttp.ClientResponse, call: Call, send: Send, agent: str, drain: Drain) -> None:
    """Send an agent's answer to the client. Raises `AgentLost` while nothing was sent yet."""
    if response.content_type == "text/event-stream" and "Content-Encoding" not in response.headers:
        await _events(response, call, send, agent, drain)
    else:
        await pass_on_plain(response, send, agent)


async def pass_on_plain(response: aiohttp.ClientResponse, send: Send, agent: str) -> None:
    """Send an answer that is no stream of events. Raises `AgentLost` while nothing was sent yet."""
    if response.content_length is not None and response.content_length <= _AT_ONCE:
        await _whole(response, send, agent)
    else:
        await _pieces(response, send, agent)


async def _whole(response: aiohttp.ClientResponse, send: Send, agent: str) -> None:
    body = await read(response, agent)
    await _head(response, send)
    await send({"type": "http.response.body", "body": body})


async def _pieces(response: aiohttp.ClientResponse, send: Send, agent: str) -> None:
    await _head(response, send)
    try:
        async for chunk in response.content.iter_any():
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
    except aiohttp.ClientError as exc:
        # Its head is out, so all that is left is to end without an end: the server then cuts the connection.
        log.warning("answer broke off", extra={"agent": agent, "error": type(exc).__name__})
        return
    await send({"type": "http.response.body"})


async def _events(response: aiohttp.ClientResponse, call: Call, send: Send, agent: str, drain: Drain) -> None:
    frames = Frames()
    call.forget_body()
    await _head(response, send)
    try:
        with drain.stream():
            async for chunk in response.content.iter_any():
                if events := frames.feed(chunk):
                    await send({"type": "http.response.body", "body": events, "more_body": True})
            last = frames.rest()
    except aiohttp.ClientError as exc:
        log.warning("stream broke off", extra={"agent": agent, "task": frames.task_id, "error": type(exc).__name__})
        last = _last_word(f"The agent '{agent}' went away in the middle of this stream", call, agent, frames)
    except Interrupted:
        last = _last_word("The gateway is about to stop and ends this stream", call, agent, frames)
    if not (last and frames.torn):  # nothing can follow half an event
        await send({"type": "http.response.body", "body": last})


async def read(response: aiohttp.ClientResponse, agent: str) -> bytes:
    """The whole body of an answer. Raises `AgentLost`."""
    try:
        return await response.read()
    except (aiohttp.ClientError, OSError) as exc:
        raise lost(agent) from exc


def lost(agent: str) -> AgentLost:
    """The error for a request that may or may not have been taken."""
    return AgentLost(
        f"The agent '{agent}' went away before it answered, so it is not known whether it took your request.",
        fix="Send it again with the same messageId: an agent of this mesh takes each message once.",
        details={"agent": agent},
    )


async def _head(response: aiohttp.ClientResponse, send: Send) -> None:
    await send({"type": "http.response.start", "status": response.status, "headers": back(response.raw_headers)})


def _last_word(what: str, call: Call, agent: str, frames: Frames) -> bytes:
    """The event that ends a stream before its time, with the way to the rest of it."""
    task, position = frames.task_id or call.task_id, frames.position
    after = f" and the header 'Last-Event-ID: {position}'" if position else ""
    details = {"agent": agent, "taskId": task, "lastEventId": position}
    error = StreamBroken(
        f"{what}; the task itself is not lost.",
        fix=f"{_resume(call, task)} for {f'task {task}' if task else 'the task'}{after} to get what follows.",
        details={name: value for name, value in details.items() if value},
    )
    return error_event(error, call.binding, call.version, call.request_id)


def _resume(call: Call, task: str | None) -> str:
    if call.binding == "JSONRPC":
        return "Call SubscribeToTask" if call.version == "1.0" else "Call tasks/resubscribe"
    prefix = "/v1" if call.version == "0.3" else ""
    return f"POST {prefix}/tasks/{task or '{id}'}:subscribe (SubscribeToTask)"
