"""The mesh on a terminal: a table that fills while services start, then a line for each later change."""

import time
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from agentia.cli.mesh.hints import at, command, next_commands
from agentia.cli.mesh.record import MeshRecord, ServiceRecord
from agentia.cli.mesh.view import hopeless

MARKS = {"ready": ("●", "green"), "died": ("✗", "red"), "stopped": ("○", "dim")}


class LiveView:
    """Draws with Rich. Its thread is harmless: nothing is forked from this process."""

    def __init__(self, mesh: MeshRecord, data: Path, console: Console, *, detached: bool = False) -> None:
        self._data, self._console, self._detached = data, console, detached
        self._begun = time.monotonic()
        self._services = {service.name: service for service in mesh.services}
        self._spinner = Spinner("dots", Text("starting", style="dim"), style="cyan")
        console.print(Text.assemble(("Agentia ", "bold"), mesh.version, ("  data folder ", "dim"), str(data)), "")
        self._live: Live | None = Live(get_renderable=self._table, console=console, refresh_per_second=12)
        self._live.start()

    def changed(self, service: ServiceRecord) -> None:
        self._services[service.name] = service
        if self._live is None and service.state in ("ready", "died"):
            self._note(service)

    def ready(self, mesh: MeshRecord) -> None:
        self._freeze()
        self._console.print(f"\nReady after {time.monotonic() - self._begun:.1f} s: [bold cyan]{mesh.url}[/]\n")
        table = Table.grid(padding=(0, 3))
        for line, shows in next_commands(mesh, self._data):
            table.add_row(Text(f"  {line}", style="bold", no_wrap=True, overflow="fold"), Text(shows, style="dim"))
        end = f"`{command()} down{at(self._data)}` ends the mesh." if self._detached else "Ctrl-C ends the mesh."
        self._console.print(table, Text(f"\n{end}", style="dim"))

    def hopeless(self, service: ServiceRecord, log: Path) -> None:
        self._console.print(Text(hopeless(service, log), style="red"))

    def stopping(self) -> None:
        self._freeze()
        self._console.print(Text("\nStopping, the gateway first … (Ctrl-C again: at once)", style="dim"))

    def ended(self) -> None:
        self._freeze()
        self._console.print("All services have ended.")

    def close(self) -> None:
        """Give the terminal back, whatever happened."""
        self._freeze()

    def _freeze(self) -> None:
        if self._live:
            self._live.refresh()
            self._live.stop()
            self._live = None

    def _table(self) -> RenderableType:
        return Group(service_table(self._services.values(), self._spinner))

    def _note(self, service: ServiceRecord) -> None:
        mark, style = MARKS[service.state]
        again = "; starting it again" if service.state == "died" and "next try" not in service.note else ""
        words = f"{service.note}{again}" if service.state == "died" else f"ready again (pid {service.pid})"
        time_now = datetime.now().astimezone().strftime("%H:%M:%S")
        self._console.print(Text.assemble((f"{time_now} ", "dim"), (f"{mark} ", style), f"{service.name}: {words}"))


def service_table(services: Iterable[ServiceRecord], spinner: Spinner | None = None) -> Table:
    """The services in a calm table: what, where, which process, how."""
    table = Table(box=None, padding=(0, 3, 0, 0), header_style="dim", pad_edge=False)
    for title in ("Service", "URL", "PID", "State"):
        table.add_column(title, no_wrap=title != "State")
    for service in services:
        table.add_row(service.name, service.url, str(service.pid or ""), _state(service, spinner))
    return table


def _state(service: ServiceRecord, spinner: Spinner | None) -> RenderableType:
    if service.state == "starting" and spinner:
        return spinner
    mark, style = MARKS.get(service.state, ("◌", "cyan"))
    return Text.assemble((f"{mark} ", style), service.state, (f"  {service.note}" if service.note else "", "dim"))
