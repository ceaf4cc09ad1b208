"""The registry from the shell: read through the gateway, written at the registry itself with the join token."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

from agentia.cli.client.target import gateway_url
from agentia.cli.client.web import request
from agentia.cli.mesh.folder import read_token
from agentia.cli.mesh.record import running

PAGE = "100"


@dataclass(frozen=True)
class Directory:
    """Where to read and where to write."""

    reading: str
    writing: str
    join_token: str
    token: str | None = None

    @classmethod
    def of(cls, url: str | None, data: Path, token: str | None) -> "Directory":
        gateway = gateway_url(url, data)
        mesh = running(data)
        writing = os.environ.get("AGENTIA_REGISTRY_URL") or (mesh and mesh.registry_url) or _next_port(gateway)
        join = os.environ.get("AGENTIA_JOIN_TOKEN") or read_token(data)
        return cls(f"{gateway}/registry", writing.rstrip("/"), join, token)

    def agents(self) -> Iterator[dict[str, Any]]:
        """Every registered agent, page by page."""
        cursor = ""
        while True:
            params = {"limit": PAGE, **({"cursor": cursor} if cursor else {})}
            page = request("GET", f"{self.reading}/agents", token=self.token, params=params)
            yield from page["agents"]
            cursor = page.get("next_cursor") or ""
            if not cursor:
                return

    def agent(self, name: str) -> dict[str, Any]:
        """One agent by its name. Raises Refused."""
        found = request("GET", f"{self.reading}/agents/{quote(name, safe='')}", token=self.token)
        return _unwrapped(found)

    def discover(self, need: str, limit: int) -> list[dict[str, Any]]:
        """Those who can do what is needed, best first."""
        body = {"need": need, "limit": limit}
        matches: list[dict[str, Any]] = request("POST", f"{self.reading}/discover", body=body, token=self.token)[
            "matches"
        ]
        return matches

    def register(self, url: str) -> dict[str, Any]:
        """Have the registry fetch the card at a URL."""
        return _unwrapped(request("POST", f"{self.writing}/agents", body={"url": url}, token=self.join_token))

    def refresh(self, name: str) -> dict[str, Any]:
        """Have the registry fetch an agent's card again."""
        return _unwrapped(
            request("POST", f"{self.writing}/agents/{quote(name, safe='')}/refresh", token=self.join_token)
        )


def _unwrapped(found: Any) -> dict[str, Any]:
    agent: dict[str, Any] = found.get("agent", found)
    return agent


def _next_port(gateway: str) -> str:
    """The registry has the gateway's port plus 1."""
    parts = urlsplit(gateway)
    port = (parts.port or (443 if parts.scheme == "https" else 80)) + 1
    return urlunsplit((parts.scheme, f"{parts.hostname}:{port}", "", "", ""))
