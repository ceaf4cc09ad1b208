"""Which gateway to speak to, and which agent behind it."""

import os
import re
from pathlib import Path

from agentia.cli.errors import UsageProblem
from agentia.cli.mesh.hints import DEFAULT_URL
from agentia.cli.mesh.record import running


def gateway_url(url: str | None, data: Path) -> str:
    """What `--url` says; else AGENTIA_GATEWAY_URL; else the mesh that runs on `data`; else the usual address."""
    chosen = url or os.environ.get("AGENTIA_GATEWAY_URL")
    if chosen:
        if not chosen.startswith(("http://", "https://")):
            raise UsageProblem(f"{chosen!r} is not a URL.", fix="--url wants something like http://127.0.0.1:8000.")
        return chosen.rstrip("/")
    mesh = running(data)
    return mesh.url if mesh else DEFAULT_URL


def endpoint(gateway: str, agent: str | None) -> str:
    """The URL of an agent, or of the mesh itself when none is named."""
    if not agent:
        return f"{gateway}/"
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", agent):
        raise UsageProblem(f"{agent!r} is not an agent's name.", fix="`agentia cards list` shows the names.")
    return f"{gateway}/agents/{agent}/"
