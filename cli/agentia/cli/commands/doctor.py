"""`agentia doctor`: what is wrong with this set-up, and what to do about it."""

import json
from typing import Annotated

import typer

from agentia.cli.options import DEFAULT_DATA, AsJson, Data

app = typer.Typer(add_completion=False)

MARKS = {"ok": ("✓", "green"), "warn": ("!", "yellow"), "fail": ("✗", "red")}


@app.command()
def doctor(
    data: Data = DEFAULT_DATA,
    port: Annotated[int, typer.Option(metavar="N", help="The gateway's port that a mesh would have.")] = 8000,
    as_json: AsJson = False,
) -> None:
    """Say what is wrong with this set-up, and what to do.

    Looks at Python, packages, disk, rights, ports, services, clock and settings. Exit code 1 when something fails.
    """
    from dataclasses import asdict

    from agentia.cli.checks import installed, machine, mesh, settings
    from agentia.cli.console import clean, out

    found = [*installed.check(), *machine.check(data), *settings.check(), *mesh.check(data, port)]
    if as_json:
        typer.echo(json.dumps([asdict(each) for each in found], indent=2))
    else:
        from rich.table import Table
        from rich.text import Text

        table = Table.grid(padding=(0, 2))
        for each in found:
            mark, style = MARKS[each.level]
            said = Text(clean(each.said))
            if each.fix:
                said.append(f"\n{clean(each.fix)}", style="dim")
            table.add_row(Text(mark, style=style), Text(each.about, style="bold"), said)
        out().print(table)
    if any(each.level == "fail" for each in found):
        raise typer.Exit(1)
