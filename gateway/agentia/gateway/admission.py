"""The door as ASGI middleware: every request has its principal in the scope, or goes no further."""

from starlette.types import ASGIApp, Receive, Scope, Send

from agentia.gateway.door import Door, Principal

_PRINCIPAL = "agentia.principal"
_OPEN = ("/healthz", "/readyz")
"""What a cluster asks from addresses that nobody knows before, and of which nothing can be learned but health."""


class Admission:
    """Asks the door about each request; the error edge answers a `NotAdmitted`."""

    def __init__(self, app: ASGIApp, door: Door) -> None:
        self._app = app
        self._door = door

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] not in _OPEN:
            client = scope.get("client")
            scope[_PRINCIPAL] = self._door.admit(scope["headers"], client[0] if client else "")
        await self._app(scope, receive, send)


def principal_of(scope: Scope) -> Principal:
    """Who sent a request that was let in."""
    principal: Principal = scope[_PRINCIPAL]
    return principal
