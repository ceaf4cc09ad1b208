"""`agentia down`: end the mesh of a data folder."""

import typer

from agentia.cli.options import DEFAULT_DATA, Data

app = typer.Typer(add_completion=False)


@app.command()
def down(data: Data = DEFAULT_DATA) -> None:
    """End the mesh.

    The gateway goes first, then the agents, then the registry. Unfinished tasks are kept, and go on at the next `up`.
    """
    from agentia.cli.mesh.ending import stop
    from agentia.cli.mesh.record import read

    mesh = read(data)
    pid = stop(data)
    if pid:
        typer.echo(f"Ended the mesh {mesh.url if mesh else ''} (pid {pid}).")
    else:
        typer.echo(f"No mesh runs on the data folder {data}.")
