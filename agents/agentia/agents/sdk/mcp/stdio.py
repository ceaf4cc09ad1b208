"""MCP over the pipes of a process of ours: messages a line each, of bounded length, and what it complains, in our log.

The transport of the `mcp` package reads lines of any length and hands stderr through without an end.
"""

import asyncio
import logging
import os
import signal
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from typing import Any, Final

import anyio
from mcp.client.stdio import StdioServerParameters, get_default_environment
from mcp.shared.message import SessionMessage
from mcp_types import jsonrpc_message_adapter

from agentia.agents.sdk.mcp import watch as limits
from agentia.agents.sdk.mcp.watch import Watch

CHUNK: Final = 1 << 16
GRACE: Final = 2.0
"""Seconds that the process has to end by itself, and then to end on SIGTERM."""
TOLD, LINE = 200, 300
"""Lines of a process's stderr that the log repeats, and characters of each."""
log = logging.getLogger("agentia.agents")


@asynccontextmanager
async def stdio(params: StdioServerParameters, watch: Watch, name: str) -> AsyncIterator[tuple[Any, Any]]:
    """Start the process and give the streams of its messages. Raises OSError when it cannot be started."""
    process = await asyncio.create_subprocess_exec(
        params.command,
        *params.args,
        env=get_default_environment() | (params.env or {}),
        cwd=params.cwd,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        start_new_session=True,
    )
    arriving, received = anyio.create_memory_object_stream[SessionMessage | Exception](0)
    leaving, to_send = anyio.create_memory_object_stream[SessionMessage](0)
    pumps = [
        asyncio.create_task(_read(process, arriving, watch)),
        asyncio.create_task(_write(process, to_send, arriving, watch)),
        asyncio.create_task(_listen(process, name)),
    ]
    try:
        yield received, leaving
    finally:
        for stream in (received, leaving):
            stream.close()
        await _stop(process, GRACE if watch.up and not watch.why else 0.0)
        for pump in pumps:
            pump.cancel()
        await asyncio.gather(*pumps, return_exceptions=True)


async def _read(process: asyncio.subprocess.Process, arriving: Any, watch: Watch) -> None:
    assert process.stdout is not None
    rest = bytearray()
    with suppress(anyio.BrokenResourceError, anyio.ClosedResourceError, ConnectionError):
        async with arriving:
            while chunk := await process.stdout.read(CHUNK):
                for line in _lines(rest, chunk):
                    item = _parsed(line)
                    if item is None:
                        continue
                    if not watch.takes(item, len(line)):
                        return
                    await arriving.send(item)
                if len(rest) > limits.LONGEST:
                    watch.end(limits.TOO_LONG)
                    return
            watch.end(await _ending(process, "its output"))
    watch.end()


def _lines(rest: bytearray, chunk: bytes) -> Iterator[bytes]:
    """The lines that `chunk` completes; `rest` is what stood before it, and what is left."""
    *lines, last = chunk.split(b"\n")
    for line in lines:
        yield bytes(rest) + line
        rest.clear()
    rest += last


def _parsed(line: bytes) -> SessionMessage | Exception | None:
    if not line.strip():
        return None
    try:
        return SessionMessage(jsonrpc_message_adapter.validate_json(line, by_name=False))
    except ValueError as exc:
        return exc


async def _ending(process: asyncio.subprocess.Process, pipe: str) -> str:
    """What became of a process that has closed a pipe."""
    await _exited(process, GRACE)
    code = process.returncode
    if code is None:
        return f"it has closed {pipe}"
    return f"its process ended with exit status {code}" if code >= 0 else f"its process was killed by signal {-code}"


async def _write(process: asyncio.subprocess.Process, to_send: Any, arriving: Any, watch: Watch) -> None:
    assert process.stdin is not None
    try:
        async with to_send:
            async for message in to_send:
                text = message.message.model_dump_json(by_alias=True, exclude_unset=True)
                process.stdin.write(text.encode() + b"\n")
                await process.stdin.drain()
    except ConnectionError:  # nobody reads: who waits for an answer shall not wait for ever, nor ask here again
        watch.end(await _ending(process, "its input"))
        await arriving.aclose()


async def _listen(process: asyncio.subprocess.Process, name: str) -> None:
    """Repeat the first lines of stderr in the log, and drop the others so that the process need not wait."""
    assert process.stderr is not None
    told, rest = 0, bytearray()
    while chunk := await process.stderr.read(CHUNK):
        if told > TOLD:
            continue
        for line in _lines(rest, chunk):
            told += 1
            if told > TOLD:
                log.info("mcp server says more than is repeated", extra={"server": name})
                break
            log.info("mcp server says", extra={"server": name, "line": line[:LINE].decode(errors="replace")})
        if len(rest) > CHUNK:
            rest.clear()


async def _stop(process: asyncio.subprocess.Process, grace: float) -> None:
    """Close its input, then be firmer; what it has started in its group ends with it."""
    assert process.stdin is not None
    process.stdin.close()
    for number, seconds in ((signal.SIGTERM, grace), (signal.SIGKILL, grace)):
        await _exited(process, seconds)
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, number)
    await _exited(process, GRACE)
    transport: Any = getattr(process, "_transport", None)
    if transport is not None:  # a pipe that one of its children has kept would stay open
        transport.close()


async def _exited(process: asyncio.subprocess.Process, seconds: float) -> None:
    """Until it has ended, or so long; `wait` would also wait for pipes that its children may have kept.

    This is waited for in tasks that are being cancelled, in which Python before 3.11.4 can have no `asyncio.timeout`.
    """
    until = time.monotonic() + seconds
    while process.returncode is None and time.monotonic() < until:  # noqa: ASYNC110  nothing tells only that
        await asyncio.sleep(0.01)
