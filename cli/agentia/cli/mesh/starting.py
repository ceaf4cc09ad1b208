"""From a plan to a mesh that may run: folder, lock, leftovers, ports and token, each refused with a sentence."""

import asyncio
import socket
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from importlib.metadata import version
from os import getpid
from pathlib import Path

from agentia.cli.mesh import folder, record, services
from agentia.cli.mesh.leftovers import end_leftovers
from agentia.cli.mesh.lock import MeshLock
from agentia.cli.mesh.plan import Service
from agentia.cli.mesh.ports import bind_all
from agentia.cli.mesh.record import MeshRecord
from agentia.cli.mesh.supervisor import Supervisor
from agentia.cli.mesh.view import View
from agentia.cli.mesh.ward import new_record, now

CLOSING = 5.0
"""Seconds that a service may take to close when its drain is over."""


@dataclass
class Prepared:
    """A mesh whose lock is held and whose ports are bound; `run` starts it and returns at its end."""

    data: Path
    record: MeshRecord
    lock: MeshLock
    services: Sequence[Service]
    sockets: Mapping[str, socket.socket]
    preload: Sequence[str]

    def sign(self) -> None:
        """After a fork: this process is the mesh now."""
        self.record = replace(self.record, pid=getpid())
        self.lock.sign(self.record.url)
        record.write(self.data, self.record)

    def run(self, view: View, *, grace: float | None = None) -> None:
        url, registry = self.record.url, self.record.registry_url
        token = folder.join_token(self.data)
        supervisor = Supervisor(
            self.services,
            self.sockets,
            mesh=self.record,
            data=self.data,
            env=lambda service: services.environment(service, self.data, url, registry, token),
            preload=self.preload,
            view=view,
            grace=_drain if grace is None else lambda: grace,
        )
        asyncio.run(supervisor.run())
        record.remove(self.data)


def _drain() -> float:
    """What the settings give; asked at the end, as importing them would delay the start."""
    from agentia.core.settings import Settings, SettingsInvalid

    try:
        return Settings().drain_seconds + CLOSING
    except SettingsInvalid:  # then no service has started
        return CLOSING


@contextmanager
def prepared(plan: Sequence[Service], data: Path, preload: Sequence[str] | None = None) -> Iterator[Prepared]:
    """Take all that a mesh needs, or raise the sentence that says what is in the way."""
    folder.prepare(data)
    lock = MeshLock(data)
    url = next((service.url for service in plan if service.role == "gateway"), plan[-1].url)
    lock.take(url)
    with closing(lock):
        end_leftovers(data)
        folder.join_token(data)
        sockets = bind_all(plan)
        mesh = MeshRecord(version("agentia"), url, getpid(), now(), services=tuple(map(new_record, plan)))
        record.write(data, mesh)
        yield Prepared(data, mesh, lock, plan, sockets, services.PRELOAD if preload is None else preload)
