"""How the services of a running mesh are right now: asked, not only remembered."""

import asyncio
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from agentia.cli.mesh import probe
from agentia.cli.mesh.processes import family, pss
from agentia.cli.mesh.record import MeshRecord, ServiceRecord

PATIENCE = 2.0


@dataclass(frozen=True)
class Health:
    """A mesh, whether each service answers, and the memory in bytes (PSS) of each with its workers."""

    mesh: MeshRecord
    answering: Mapping[str, bool]
    memory: Mapping[str, int]
    overhead: int

    @property
    def total(self) -> int:
        return sum(self.memory.values()) + self.overhead

    def state(self, service: ServiceRecord) -> str:
        """The recorded state, unless the service says otherwise."""
        return "silent" if service.state == "ready" and not self.answering[service.name] else service.state

    def as_json(self) -> dict[str, Any]:
        services = [
            {**asdict(s), "state": self.state(s), "memory_bytes": self.memory[s.name]} for s in self.mesh.services
        ]
        return {**asdict(self.mesh), "services": services, "memory_bytes": self.total}


async def health(mesh: MeshRecord) -> Health:
    """Ask every service at once."""
    answers = await asyncio.gather(*(probe.is_ready(s.url, patience=PATIENCE) for s in mesh.services))
    answering = {service.name: answer for service, answer in zip(mesh.services, answers, strict=True)}
    memory = {service.name: _memory(service.pid) for service in mesh.services}
    return Health(mesh, answering, memory, pss(mesh.pid) + pss(mesh.zygote))


def _memory(pid: int) -> int:
    return sum(map(pss, family(pid))) if pid else 0
