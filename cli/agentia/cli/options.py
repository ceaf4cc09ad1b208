"""Options that several commands share, so that each means one thing everywhere."""

from pathlib import Path
from typing import Annotated

import typer

DEFAULT_DATA = Path(".agentia")

Data = Annotated[
    Path,
    typer.Option("--data", envvar="AGENTIA_DATA", metavar="DIR", help="The mesh's data folder.", show_envvar=False),
]
Url = Annotated[
    str | None,
    typer.Option("--url", metavar="URL", help="The gateway. Default: the mesh of --data, else http://127.0.0.1:8000."),
]
Token = Annotated[str | None, typer.Option("--token", metavar="T", help="The key or token that the gateway asks for.")]
Agent = Annotated[str | None, typer.Option("--agent", metavar="NAME", help="An agent by name. Default: the concierge.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]
