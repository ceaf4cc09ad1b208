"""The tools that a task's agents see of MCP servers: listed once a task, and the same when it is run again."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Final

from mcp_types import Tool

from agentia.agents.errors import TaskFailed
from agentia.agents.task_run import TaskRun
from agentia.tasks.replay import digest

MOST: Final = 500
"""Tools of a server that an agent is given; no model can take more."""
LONGEST: Final = 1_000_000
"""Bytes that the tools of a server may need to describe themselves."""
_KEY: Final = digest()


class Lists:
    """What the servers of one task's agents have listed, by the agent and the server's place in it."""

    def __init__(self, task: TaskRun) -> None:
        self._task = task
        self._known: dict[str, list[Tool]] = {}
        self._turns: dict[str, asyncio.Lock] = {}

    async def of(self, place: str, server: str, ask: Callable[[], Awaitable[list[Tool]]]) -> list[Tool]:
        """The tools at `place`, by `ask` when they were never listed. Raises TaskFailed when they are too many."""
        async with self._turns.setdefault(place, asyncio.Lock()):
            if place not in self._known:
                self._known[place] = await self._listed(place, server, ask)
        return list(self._known[place])

    async def _listed(self, place: str, server: str, ask: Callable[[], Awaitable[list[Tool]]]) -> list[Tool]:
        run = self._task.branch("mcp").run
        known = run.recall(place, _KEY)
        if known is None:
            made = [
                tool.model_dump(mode="json", by_alias=True, exclude_none=True) for tool in bounded(await ask(), server)
            ]
            if (size := len(json.dumps(made))) > LONGEST:
                raise TaskFailed(_too_much(server, f"needs {size:,} bytes to describe its tools, and {LONGEST:,}"))
            await run.record(place, _KEY, made)
            known = (made,)
        return [Tool.model_validate(each) for each in known[0]]


def bounded(tools: list[Tool], server: str) -> list[Tool]:
    """`tools` as they are. Raises TaskFailed when they are too many."""
    if len(tools) > MOST:
        raise TaskFailed(_too_much(server, f"lists {len(tools):,} tools, and {MOST}"))
    return tools


def _too_much(server: str, what: str) -> str:
    return (
        f"The agent's MCP server {server} {what} are the most that an agent can be given. Who runs the agent can name"
        " those that it needs (a tool_filter, or allowed_tools in the configuration)."
    )
