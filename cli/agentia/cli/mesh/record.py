"""mesh.json: what runs, written by `up` at every change and read by every other command."""

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from agentia.cli.mesh.folder import unusable
from agentia.cli.mesh.lock import is_running

RECORD_FILE = "mesh.json"


@dataclass(frozen=True)
class ServiceRecord:
    """One service as it is now. `born` names its process together with `pid` (the kernel's start ticks)."""

    name: str
    role: str
    url: str
    port: int
    state: str = "starting"
    pid: int = 0
    born: int = 0
    restarts: int = 0
    since: str = ""
    note: str = ""


@dataclass(frozen=True)
class MeshRecord:
    """A mesh: its front door, its supervisor, and its services in the order of their start."""

    version: str
    url: str
    pid: int
    started: str
    zygote: int = 0
    zygote_born: int = 0
    services: tuple[ServiceRecord, ...] = field(default_factory=tuple)

    @property
    def registry_url(self) -> str:
        return next((service.url for service in self.services if service.role == "registry"), "")

    def service(self, name: str) -> ServiceRecord | None:
        return next((service for service in self.services if service.name == name), None)


def write(data: Path, mesh: MeshRecord) -> None:
    """Replace mesh.json at once, so that a reader never sees half of it. Raises DataFolderUnusable."""
    new = data / f"{RECORD_FILE}.new"
    try:
        new.write_text(json.dumps(asdict(mesh), indent=2) + "\n", encoding="utf-8")
        os.replace(new, data / RECORD_FILE)
    except OSError as exc:
        raise unusable(data, exc) from exc


def remove(data: Path) -> None:
    """After a mesh has ended in order: nothing is left to know of it."""
    (data / RECORD_FILE).unlink(missing_ok=True)


def read(data: Path) -> MeshRecord | None:
    """The last mesh of this folder, running or not; None when there is none that can be read."""
    try:
        found: Mapping[str, Any] = json.loads((data / RECORD_FILE).read_text(encoding="utf-8"))
        services = tuple(ServiceRecord(**service) for service in found["services"])
        return MeshRecord(**{**found, "services": services})
    except (OSError, ValueError, TypeError, KeyError):
        return None


def running(data: Path) -> MeshRecord | None:
    """The mesh that runs on this folder now, if one does."""
    return read(data) if is_running(data) else None
