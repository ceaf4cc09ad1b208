"""How the servers of the Agents SDK are reached: as they say, with bounds, and watched."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, Final

from agents.mcp import MCPServerStdio, MCPServerStreamableHttp

from agentia.agents.sdk.mcp.http import client_factory
from agentia.agents.sdk.mcp.stdio import stdio
from agentia.agents.sdk.mcp.watch import Watch, Watched

PAGES: Final = 100
"""Pages that a server's list of tools may have, unless its definition says otherwise."""
FACTORY, STREAMS = "httpx_client_factory", "create_streams"


def prepare(server: Any, watch: Watch, name: str) -> None:
    """Have the next connection of `server` bounded and watched; one of a kind that we do not know stays as it is."""
    own = getattr(type(server), STREAMS, None)
    if own is None:
        return
    if server.max_list_pages is None:
        server.max_list_pages = PAGES
    if own is MCPServerStdio.create_streams:
        make: Any = lambda: stdio(server.params, watch, name)  # noqa: E731  one of three
    elif own is MCPServerStreamableHttp.create_streams and FACTORY not in server.params:
        make = lambda: _watched(_http(server, watch), watch)  # noqa: E731
    else:
        make = lambda: _watched(own(server), watch)  # noqa: E731
    vars(server)[STREAMS] = make


def restore(server: Any) -> None:
    """Have connections after this one made as the server's author says."""
    vars(server).pop(STREAMS, None)


def _http(server: MCPServerStreamableHttp, watch: Watch) -> Any:
    """Its streams over a client of ours."""
    given = server.params
    ours: Any = {**given, FACTORY: client_factory(watch)}
    server.params = ours
    try:
        return MCPServerStreamableHttp.create_streams(server)
    finally:
        server.params = given


@asynccontextmanager
async def _watched(streams: AbstractAsyncContextManager[Any], watch: Watch) -> AsyncIterator[Any]:
    async with streams as (read, write, *rest):
        yield Watched(read, watch), write, *rest
