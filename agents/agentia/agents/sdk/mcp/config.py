"""MCP servers from a file that the field knows: `{"mcpServers": {"files": {"command": "…"}, "shop": {"url": "…"}}}`."""

import json
import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from agents.mcp import MCPServer, MCPServerStdio, MCPServerStreamableHttp
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from agentia.agents.errors import McpConfigInvalid

VARIABLE: Final = re.compile(r"\$\{(\w+)(?::-([^}]*))?\}")
"""`${NAME}`, and `${NAME:-what stands there when it is not set}`."""

UNKNOWN: Final = "nothing is called so"


def _expanded(text: str) -> str:
    def value(found: re.Match[str]) -> str:
        known = os.environ.get(found[1], found[2])
        if known is None:
            raise ValueError(f"the environment has no variable {found[1]}")
        return known

    return VARIABLE.sub(value, text)


def _seconds(value: float) -> float:
    if not 0 < value <= 86_400:
        raise ValueError("must be more than 0 seconds and at most a day")
    return value


Text = Annotated[str, AfterValidator(_expanded)]


class Entry(BaseModel):
    """One server of the file. What is misspelt is an error: a filter or an approval that is not known would be none."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    type: Literal["stdio", "http", "streamable-http"] | None = None
    command: Text = ""
    args: list[Text] = []
    env: dict[str, Text] = {}
    cwd: Text | None = None
    url: Text = ""
    headers: dict[str, Text] = {}
    timeout: Annotated[float, AfterValidator(_seconds)] = 60.0
    allowed_tools: list[str] | None = None
    blocked_tools: list[str] = []
    require_approval: Literal["always", "never"] | list[str] = "never"
    agents: list[str] | None = None
    disabled: bool = False

    def for_agent(self, names: Iterable[str]) -> bool:
        """Whether the agent of these names has this server."""
        return not self.disabled and (self.agents is None or not set(names).isdisjoint(self.agents))


class _File(BaseModel):
    model_config = ConfigDict(hide_input_in_errors=True)

    servers: dict[str, Entry] = Field(alias="mcpServers")


def configured(path: Path, names: Iterable[str]) -> list[MCPServer]:
    """The servers that the file at `path` has for the agent of these names. Raises McpConfigInvalid."""
    return [_made(name, entry, path) for name, entry in _read(path).items() if entry.for_agent(names)]


def _read(path: Path) -> Mapping[str, Entry]:
    try:
        return _File.model_validate(json.loads(path.read_text(encoding="utf-8"))).servers
    except OSError as exc:
        raise _invalid(path, "it cannot be read") from exc
    except ValidationError as exc:
        raise _invalid(path, " ".join(_sentences(exc))) from exc
    except ValueError as exc:
        raise _invalid(path, "it is not JSON") from exc


def _made(name: str, entry: Entry, path: Path) -> MCPServer:
    options: Any = {
        "name": name,
        "client_session_timeout_seconds": entry.timeout,
        "tool_filter": _filter(entry),
        "require_approval": _approval(entry),
    }
    if bool(entry.command) == bool(entry.url):
        raise _invalid(path, f"mcpServers.{name} must have a command or a url, and not both.")
    if entry.command and entry.type in (None, "stdio"):
        params: Any = {"command": entry.command, "args": entry.args, "env": entry.env}
        if entry.cwd is not None:
            params["cwd"] = entry.cwd
        return MCPServerStdio(params, **options)
    if not entry.url.startswith(("http://", "https://")) or entry.type == "stdio":
        raise _invalid(path, f"mcpServers.{name} must have a command, or a url that begins with http:// or https://.")
    return MCPServerStreamableHttp({"url": entry.url, "headers": entry.headers}, **options)


def _filter(entry: Entry) -> Any:
    allowed = {} if entry.allowed_tools is None else {"allowed_tool_names": entry.allowed_tools}
    return {**allowed, "blocked_tool_names": entry.blocked_tools}


def _approval(entry: Entry) -> Any:
    given = entry.require_approval
    return given if isinstance(given, str) else dict.fromkeys(given, "always")


def _sentences(exc: ValidationError) -> Iterable[str]:
    for error in exc.errors(include_input=False):
        where = ".".join(str(each) for each in error["loc"])
        said = UNKNOWN if error["type"] == "extra_forbidden" else error["msg"].removeprefix("Value error, ")
        yield f"{where}: {said[:1].lower()}{said[1:].rstrip('.')}."


def _invalid(path: Path, why: str) -> McpConfigInvalid:
    return McpConfigInvalid(
        f"The file {path}, which AGENTIA_MCP names, says no MCP servers: {why}", fix="docs/mcp.md has an example."
    )
