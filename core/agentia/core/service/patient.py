"""A service that cannot start yet: it lives, says what it lacks, and becomes itself as soon as it can."""

import asyncio
import itertools
import logging
from collections.abc import Callable, Iterator

from starlette.applications import Starlette
from starlette.datastructures import State
from starlette.routing import Mount
from starlette.types import Receive, Scope, Send

from agentia.core.errors import AgentiaError
from agentia.core.service.app import create_app

_PAUSES = (0.2, 0.5, 1.0, 2.0)
"""Seconds after the first, second, … try; from then on the last."""

log = logging.getLogger("agentia.core")


class NotYet(AgentiaError):
    """The service waits for something that it cannot work without."""

    status = 503


class Patient:
    """ASGI: the app of `build`, once that returns one and its lifespan begins without an AgentiaError.

    For services that are started again with the same plan, as in containers: dying is slower than trying again, and
    says less. Until then `/healthz` answers well, `/readyz` says what is lacking, and everything else 503.
    """

    def __init__(self, build: Callable[[], Starlette]) -> None:
        self.state = State({"drain": self._drain})
        self._build = build
        self._app: Starlette | None = None
        self._lacking = NotYet("The service is starting.", fix="Try again in a few seconds.")
        self._leaving = asyncio.Event()
        self._waiting_room = create_app([Mount("/", self._refuse)], ready=self._raise)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        else:
            await (self._app or self._waiting_room)(scope, receive, send)

    async def _live(self, receive: Receive, send: Send) -> None:
        life = asyncio.create_task(self._become())
        await receive()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        self._leaving.set()
        await life
        await send({"type": "lifespan.shutdown.complete"})

    async def _become(self) -> None:
        pauses = itertools.chain(_PAUSES, itertools.repeat(_PAUSES[-1]))
        while not self._leaving.is_set():
            try:
                await self._be(await asyncio.to_thread(self._build))
            except AgentiaError as exc:
                await self._wait(exc, pauses)
            except Exception:
                log.exception("service cannot work")
                await self._wait(NotYet("The service cannot work for an internal reason. See its log."), pauses)

    async def _be(self, app: Starlette) -> None:
        async with app.router.lifespan_context(app):
            log.info("service works")
            self._app = app
            await self._leaving.wait()

    async def _wait(self, exc: AgentiaError, pauses: Iterator[float]) -> None:
        if exc.message != self._lacking.message:
            log.warning("service cannot work yet", extra={"reason": exc.message, "fix": exc.fix})
        self._lacking = NotYet(exc.message, fix=exc.fix)
        try:
            await asyncio.wait_for(self._leaving.wait(), next(pauses))
        except TimeoutError:
            return

    def _drain(self) -> None:
        if self._app is not None:
            self._app.state.drain()

    async def _raise(self) -> None:
        raise self._lacking

    async def _refuse(self, _scope: Scope, _receive: Receive, _send: Send) -> None:
        raise self._lacking
