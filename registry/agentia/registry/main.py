"""The registry as a service."""

import asyncio
import logging
import socket
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from starlette.applications import Starlette

from agentia.core.errors import AgentiaError
from agentia.core.fetch import SafeFetcher
from agentia.core.service import Patient, serve
from agentia.core.service import create_app as service_app
from agentia.core.settings import Settings
from agentia.registry.access import Access
from agentia.registry.liveness import USUAL, Liveness
from agentia.registry.registrar import Registrar
from agentia.registry.routes import Api
from agentia.registry.store import Store

MAX_BODY = 1_000_000
MAX_FETCH = 1_000_000
FETCH_SECONDS = 5.0

log = logging.getLogger("agentia.registry")


def run(settings: Settings, sock: socket.socket, *, patient: bool = False) -> None:
    """Serve the registry on a bound socket until SIGTERM. Raises AgentiaError when it cannot start.

    A `patient` one waits until it can use its database.
    """
    app = Patient(lambda: create_app(settings)) if patient else create_app(settings)
    serve(app, sock, service="registry", grace=settings.drain_seconds)


def create_app(settings: Settings, *, liveness: Liveness = USUAL, clock: Callable[[], float] = time.time) -> Starlette:
    """The registry over `data/db/registry.sqlite`. Raises AgentiaError when the database cannot be used."""
    store = Store(settings.data / "db" / "registry.sqlite", mode=settings.migrate)
    registrar = Registrar(store, liveness, clock)
    access = Access(settings.join_token, _fetcher(settings.allow_private), _fetcher(True))

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        await registrar.load()
        tidying = asyncio.create_task(_forget_regularly(registrar))
        try:
            yield
        finally:
            tidying.cancel()
            await asyncio.gather(tidying, return_exceptions=True)
            await store.close()

    async def ready() -> None:
        await store.keys("")  # the database answers

    return service_app(Api(registrar, access).routes(), lifespan=lifespan, ready=ready, max_body=MAX_BODY)


def _fetcher(allow_private: bool) -> SafeFetcher:
    return SafeFetcher(allow_private=allow_private, max_bytes=MAX_FETCH, timeout=FETCH_SECONDS)


async def _forget_regularly(registrar: Registrar) -> None:
    while True:
        await asyncio.sleep(registrar.liveness.heartbeat * registrar.liveness.missed)
        try:
            await registrar.forget()
        except AgentiaError:
            log.warning("old instances stay for now")  # the database's own message is in the log already
