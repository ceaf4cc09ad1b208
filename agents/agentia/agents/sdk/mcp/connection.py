"""The connection of this process with one MCP server: opened when it is first needed, and again when it has ended."""

import asyncio
import contextvars
import logging
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, Final, TypeVar

from agents import UserError
from agents.mcp import MCPServer
from mcp.shared.exceptions import MCPError
from mcp_types import CONNECTION_CLOSED, REQUEST_TIMEOUT, CallToolResult, Tool

from agentia.agents.errors import TaskFailed
from agentia.agents.sdk.mcp.http import BROKEN, UNREACHED
from agentia.agents.sdk.mcp.transports import prepare, restore
from agentia.agents.sdk.mcp.watch import Watch
from agentia.agents.sdk.mcp.words import label, reason

CONNECTING: Final = 30.0
"""Seconds in which a server must be ready."""
LEAVING: Final = 10.0
"""Seconds that closing a connection may take."""
TRIES: Final = 4
"""Times in a row that a connection is tried, and that a call which was never taken is sent."""
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0
"""Seconds before the third try in a row, doubled each time; after the last one of them, tasks are told so at once."""
LONGEST: Final = 1000
"""Characters of a server's error that its model is told."""

T = TypeVar("T")
log = logging.getLogger("agentia.agents")


class Connection:
    """Shared by all tasks. Each call stands for itself: one that fails or is cancelled leaves those beside it alone."""

    def __init__(self, server: MCPServer, lists: Callable[..., Awaitable[list[Tool]]]) -> None:
        self.server: Any = server
        self.name = label(server.name)
        self._lists = lists
        self._watch: Watch | None = None
        self._opening: asyncio.Task[str] | None = None
        self._keeping: asyncio.Task[None] | None = None
        self._failures, self._not_before, self._why = 0, 0.0, ""
        self._closed = False

    async def tools(self, context: Any, agent: Any) -> list[Tool]:
        """What the server lists, filtered as its definition says. Raises TaskFailed with a sentence."""
        try:
            return await self._again(lambda: self._lists(context, agent), safe=True)
        except _Ended as exc:
            raise self._away(exc.why or "it broke off") from exc
        except (MCPError, UserError) as exc:
            raise self._away(reason(exc, self.server)) from exc

    async def call(self, tool: str, arguments: Any, meta: Any, *, safe: bool) -> CallToolResult:
        """The result of a tool; `safe` ones are called once more when the server breaks off.

        Raises UserError with a sentence for the model, which may hold what the server says; its cause is a TaskFailed.
        """
        try:
            return await self._again(lambda: self._call(tool, arguments, meta), safe=safe)
        except TaskFailed as exc:
            raise UserError(exc.message) from exc
        except _Ended as exc:
            why = f" ({exc.why})" if exc.why else ""
            said = (
                f"The MCP server {self.name} broke off while it worked on {tool}{why}. Whether it was done is unknown."
            )
            raise UserError(said) from _failed(said, exc)
        except MCPError as exc:
            if exc.code == REQUEST_TIMEOUT:
                said = f"The MCP server {self.name} took too long for {tool}."
                raise UserError(said) from _failed(said, exc)
            said = f"The MCP server {self.name} answers {tool} with an error"
            raise UserError(f"{said}: {exc.message[:LONGEST]}") from _failed(f"{said}.", exc)
        except (RuntimeError, ValueError) as exc:  # a result of another shape than it says, or a question to the user
            said = f"The MCP server {self.name} answers {tool} with what cannot be used."
            raise UserError(said) from _failed(said, exc)

    async def close(self) -> None:
        """End the connection for good."""
        self._closed = True
        if self._opening is not None:
            self._opening.cancel()
            await asyncio.gather(self._opening, return_exceptions=True)
        if self._watch is not None:
            self._watch.end()
        if self._keeping is not None:
            await self._keeping

    async def _again(self, call: Callable[[], Awaitable[T]], *, safe: bool) -> T:
        """What `call` gives. It is made again when it was never taken, and once more if it is `safe`."""
        sent = 0
        for _ in range(TRIES):
            watch = await self._ready()
            try:
                result = await call()
            except MCPError as exc:
                if exc.code == UNREACHED:
                    watch.end()
                    continue
                if not _broken(exc, watch):
                    raise
                if _closed(exc):
                    await watch.ended()
                sent += 1
                if sent == 2 or not safe:
                    raise _Ended(watch.why) from exc
            else:
                self._failures = 0
                return result
        raise self._away("it takes connections, but no calls")

    async def _call(self, tool: str, arguments: Any, meta: Any) -> CallToolResult:
        """As the SDK's, without its lock, which would have the calls of all tasks wait for the slowest."""
        session = getattr(self.server, "session", None)
        if session is None:
            result: CallToolResult = await type(self.server).call_tool(self.server, tool, arguments, meta)
        else:
            result = await session.call_tool(tool, arguments, meta=meta)
        return result

    async def _ready(self) -> Watch:
        """Come back once it is connected. Raises TaskFailed."""
        while self._watch is None or self._watch.over.is_set():
            if self._failures >= TRIES and time.monotonic() < self._not_before:
                raise self._away(self._why)
            if self._opening is None:  # in a context of its own: it is nobody's task
                self._opening = asyncio.create_task(self._open(), context=contextvars.Context())
            if why := await asyncio.shield(self._opening):
                raise self._away(why)
        return self._watch

    async def _open(self) -> str:
        """Connect; why that is not possible, or nothing."""
        try:
            for tried in range(TRIES if self._failures < TRIES else 1):
                if self._keeping is not None:
                    await self._keeping
                if tried:
                    await asyncio.sleep(max(0.0, self._not_before - time.monotonic()))
                if not (why := await self._connect()):
                    break
                self._failed(why)
            return why
        finally:
            self._opening = None

    async def _connect(self) -> str:
        watch = Watch()
        try:
            prepare(self.server, watch, self.name)
            async with asyncio.timeout(CONNECTING):
                await self.server.connect()
        except TimeoutError:
            return f"it was not ready within {CONNECTING:g} seconds"
        except asyncio.CancelledError:
            if (here := asyncio.current_task()) is not None and here.cancelling():
                raise
            return watch.why or "it broke off"
        except Exception as exc:  # of the SDK, of mcp, of HTTP or of the author: it does not connect, and that is told
            log.debug("mcp server failed", extra={"server": self.name}, exc_info=exc)
            return watch.why or reason(exc, self.server)
        finally:
            restore(self.server)
        watch.up, self._watch = True, watch
        self._keeping = asyncio.create_task(self._keep(watch), context=contextvars.Context())
        return ""

    async def _keep(self, watch: Watch) -> None:
        """Clean up once the connection has ended."""
        await watch.over.wait()
        if not self._closed:
            self._failed(watch.why or "it broke off")
        with suppress(Exception):
            async with asyncio.timeout(LEAVING):
                await self.server.cleanup()

    def _failed(self, why: str) -> None:
        self._failures, self._why = self._failures + 1, why
        pause = min(FIRST_PAUSE * 2.0 ** (self._failures - 2), LONGEST_PAUSE) if self._failures > 1 else 0.0
        self._not_before = time.monotonic() + pause
        log.warning("mcp server is away", extra={"server": self.name, "reason": why, "failures": self._failures})

    def _away(self, why: str) -> TaskFailed:
        return TaskFailed(
            f"The agent's MCP server {self.name} cannot be used: {why}. Who runs the agent can check how it is started"
            " or where it is; the agent's log has more."
        )


class _Ended(Exception):
    """The connection has ended during a call; `why` says more when that is known."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


def _broken(exc: MCPError, watch: Watch) -> bool:
    """Whether an error tells that nobody will answer any more, and not that the server refuses something."""
    if exc.code == BROKEN or watch.over.is_set():
        return True
    return _closed(exc) or (exc.code == CONNECTION_CLOSED and exc.message.startswith("SSE stream ended"))


def _closed(exc: MCPError) -> bool:
    """Whether it tells that the whole connection has ended, and not one call."""
    return exc.code == CONNECTION_CLOSED and exc.message.startswith("Connection closed")


def _failed(sentence: str, cause: Exception) -> TaskFailed:
    """What ends the task where a tool's failure is not told to its model."""
    failed = TaskFailed(sentence)
    failed.__cause__ = cause
    return failed
