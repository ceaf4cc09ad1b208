"""The table of `agentia status`."""

from datetime import UTC, datetime

from rich.table import Table
from rich.text import Text

from agentia.cli.console import out
from agentia.cli.mesh.health import Health
from agentia.cli.mesh.live import MARKS
from agentia.cli.mesh.record import ServiceRecord


def show(health: Health) -> None:
    """Print it."""
    mesh = health.mesh
    head = Text.assemble((mesh.url, "bold cyan"), f"  up for {ago(mesh.started)}", (f"  pid {mesh.pid}", "dim"))
    table = Table(box=None, padding=(0, 3, 0, 0), header_style="dim", pad_edge=False)
    for title in ("Service", "URL", "PID", "State", "Memory"):
        table.add_column(title, no_wrap=title != "State", justify="right" if title == "Memory" else "left")
    for service in mesh.services:
        memory = _megabytes(health.memory[service.name])
        table.add_row(service.name, service.url, str(service.pid or ""), _state(health, service), memory)
    total = f"{_megabytes(health.total)} in all, with the supervisor's {_megabytes(health.overhead)}"
    for each in (head, "", table, "", Text(total, style="dim")):
        out().print(each)


def ago(moment: str) -> str:
    """The time since an ISO moment, in its largest unit."""
    seconds = int((datetime.now(UTC) - datetime.fromisoformat(moment)).total_seconds())
    for size, unit in ((86_400, "d"), (3600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds // size} {unit}"
    return f"{max(seconds, 0)} s"


def _state(health: Health, service: ServiceRecord) -> Text:
    state = health.state(service)
    mark, style = MARKS.get(state, ("◌", "yellow"))
    words = [state, f"since {ago(service.since)}"]
    if service.restarts:
        words.append(f"{service.restarts} restart{'s' if service.restarts > 1 else ''}")
    if service.note:
        words.append(service.note)
    return Text.assemble((f"{mark} ", style), words[0], (f"  {', '.join(words[1:])}", "dim"))


def _megabytes(size: int) -> str:
    return f"{size / 1e6:.0f} MB"
