"""Words about MCP servers that may be shown to anybody: names without secrets, and why one cannot be used."""

import re
from collections.abc import Iterator
from pathlib import PurePath
from typing import Any, Final
from urllib.parse import urlsplit

from agents import UserError
from mcp.shared.exceptions import MCPError
from mcp_types import REQUEST_TIMEOUT

LONGEST: Final = 100
"""Characters of a server's name."""
_NAME: Final = re.compile(r"MCP server '[^']*'")
_PHRASE: Final = re.compile(r" \([^)]*\)$")


def label(name: str) -> str:
    """The name of a server. Those that the SDK makes hold commands and URLs: of these only the file, and the host."""
    kind, colon, rest = name.partition(": ")
    if "://" in (url := rest or name):
        host = urlsplit(url).netloc.rpartition("@")[2]
        return host[:LONGEST]
    return (f"{kind}{colon}{PurePath(rest).name}" if kind == "stdio" else name)[:LONGEST]


def reason(exc: BaseException, server: Any) -> str:
    """Why a server cannot be used, to stand behind a colon. Nothing that the server itself says is in it."""
    for each in _leaves(exc):
        if isinstance(each, FileNotFoundError):
            return f"its command {_command(server)} was not found"
        if isinstance(each, PermissionError):
            return f"its command {_command(server)} may not be run"
        if isinstance(each, UserError):
            return _plain(each.message)
        if isinstance(each, TimeoutError) or (isinstance(each, MCPError) and each.code == REQUEST_TIMEOUT):
            return "it did not answer in time"
        if isinstance(each, OSError):
            return "it could not be started or reached"
    return "it does not speak MCP as we do, or has failed"


def _command(server: Any) -> str:
    return PurePath(getattr(getattr(server, "params", None), "command", "")).name


def _plain(sentence: str) -> str:
    """A sentence of the SDK as part of one of ours, without what it calls the server and what that says."""
    said = _PHRASE.sub("", _NAME.sub("it", sentence.rpartition("': ")[2])).rstrip(".")
    return said[:1].lower() + said[1:] if said[1:2].islower() else said


def _leaves(exc: BaseException) -> Iterator[BaseException]:
    if isinstance(exc, BaseExceptionGroup):
        for each in exc.exceptions:
            yield from _leaves(each)
    else:
        yield exc
