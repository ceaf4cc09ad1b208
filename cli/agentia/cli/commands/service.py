"""`agentia service`: one service of a mesh in the foreground, told by its environment; what containers run."""

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    import socket

app = typer.Typer(add_completion=False)

GATEWAY_PORT = 8000
OWN_PORT = 8020


@app.command()
def service(
    name: Annotated[
        str,
        typer.Argument(
            metavar="NAME", help="registry, gateway, analyst, quant, concierge, librarian, or FILE:NAME of your own."
        ),
    ],
    host: Annotated[str | None, typer.Option(metavar="H", help="The address to listen on: AGENTIA_HOST.")] = None,
    port: Annotated[int | None, typer.Option(metavar="N", help="The port to listen on: AGENTIA_PORT.")] = None,
) -> None:
    """Run one service of a mesh until SIGTERM.

    Settings come from the environment, logs go to stderr. What it lacks it waits for, and says so at /readyz.
    """
    from agentia.core.service import bind
    from agentia.core.settings import Settings

    settings = Settings()
    address, number = host or settings.host, port or settings.port
    if ":" in name:
        _serve_own(name, bind(address, number or OWN_PORT))
    else:
        _serve_shipped(name, address, number)


def _serve_shipped(name: str, host: str, port: int) -> None:
    from dataclasses import replace

    from agentia.cli.errors import UsageProblem
    from agentia.cli.mesh import services
    from agentia.cli.mesh.plan import plan
    from agentia.core.service import bind

    planned = {each.name: each for each in plan(GATEWAY_PORT)}
    if name not in planned:
        raise UsageProblem(f"No service is called {name!r}.", fix=f"There are: {', '.join(planned)}, and FILE:NAME.")
    chosen = replace(planned[name], host=host, port=port or planned[name].port, logs="json", patient=True)
    run = {"registry": services.registry, "gateway": services.gateway}.get(name, services.agent)
    run(chosen, bind(chosen.host, chosen.port))


def _serve_own(target: str, sock: "socket.socket") -> None:
    import sys

    from agentia.agents.service import serve_specialist
    from agentia.cli.authoring.load import load
    from agentia.core import logs
    from agentia.core.settings import Settings

    specialist = load(target)
    logs.setup(specialist.id, json=not sys.stderr.isatty())
    serve_specialist(specialist, Settings(), sock, patient=True)
