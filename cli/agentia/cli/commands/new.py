"""`agentia new`: the first files of an agent of your own."""

from typing import Annotated

import typer

app = typer.Typer(add_completion=False)


@app.command()
def new(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The agent's name, in lower case: fx, house-prices.")],
    sdk: Annotated[
        bool, typer.Option("--sdk", help="An agent of the OpenAI Agents SDK, on a language model; else a function.")
    ] = False,
) -> None:
    """Write the first files of an agent: NAME.py, its test, and its card.

    All run as they are, without a key. Nothing is overwritten.
    """
    from pathlib import Path

    from agentia.cli.authoring.first import write_first
    from agentia.cli.mesh.hints import command

    agent = write_first(name, Path(), sdk=sdk)
    for file in agent.files:
        typer.echo(f"wrote {file}")
    if not agent.readme_written:
        typer.echo(f"for your README.md: {agent.readme_line}")
    typer.echo("Next:")
    for line in ("pytest", f"{command()} serve {agent.target}", f'{command()} ask --agent {agent.name} "hello"'):
        typer.echo(f"  {line}")
