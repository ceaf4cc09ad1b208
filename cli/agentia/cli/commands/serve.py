"""`agentia serve`: run an agent of your own."""

from typing import TYPE_CHECKING, Annotated

import typer

from agentia.cli.options import DEFAULT_DATA, Data

if TYPE_CHECKING:
    from pathlib import Path

    from agentia.agents import Specialist
    from agentia.cli.mesh.record import MeshRecord

app = typer.Typer(add_completion=False)


@app.command()
def serve(
    target: Annotated[str, typer.Argument(metavar="FILE:NAME", help="As in fx.py:fx, or package.module:fx.")],
    data: Data = DEFAULT_DATA,
    port: Annotated[int, typer.Option(metavar="N", help="Default: the first free one from the gateway's plus 20.")] = 0,
    host: Annotated[str, typer.Option(metavar="H", help="The address to listen on.")] = "127.0.0.1",
) -> None:
    """Run an agent of your own.

    When a mesh runs on --data the agent joins it, and others find it by what it can do.
    """
    from agentia.agents.service import serve_specialist
    from agentia.cli.authoring.join import free_port, settings
    from agentia.cli.authoring.load import explained, load
    from agentia.cli.mesh.folder import prepare
    from agentia.cli.mesh.record import running
    from agentia.core import logs
    from agentia.core.service import StartFailed, bind

    specialist = load(target)
    prepare(data)
    mesh = running(data)
    chosen = settings(data, mesh)
    sock = bind(host, port or free_port(host, mesh))
    _tell(specialist, f"http://{host}:{sock.getsockname()[1]}", mesh, data)
    logs.setup(specialist.id, json=False)
    try:
        serve_specialist(specialist, chosen, sock)
    except StartFailed as exc:
        raise explained(exc.__cause__ or exc, target) from exc


def _tell(specialist: "Specialist", url: str, mesh: "MeshRecord | None", data: "Path") -> None:
    from agentia.cli.mesh.hints import at, command

    if mesh:
        typer.echo(f"{specialist.id} serves on {url} and joins the mesh {mesh.url}. Try:")
        typer.echo(f'  {command()} ask{at(data)} --agent {specialist.id} "…"')
    else:
        typer.echo(f"{specialist.id} serves on {url}. No mesh runs on {data}, so nobody can find it yet. Try:")
        typer.echo(f'  {command()} ask --url {url} "…"')
    typer.echo("Ctrl-C ends it.")
