"""A service's ASGI application, put together the one way."""

from collections.abc import Sequence

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.routing import BaseRoute
from starlette.types import Lifespan

from agentia.core.service.edge import ErrorEdge, http_error_response
from agentia.core.service.health import Ready, always_ready, health_routes
from agentia.core.service.limits import MAX_BODY, BodyLimit


def create_app(
    routes: Sequence[BaseRoute],
    *,
    lifespan: Lifespan[Starlette] | None = None,
    ready: Ready = always_ready,
    max_body: int = MAX_BODY,
    middleware: Sequence[Middleware] = (),
) -> Starlette:
    """The routes of a service, with health routes before them, errors answered in one shape, and bodies limited."""
    return Starlette(
        routes=[*health_routes(ready), *routes],
        middleware=[Middleware(ErrorEdge), Middleware(BodyLimit, max_bytes=max_body), *middleware],
        exception_handlers={HTTPException: http_error_response},
        lifespan=lifespan,
    )
