"""`agentia logs`: what the services said."""

from typing import Annotated

import typer

from agentia.cli.options import DEFAULT_DATA, Data

app = typer.Typer(add_completion=False)


@app.command()
def logs(
    name: Annotated[str, typer.Argument(metavar="NAME", help="A service. Default: all of them.")] = "",
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on with what they say next.")] = False,
    lines: Annotated[int, typer.Option("--lines", "-n", min=0, help="How many of the last lines of each.")] = 20,
    data: Data = DEFAULT_DATA,
) -> None:
    """Show what the services said.

    The logs are files in the data folder's `logs`.
    """
    from agentia.cli.mesh.logfiles import follow_files, last_lines, log_files

    files = log_files(data, name)
    for file in files:
        for line in last_lines(file.path, lines):
            typer.echo(file.shown(line))
    if follow:
        for line in follow_files(files, data, name):
            typer.echo(line)
