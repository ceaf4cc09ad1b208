"""The ports, and the mesh when one runs."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

from agentia.cli.checks.finding import Found
from agentia.cli.mesh.health import health
from agentia.cli.mesh.holders import who_listens
from agentia.cli.mesh.plan import plan
from agentia.cli.mesh.ports import is_free
from agentia.cli.mesh.record import MeshRecord, running


def check(data: Path, port: int) -> Iterator[Found]:
    """What runs, or what a start would meet."""
    mesh = running(data)
    if mesh:
        yield from _services(mesh)
        return
    yield Found("ok", "Mesh", f"none runs on {data}")
    taken = [(s.port, s.name) for s in plan(port) if not is_free(s.host, s.port)]
    for number, name in taken:
        holder = who_listens(number) or "another program"
        fix = "Stop it, or start the mesh elsewhere: `agentia up --port 9000`."
        yield Found("fail", "Ports", f"{number}, which {name} needs, is taken by {holder}", fix)
    if not taken:
        yield Found("ok", "Ports", f"all that a mesh on {port} needs are free")


def _services(mesh: MeshRecord) -> Iterator[Found]:
    found = asyncio.run(health(mesh))
    yield Found("ok", "Mesh", f"{mesh.url}, {found.total / 1e6:.0f} MB")
    for service in mesh.services:
        state = found.state(service)
        if state == "ready":
            yield Found("ok", service.name, f"ready at {service.url}")
        else:
            said = f"{state}{': ' + service.note if service.note else ''}"
            yield Found("fail", service.name, said, f"See `agentia logs {service.name}`.")
