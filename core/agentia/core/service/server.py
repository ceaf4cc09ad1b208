"""Running a service: uvicorn on a socket that is already bound, from the first request to the last."""

import asyncio
import logging
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from types import FrameType
from typing import Any

import uvicorn
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from agentia.core.errors import AgentiaError
from agentia.core.service.connection import Connection
from agentia.core.service.sockets import allow_files, bind

_KEEP_ALIVE_SECONDS = 75  # longer than clients keep idle connections, so that they never send into a closing one

log = logging.getLogger("agentia.core")


class StartFailed(AgentiaError):
    """A service could not start."""

    status = 500


def serve(
    app: ASGIApp,
    sock: socket.socket,
    *,
    service: str,
    on_ready: Callable[[], None] | None = None,
    on_drain: Callable[[], None] | None = None,
    grace: float = 5.0,
) -> None:
    """Serve until SIGTERM or SIGINT, then finish what is under way within `grace` seconds and close the app's lifespan.

    `on_ready` is called once requests are answered, `on_drain` at the signal, before connections are waited for, so
    that streams can be ended. A second signal ends the wait. Raises the app's own `AgentiaError`, or `StartFailed`.
    """
    allow_files()
    server = _Server(app, service, on_ready=on_ready, on_drain=on_drain, grace=grace)
    with sock:
        server.run(sockets=[sock])
    server.raise_failure()


@asynccontextmanager
async def running(
    app: ASGIApp,
    sock: socket.socket | None = None,
    *,
    service: str = "service",
    on_drain: Callable[[], None] | None = None,
) -> AsyncIterator[str]:
    """The app on a real socket beside other work of this event loop; yields its URL. For tests and benchmarks."""
    sock = sock or bind("127.0.0.1", 0)
    host, port = sock.getsockname()[:2]
    server = _EmbeddedServer(app, service, on_ready=None, on_drain=on_drain, grace=1)
    with sock:
        task = asyncio.create_task(server.serve(sockets=[sock]))
        await server.settled.wait()
        try:
            server.raise_failure()
            yield f"http://{host}:{port}"
        finally:
            server.leave()
            await task
            server.raise_failure()


class _Server(uvicorn.Server):
    """uvicorn, woken by events instead of ten times a second, telling of its start and its end."""

    def __init__(
        self,
        app: ASGIApp,
        service: str,
        *,
        on_ready: Callable[[], None] | None,
        on_drain: Callable[[], None] | None,
        grace: float,
    ) -> None:
        self._service, self._on_ready, self._on_drain, self._grace = service, on_ready, on_drain, grace
        self._lifespan = _Lifespan(app)
        self.settled, self._leaving = asyncio.Event(), asyncio.Event()  # settled: started, or failed to
        self._forced = asyncio.Event()
        super().__init__(
            uvicorn.Config(
                self._lifespan,
                loop="uvloop",
                http=Connection,
                ws="none",
                lifespan="on",
                log_config=None,
                access_log=False,
                server_header=False,
                proxy_headers=False,
                timeout_keep_alive=_KEEP_ALIVE_SECONDS,
            )
        )
        self._connections = self.server_state.connections = _Connections()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        self._loop = asyncio.get_running_loop()
        try:
            await super().startup(sockets)
        except SystemExit:  # uvicorn's way to say that the lifespan failed; `raise_failure` has the reason
            self.should_exit = True
        else:
            log.info("service ready", extra={"port": sockets[0].getsockname()[1] if sockets else None})
            if self._on_ready:
                self._on_ready()
        finally:
            self.settled.set()

    async def main_loop(self) -> None:
        while not await self.on_tick(0):
            with suppress(TimeoutError):
                async with asyncio.timeout(1):  # the Date header is renewed every second
                    await self._leaving.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Take no more connections, wait for the open ones until the grace is over or the wait is ended, and close."""
        for listening in (*self.servers, *(sockets or ())):
            listening.close()
        await asyncio.sleep(0)  # connections that were just taken are made
        for connection in list(self._connections):
            connection.shutdown()
        finished, forced = asyncio.create_task(self._finished()), asyncio.create_task(self._forced.wait())
        ended, _ = await asyncio.wait([finished, forced], timeout=self._grace, return_when=asyncio.FIRST_COMPLETED)
        finished.cancel()
        forced.cancel()
        if not ended:
            log.warning("requests are cut off", extra={"count": len(self.server_state.tasks)})
            for task in self.server_state.tasks:
                task.cancel()
        if not self.force_exit:
            await self.lifespan.shutdown()

    async def _finished(self) -> None:
        await self._connections.all_closed()
        while tasks := self.server_state.tasks:
            await asyncio.wait(tasks)

    def handle_exit(self, _signal: int, _frame: FrameType | None) -> None:
        """Take a signal without passing it on afterwards: a service that ended well leaves with exit code 0."""
        self.force_exit = self.should_exit
        self.should_exit = True
        self._loop.call_soon_threadsafe(self._forced.set if self.force_exit else self.leave)

    def leave(self) -> None:
        """Begin to stop."""
        self.should_exit = True
        if self._leaving.is_set():
            return
        self._leaving.set()
        log.info("service stopping")
        if self._on_drain:
            self._on_drain()

    def raise_failure(self) -> None:
        """Raise what went wrong at the start of the app; what went wrong at its end can only be logged."""
        failure = self._lifespan.failure
        if self.started and failure:
            log.error("service did not stop cleanly", exc_info=failure)
        elif isinstance(failure, AgentiaError):
            raise failure
        elif not self.started:
            raise StartFailed(f"{self._service} could not start for an internal reason.") from failure


class _Connections(set[Any]):
    """The open connections: uvicorn adds them, and discards those that are closed."""

    def __init__(self) -> None:
        super().__init__()
        self._changed = asyncio.Event()

    def discard(self, connection: Any) -> None:
        super().discard(connection)
        self._changed.set()

    async def all_closed(self) -> None:
        """Wait until none is open."""
        while self:
            self._changed.clear()
            await self._changed.wait()


class _EmbeddedServer(_Server):
    """A server that leaves the signals of its process alone."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class _Lifespan:
    """Passes everything to the app, and keeps the exception of which uvicorn would only print the text."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self.failure: Exception | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "lifespan":
            await self._app(scope, receive, send)
            return
        phase = "startup"

        async def watch(message: Message) -> None:
            nonlocal phase
            if message["type"] == "lifespan.startup.complete":
                phase = "shutdown"
            if not message["type"].endswith(".failed"):
                await send(message)

        try:
            await self._app(scope, receive, watch)
        except Exception as exc:  # noqa: BLE001  # kept, and raised again by `raise_failure`
            self.failure = exc
            await send({"type": f"lifespan.{phase}.failed", "message": ""})
