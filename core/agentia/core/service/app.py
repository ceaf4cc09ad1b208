"""A service's ASGI application, put together the one way."""

from collections.abc import Mapping, Sequence

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Lifespan, Receive, Scope, Send

from agentia.core.service.edge import ErrorEdge, http_error_response
from agentia.core.service.health import Ready, always_ready, health_routes
from agentia.core.service.limits import MAX_BODY, BodyLimit


class _Service(Starlette):
    """Starlette, past which `busy` endpoints are reached: its middleware and routing cost more than some of them."""

    busy: Mapping[str, ASGIApp]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] == "POST" and (endpoint := self.busy.get(scope["path"])):
            await endpoint(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)


def create_app(
    routes: Sequence[BaseRoute],
    *,
    busy: Mapping[str, ASGIApp] | None = None,
    lifespan: Lifespan[Starlette] | None = None,
    ready: Ready = always_ready,
    max_body: int = MAX_BODY,
    middleware: Sequence[Middleware] = (),
) -> Starlette:
    """The routes of a service, with health routes before them, errors answered in one shape, and bodies limited.

    `busy` are ASGI endpoints by path, for POST, to which requests take the shortest way: past `middleware`.
    """
    busy = busy or {}
    app = _Service(
        routes=[*health_routes(ready), *(Route(path, app, methods=["POST"]) for path, app in busy.items()), *routes],
        middleware=[Middleware(ErrorEdge), Middleware(BodyLimit, max_bytes=max_body), *middleware],
        exception_handlers={HTTPException: http_error_response},
        lifespan=lifespan,
    )
    app.busy = {path: ErrorEdge(BodyLimit(endpoint, max_bytes=max_body)) for path, endpoint in busy.items()}
    return app
