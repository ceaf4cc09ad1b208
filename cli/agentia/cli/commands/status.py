"""`agentia status`: what runs on this machine, and how well."""

import typer

from agentia.cli.options import DEFAULT_DATA, AsJson, Data

app = typer.Typer(add_completion=False)


@app.command()
def status(data: Data = DEFAULT_DATA, as_json: AsJson = False) -> None:
    """Show what runs, how well, and its memory.

    Exit code 3 when no mesh runs on the data folder.
    """
    import asyncio
    import json

    from agentia.cli.errors import MeshUnreachable
    from agentia.cli.mesh.health import health
    from agentia.cli.mesh.hints import at, command
    from agentia.cli.mesh.record import running

    mesh = running(data)
    if mesh is None:
        raise MeshUnreachable(f"No mesh runs on the data folder {data}.", fix=f"`{command()} up{at(data)}` starts one.")
    found = asyncio.run(health(mesh))
    if as_json:
        typer.echo(json.dumps(found.as_json(), indent=2))
        return
    from agentia.cli.mesh.status_table import show

    show(found)
