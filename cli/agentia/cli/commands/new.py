"""`agentia new`: the first file of an agent of your own."""

from typing import Annotated

import typer

app = typer.Typer(add_completion=False)


@app.command()
def new(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The agent's name, in lower case: fx, house-prices.")],
) -> None:
    """Write the first file of an agent, and its test.

    NAME.py runs as it is. Nothing is overwritten.
    """
    from pathlib import Path

    from agentia.cli.authoring.first import write_first
    from agentia.cli.mesh.hints import command

    agent = write_first(name, Path())
    for file in agent.files:
        typer.echo(f"wrote {file}")
    if not agent.readme_written:
        typer.echo(f"for your README.md: {agent.readme_line}")
    typer.echo("Next:")
    for line in (f"{command()} serve {agent.target}", f'{command()} ask --agent {agent.name} "hello"'):
        typer.echo(f"  {line}")
