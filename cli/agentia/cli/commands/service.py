"""`agentia service`: one service of a mesh in the foreground, told by its environment; what containers run."""

from typing import Annotated

import typer

app = typer.Typer(add_completion=False)

PORTS = {"gateway": 8000, "registry": 8001}


@app.command()
def service(
    name: Annotated[str, typer.Argument(metavar="NAME", help="registry, gateway, analyst, quant or concierge.")],
    host: Annotated[str, typer.Option(metavar="H", help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(metavar="N", help="The port. Default: the one `agentia up` would use.")] = 0,
) -> None:
    """Run one service of a mesh until SIGTERM.

    Settings come from the environment, logs go to stderr.
    """
    from dataclasses import replace

    from agentia.cli.errors import UsageProblem
    from agentia.cli.mesh import services
    from agentia.cli.mesh.plan import plan
    from agentia.core.service import bind

    planned = {each.name: each for each in plan(PORTS["gateway"])}
    if name not in planned:
        raise UsageProblem(f"No service is called {name!r}.", fix=f"There are: {', '.join(planned)}.")
    chosen = replace(planned[name], host=host, port=port or planned[name].port, logs="json")
    run = {"registry": services.registry, "gateway": services.gateway}.get(name, services.agent)
    run(chosen, bind(chosen.host, chosen.port))
