"""A limit on the bodies of requests, kept while they arrive."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from agentia.core.errors import AgentiaError

MAX_BODY = 12_000_000


class BodyTooLarge(AgentiaError):
    """A request's body is larger than the service takes."""

    status = 413


class BodyLimit:
    """ASGI middleware: whoever reads a body of more than `max_bytes` gets `BodyTooLarge` instead of the rest.

    A route may catch it to answer in its own protocol's words; otherwise `ErrorEdge` answers 413.
    """

    def __init__(self, app: ASGIApp, max_bytes: int = MAX_BODY) -> None:
        self._app, self._max_bytes = app, max_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        expected, received = _announced(scope), 0
        if 0 < expected <= self._max_bytes:  # the server holds a body to its announced length
            await self._app(scope, receive, send)
            return

        async def count() -> Message:
            nonlocal received
            if expected > self._max_bytes:
                raise self._too_large()
            message = await receive()
            received += len(message.get("body", b""))
            if received > self._max_bytes:
                raise self._too_large()
            return message

        await self._app(scope, count, send)

    def _too_large(self) -> BodyTooLarge:
        return BodyTooLarge(
            f"The request is larger than the {self._max_bytes:,} bytes that are taken.",
            fix="Send a smaller one; large files can be given by URL.",
        )


def _announced(scope: Scope) -> int:
    for name, value in scope["headers"]:
        if name == b"content-length" and value.isdigit():
            return int(value)
    return 0
