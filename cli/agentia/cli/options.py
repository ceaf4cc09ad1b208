"""Options that several commands share, so that each means one thing everywhere."""

import os
from pathlib import Path
from typing import Annotated

import typer

from agentia.cli.errors import UsageProblem


def _access_token(given: str | None) -> str | None:
    """The option, else what the environment says, as the settings read it; importing those takes too long."""
    path = os.environ.get("AGENTIA_ACCESS_TOKEN_FILE")
    known = given or os.environ.get("AGENTIA_ACCESS_TOKEN")
    if known or not path:
        return known
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except OSError as exc:
        raise UsageProblem(f"AGENTIA_ACCESS_TOKEN_FILE names {path}, which cannot be read: {exc.strerror}.") from exc


DEFAULT_DATA = Path(".agentia")

Data = Annotated[
    Path,
    typer.Option("--data", envvar="AGENTIA_DATA", metavar="DIR", help="The mesh's data folder.", show_envvar=False),
]
Url = Annotated[
    str | None,
    typer.Option("--url", metavar="URL", help="The gateway. Default: the mesh of --data, else http://127.0.0.1:8000."),
]
Token = Annotated[
    str | None,
    typer.Option(
        "--token",
        metavar="T",
        callback=_access_token,
        help="The access token of the gateway. Default: AGENTIA_ACCESS_TOKEN.",
    ),
]
Agent = Annotated[str | None, typer.Option("--agent", metavar="NAME", help="An agent by name. Default: the concierge.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]
