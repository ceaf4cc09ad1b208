"""The gateway as a service."""

import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.middleware import Middleware

from agentia.core.identity import ServiceKey
from agentia.core.service import Patient, serve
from agentia.core.service import create_app as create_service
from agentia.core.settings import Settings
from agentia.gateway.admission import Admission
from agentia.gateway.door import require_loopback
from agentia.gateway.parts import assemble
from agentia.gateway.routes import routes

SERVICE = "gateway"


def create_app(settings: Settings, key: ServiceKey) -> Starlette:
    """The gateway to the mesh of `settings.registry_url`, shown at `public_url` or else `gateway_url`.

    `app.state.drain()` ends its open streams, for when the service is about to stop.
    """
    parts = assemble(settings, key)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with parts.running():
            yield

    app = create_service(
        routes(parts), lifespan=lifespan, ready=parts.ready, middleware=[Middleware(Admission, door=parts.door)]
    )
    app.state.drain = parts.drain.begin
    return app


def run(settings: Settings, sock: socket.socket, *, patient: bool = False) -> None:
    """Serve on a listening socket until SIGTERM or SIGINT. Raises `NotLoopback`, `KeyInvalid`, `StartFailed`.

    A `patient` one waits until it can have its key.
    """
    if not (settings.published_on_loopback or settings.access_token):
        require_loopback(sock.getsockname()[0])

    def build() -> Starlette:
        return create_app(settings, ServiceKey.load_or_create(settings.data / "keys" / f"{SERVICE}.pem", SERVICE))

    app = Patient(build) if patient else build()
    serve(app, sock, service=SERVICE, on_drain=app.state.drain, grace=settings.drain_seconds)
