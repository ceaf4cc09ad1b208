"""Words about MCP servers that may be shown to anybody: names without secrets, and why one cannot be used."""

from collections.abc import Iterator
from pathlib import PurePath
from typing import Any, Final
from urllib.parse import urlsplit

from agents import UserError
from mcp.shared.exceptions import MCPError
from mcp_types import REQUEST_TIMEOUT

LONGEST: Final = 100
"""Characters of a server's name."""


def label(name: str) -> str:
    """The name of a server; of a URL in it, as the SDK names servers by, only where it leads."""
    kind, colon, url = name.partition(": ")
    if not colon:
        kind, url = "", name
    if "://" in url:
        parts = urlsplit(url)
        return f"{parts.hostname or ''}{f':{parts.port}' if parts.port else ''}{parts.path}"[:LONGEST]
    return f"{kind}{colon}{url}"[:LONGEST]


def reason(exc: BaseException, server: Any) -> str:
    """Why a server cannot be used, to stand behind a colon. Nothing that the server itself says is in it."""
    for each in _leaves(exc):
        if isinstance(each, FileNotFoundError):
            return f"its command {_command(server)} was not found"
        if isinstance(each, PermissionError):
            return f"its command {_command(server)} may not be run"
        if isinstance(each, UserError):
            return _plain(each.message.rpartition("': ")[2])
        if isinstance(each, TimeoutError) or (isinstance(each, MCPError) and each.code == REQUEST_TIMEOUT):
            return "it did not answer in time"
        if isinstance(each, OSError):
            return "it could not be started or reached"
    return "it does not speak MCP as we do, or has failed"


def _command(server: Any) -> str:
    return PurePath(getattr(getattr(server, "params", None), "command", "")).name


def _plain(sentence: str) -> str:
    """A sentence of the SDK as part of one of ours."""
    return sentence[:1].lower() + sentence[1:].rstrip(".") if sentence[1:2].islower() else sentence.rstrip(".")


def _leaves(exc: BaseException) -> Iterator[BaseException]:
    if isinstance(exc, BaseExceptionGroup):
        for each in exc.exceptions:
            yield from _leaves(each)
    else:
        yield exc
