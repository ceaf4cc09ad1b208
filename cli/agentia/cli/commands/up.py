"""`agentia up`: the mesh on this machine, one process a service."""

from typing import TYPE_CHECKING, Annotated

import typer

from agentia.cli.options import DEFAULT_DATA, Data

if TYPE_CHECKING:
    from agentia.cli.mesh.starting import Prepared
    from agentia.cli.mesh.view import View

app = typer.Typer(add_completion=False)


@app.command()
def up(
    detach: Annotated[bool, typer.Option("--detach", "-d", help="Return once all is ready.")] = False,
    data: Data = DEFAULT_DATA,
    port: Annotated[int, typer.Option(help="The gateway's; the registry gets the next, agents those from +10.")] = 8000,
    only: Annotated[str, typer.Option(metavar="NAMES", help="Only these agents, as in `analyst,quant`.")] = "",
    host: Annotated[
        str, typer.Option(metavar="H", help="The gateway's address. Others than loopback want AGENTIA_ACCESS_TOKEN.")
    ] = "127.0.0.1",
    replicas: Annotated[list[str] | None, typer.Option(metavar="NAME=N", help="Run N processes of an agent.")] = None,
) -> None:
    """Start the mesh on this machine.

    Registry, gateway and agents are a process each, started again should one die. Ctrl-C ends them all. Their logs
    and databases are in the data folder.
    """
    from agentia.cli.mesh.plan import plan
    from agentia.cli.mesh.starting import prepared

    names = [name.strip() for name in only.split(",") if name.strip()]
    with prepared(plan(port, names, _counts(replicas or []), host=host), data) as mesh:
        _detached(mesh) if detach else mesh.run(_view(mesh))


def _detached(mesh: "Prepared") -> None:
    from agentia.cli.mesh.daemon import PipeView, in_background, wait_for

    def work(pipe: int) -> None:
        mesh.sign()
        mesh.run(PipeView(mesh.record, mesh.data, pipe))

    pid, reports = in_background(mesh.data, work)
    view = _view(mesh, detached=True)
    wait_for(pid, reports, mesh.record, view, mesh.data)


def _view(mesh: "Prepared", *, detached: bool = False) -> "View":
    from agentia.cli.console import out

    if not out().is_terminal:
        from agentia.cli.mesh.view import LineView

        return LineView(mesh.record, mesh.data, lambda line: print(line, flush=True))  # noqa: T201
    from agentia.cli.mesh.live import LiveView

    return LiveView(mesh.record, mesh.data, out(), detached=detached)


def _counts(pairs: list[str]) -> dict[str, int]:
    from agentia.cli.errors import UsageProblem

    counts = {}
    for pair in pairs:
        name, _, number = pair.partition("=")
        if not number.isdigit():
            raise UsageProblem(f"--replicas wants NAME=N, as in `analyst=2`, not {pair!r}.")
        counts[name] = int(number)
    return counts
