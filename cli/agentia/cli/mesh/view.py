"""What is shown of a mesh while it runs: as lines for logs and pipes here, as a live table in `live`."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from agentia.cli.mesh.hints import next_commands
from agentia.cli.mesh.record import MeshRecord, ServiceRecord


class View(Protocol):
    """Told of every change by the supervisor, in order."""

    def changed(self, service: ServiceRecord) -> None: ...

    def ready(self, mesh: MeshRecord) -> None: ...

    def hopeless(self, service: ServiceRecord, log: Path) -> None: ...

    def stopping(self) -> None: ...

    def ended(self) -> None: ...


class LineView:
    """One line a change."""

    def __init__(self, mesh: MeshRecord, data: Path, say: Callable[[str], None] = print, *, hints: bool = True) -> None:
        self._data, self._say, self._hints = data, say, hints
        self._begun = time.monotonic()
        say(f"Starting Agentia {mesh.version} on {mesh.url}, data folder {data}")

    def changed(self, service: ServiceRecord) -> None:
        if service.state != "starting":
            self._say(sentence(service))

    def ready(self, mesh: MeshRecord) -> None:
        self._say(f"Ready after {time.monotonic() - self._begun:.1f} s: {mesh.url}")
        for command, shows in next_commands(mesh, self._data) if self._hints else ():
            self._say(f"  {command}    # {shows}")

    def hopeless(self, service: ServiceRecord, log: Path) -> None:
        self._say(hopeless(service, log))

    def stopping(self) -> None:
        self._say("Stopping, the gateway first …")

    def ended(self) -> None:
        self._say("All services have ended.")


def sentence(service: ServiceRecord) -> str:
    """A change of one service as a line."""
    match service.state:
        case "ready":
            return f"{service.name:<10} ready    {service.url}  (pid {service.pid})"
        case "died":
            again = "" if "next try" in service.note else "; starting it again"
            return f"{service.name:<10} died     {service.note}{again}"
        case state:
            return f"{service.name:<10} {state}"


def hopeless(service: ServiceRecord, log: Path) -> str:
    """Said of a service that keeps dying before it was ever ready."""
    return f"{service.name} cannot start: {service.note.partition('; next try')[0]}. Its log: {log}"
