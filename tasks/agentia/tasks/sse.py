"""Server-Sent Events whose ids are event numbers, so that a stream can be taken up again where it broke."""

import logging
from collections.abc import AsyncGenerator, AsyncIterator, Callable

from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.requests import Request

from agentia.tasks.events import Event

KEEP_ALIVE = 15
"""Seconds of silence after which a comment is sent."""

log = logging.getLogger("agentia.tasks")


def event_stream(
    events: AsyncIterator[Event],
    data: Callable[[Event], str],
    problem: Callable[[Exception], str],
    *,
    last: Callable[[Event], bool] = lambda event: event.ends,
    headers: dict[str, str] | None = None,
) -> EventSourceResponse:
    """A response that sends its headers at once and each event as `data` makes it, up to the `last` one.

    What goes wrong later becomes one event of type `error`, as `problem` words it.
    """

    async def frames() -> AsyncIterator[ServerSentEvent]:
        try:
            async for event in events:
                yield ServerSentEvent(data(event), id=str(event.number), sep="\n")
                if last(event):
                    return
        except Exception as exc:  # noqa: BLE001  the stream's edge: the client is told in its own dialect
            yield ServerSentEvent(problem(exc), event="error", sep="\n")
        finally:
            if isinstance(events, AsyncGenerator):
                await events.aclose()

    return EventSourceResponse(frames(), ping=KEEP_ALIVE, sep="\n", headers=headers)


def position(request: Request) -> int | None:
    """The number in `Last-Event-ID`, None when there is none. Raises ValueError when it is not a number from 0."""
    value = request.headers.get("last-event-id")
    if value is None or not value.strip():
        return None
    number = int(value)
    if number < 0:
        raise ValueError("Last-Event-ID is below zero")
    return number
