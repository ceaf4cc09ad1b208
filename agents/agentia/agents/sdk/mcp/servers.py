"""The MCP servers of agents in tasks: which connection each has, and what each task was told of their tools."""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from agents import Agent, FunctionTool, RunContextWrapper, Tool, UserError, default_tool_error_function
from agents.mcp import MCPServer

from agentia.agents.errors import TaskFailed
from agentia.agents.sdk import scope as scopes
from agentia.agents.sdk import tools as journaled
from agentia.agents.sdk.mcp.connection import Connection
from agentia.agents.sdk.mcp.lists import Lists
from agentia.agents.sdk.mcp.words import label

TOOLS: Final = "get_mcp_tools"
"""The function of an agent that ours stands before."""


@dataclass
class Pool:
    """The connections of a process, one for each server, whichever of its tasks and agents use it."""

    _known: dict[int, Connection] = field(default_factory=dict)

    def of(self, server: MCPServer, lists: Callable[..., Awaitable[Any]]) -> Connection | None:
        """The connection with `server`, None with one that its author has connected; `lists` is its own function."""
        if id(server) not in self._known:
            if getattr(server, "session", None) is not None:
                return None
            self._known[id(server)] = Connection(server, lists)
        return self._known[id(server)]

    async def close(self) -> None:
        """End all connections."""
        known, self._known = self._known, {}
        for connection in known.values():
            await connection.close()


@dataclass(frozen=True)
class Servers:
    """What the scopes of a task share: the connections, and the lists of tools."""

    pool: Pool
    lists: Lists


class Shared:
    """Stands before the functions of a server. Outside of tasks it changes nothing."""

    def __init__(self, server: MCPServer) -> None:
        self._server, self._list, self._call = server, server.list_tools, server.call_tool
        self._safe: set[str] = set()

    async def list_tools(self, run_context: Any = None, agent: Any = None) -> list[Any]:
        """The server's tools, as the task at hand knows them."""
        scope = scopes.here()
        if scope is None or scope.servers is None:
            return await self._list(run_context, agent)
        connection = scope.servers.pool.of(self._server, self._list)
        ask = self._list if connection is None else connection.tools
        name = label(self._server.name)
        place = f"tools/{getattr(agent, 'name', '')}/{self._number(agent)} {name}"
        tools = await scope.servers.lists.of(place, name, lambda: ask(run_context, agent))
        self._safe |= {tool.name for tool in tools if _safe(tool)}
        return tools

    async def call_tool(self, tool_name: str, arguments: Any, meta: Any = None) -> Any:
        """The result of a tool, over the connection that all tasks share."""
        scope = scopes.here()
        if scope is not None and scope.servers is not None:
            connection = scope.servers.pool.of(self._server, self._list)
            if connection is not None:
                return await connection.call(tool_name, arguments, meta, safe=tool_name in self._safe)
        return await self._call(tool_name, arguments) if meta is None else await self._call(tool_name, arguments, meta)

    def _number(self, agent: Any) -> int:
        """Which of the agent's servers this is; several may have one name."""
        mine = (number for number, each in enumerate(getattr(agent, "mcp_servers", ())) if each is self._server)
        return next(mine, 0)


class AgentTools:
    """Stands before the function that makes an agent's tools of its servers' lists: their calls are journaled."""

    def __init__(self, agent: Agent[Any]) -> None:
        self._agent = agent
        self.descriptions: dict[str, str] = {}

    async def __call__(self, run_context: Any) -> list[Tool]:
        """The tools."""
        _share(self._agent.mcp_servers)  # a lifespan may have added some
        made = await type(self._agent).get_mcp_tools(self._agent, run_context)
        for tool in made:
            if isinstance(tool, FunctionTool):
                journaled.journal(tool)
                self.descriptions[tool.name] = tool.description
        return made


def _told(context: RunContextWrapper[Any], error: Exception) -> str:
    """What the model is told of a failed call unless its author says otherwise; the SDK would not tell it why."""
    if isinstance(error, UserError) and isinstance(error.__cause__, TaskFailed):
        return error.message
    return default_tool_error_function(context, error)


def _safe(tool: Any) -> bool:
    """Whether a tool says that it does no harm when it is called twice."""
    said = tool.annotations
    return said is not None and bool(said.read_only_hint or said.idempotent_hint)


def _share(servers: Iterable[MCPServer]) -> None:
    for server in servers:
        if "call_tool" not in vars(server):
            shared = Shared(server)
            vars(server).update(list_tools=shared.list_tools, call_tool=shared.call_tool)


def share(agent: Agent[Any], *, by_server: bool = False) -> None:
    """Have the tools of the agent's MCP servers journaled, and the servers shared by all tasks.

    With `by_server` the tools carry the names of their servers, so that none is called like another one.
    """
    _share(agent.mcp_servers)
    if TOOLS not in vars(agent):
        vars(agent)[TOOLS] = AgentTools(agent)
        agent.mcp_config = {"failure_error_function": _told, **agent.mcp_config}
    if by_server:
        agent.mcp_config = {"include_server_in_tool_names": True, **agent.mcp_config}
