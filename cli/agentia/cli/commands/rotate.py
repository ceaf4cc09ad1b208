"""`agentia rotate`: the key of a service is changed, in three steps that lose nothing."""

from enum import StrEnum
from typing import Annotated

import typer

from agentia.cli.options import DEFAULT_DATA, Data

app = typer.Typer(add_completion=False)


class Step(StrEnum):
    """What is done now."""

    PUBLISH = "publish"
    USE = "use"
    DROP = "drop"


@app.command()
def rotate(
    name: Annotated[str, typer.Argument(metavar="SERVICE", help="The gateway, or an agent by name.")],
    step: Annotated[Step, typer.Argument(help="One after the other.")],
    data: Data = DEFAULT_DATA,
) -> None:
    """Change the key of a service: publish the next one, use it, drop the old one.

    After each step start all replicas of the service again. Before `drop`, wait for as long as a task may take.
    """
    from agentia.core.identity import drop, publish, use

    path = data / "keys" / f"{name}.pem"
    {Step.PUBLISH: publish, Step.USE: use, Step.DROP: drop}[step](path)
    said = {Step.PUBLISH: "the next key is made", Step.USE: "the next key signs", Step.DROP: "the old key is gone"}
    typer.echo(f"{path}: {said[step]}; start all replicas of {name} again")
