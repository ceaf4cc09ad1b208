"""`agentia service`: one service of a mesh in the foreground, told by its environment; what containers run."""

from typing import Annotated

import typer

app = typer.Typer(add_completion=False)

GATEWAY_PORT = 8000


@app.command()
def service(
    name: Annotated[str, typer.Argument(metavar="NAME", help="registry, gateway, analyst, quant or concierge.")],
    host: Annotated[str | None, typer.Option(metavar="H", help="The address to listen on: AGENTIA_HOST.")] = None,
    port: Annotated[int | None, typer.Option(metavar="N", help="The port to listen on: AGENTIA_PORT.")] = None,
) -> None:
    """Run one service of a mesh until SIGTERM.

    Settings come from the environment, logs go to stderr. What it lacks it waits for, and says so at /readyz.
    """
    from dataclasses import replace

    from agentia.cli.errors import UsageProblem
    from agentia.cli.mesh import services
    from agentia.cli.mesh.plan import plan
    from agentia.core.service import bind
    from agentia.core.settings import Settings

    planned = {each.name: each for each in plan(GATEWAY_PORT)}
    if name not in planned:
        raise UsageProblem(f"No service is called {name!r}.", fix=f"There are: {', '.join(planned)}.")
    settings = Settings()
    address, number = host or settings.host, port or settings.port or planned[name].port
    chosen = replace(planned[name], host=address, port=number, logs="json", patient=True)
    run = {"registry": services.registry, "gateway": services.gateway}.get(name, services.agent)
    run(chosen, bind(chosen.host, chosen.port))
