"""The supervisor: starts every service, starts again what dies, and ends all of them in order."""

import asyncio
import signal
import socket
from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from agentia.cli.mesh import endings, probe, record
from agentia.cli.mesh.folder import DataFolderUnusable
from agentia.cli.mesh.nursery import Nursery
from agentia.cli.mesh.orders import Signal, Start
from agentia.cli.mesh.plan import Service
from agentia.cli.mesh.processes import started
from agentia.cli.mesh.record import MeshRecord
from agentia.cli.mesh.view import View
from agentia.cli.mesh.ward import Ward

ZYGOTE_LOG = "zygote.log"
HOPELESS = 3
STOP_ORDER = ("gateway", "agent", "registry")


class Supervisor:
    """Runs a mesh until it is told to stop. Built before any loop runs; `run` does all the work.

    `grace` gives the seconds that services have to end before they are killed.
    """

    def __init__(
        self,
        services: Sequence[Service],
        sockets: Mapping[str, socket.socket],
        *,
        mesh: MeshRecord,
        data: Path,
        env: Callable[[Service], Mapping[str, str]],
        preload: Iterable[str],
        view: View,
        grace: Callable[[], float],
    ) -> None:
        self._wards = {s.name: Ward.of(s, sockets[s.name], data / "logs") for s in services}
        self._mesh, self._data, self._env, self._view = mesh, data, env, view
        self._preload = tuple(preload)
        self._grace = grace
        self._stopping = False
        self._ready = False
        self._tasks: set[asyncio.Task[Any]] = set()

    async def run(self) -> None:
        """Start all, keep them running, and return when all have ended."""
        self._stop, self._changed = asyncio.Event(), asyncio.Event()
        loop = asyncio.get_running_loop()
        for signum in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(signum, self.stop)
        await self._open_nursery()
        keeping = self._spawn(self._keep())
        stopped = self._spawn(self._stop.wait())
        await asyncio.wait({keeping, stopped}, return_when=asyncio.FIRST_COMPLETED)
        await self._end()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if keeping.done() and not keeping.cancelled():
            keeping.result()

    def stop(self) -> None:
        """End the mesh; asked a second time, at once and by force."""
        if not self._stopping:
            self._stopping = True
            self._stop.set()
            self._show(self._view.stopping)
        else:
            for ward in self._wards.values():
                self._signal(ward, signal.SIGKILL)

    async def _open_nursery(self) -> None:
        sockets = [ward.sock for ward in self._wards.values()]
        self._nursery = await Nursery.open(self._preload, sockets, self._data / "logs" / ZYGOTE_LOG)
        pid, born = self._nursery.process.pid, self._nursery.born
        self._mesh = replace(self._mesh, zygote=pid, zygote_born=born)
        for ward in self._wards.values():
            self._start(ward)
        self._tell()

    def _start(self, ward: Ward) -> None:
        ward.starts()
        service, log = ward.service, str(ward.log.absolute())
        self._nursery.say(Start(service, ward.sock.fileno(), log, self._env(service)))

    async def _keep(self) -> None:
        """Hear of every start and death; a zygote that dies itself is replaced, and all services with it."""
        zygote_deaths = 0
        while True:
            async for event in self._nursery.events():
                ward = self._wards[event.name]
                if event.kind == "started":
                    self._lives(ward, event.pid)
                else:
                    self._died(ward, endings.reason(event.status, ward.log, ward.log_start))
            self._nursery_died()
            if self._stopping:
                return
            zygote_deaths += 1
            await asyncio.sleep(endings.delay(zygote_deaths))
            await self._open_nursery()

    def _lives(self, ward: Ward, pid: int) -> None:
        ward.lives(pid)
        ward.watch = self._spawn(self._until_ready(ward))
        self._tell(ward)

    async def _until_ready(self, ward: Ward) -> None:
        await probe.until_ready(ward.service.url)
        if ward.service.agent and self._mesh.registry_url:
            await probe.until_registered(self._mesh.registry_url, ward.service.agent, ward.service.port)
        ward.is_ready()
        self._tell(ward)
        if not self._ready and all(w.record.state == "ready" for w in self._wards.values()):
            self._ready = True
            self._show(self._view.ready, self._mesh)

    def _died(self, ward: Ward, why: str) -> None:
        ward.died(why, stopping=self._stopping)
        self._changed.set()
        if self._stopping:
            self._tell(ward)
            return
        wait = endings.delay(ward.quick_deaths)
        if wait:
            ward.refuse()
            ward.record = replace(ward.record, note=f"{why}; next try in {wait:g} s")
        self._tell(ward)
        if ward.quick_deaths == HOPELESS and not ward.was_ready:
            self._show(self._view.hopeless, ward.record, ward.log)
        self._spawn(self._start_later(ward, wait, self._nursery))

    async def _start_later(self, ward: Ward, wait: float, nursery: Nursery) -> None:
        await asyncio.sleep(wait)
        if not self._stopping and nursery is self._nursery and not ward.alive:
            self._start(ward)

    def _nursery_died(self) -> None:
        alive = [ward for ward in self._wards.values() if ward.alive]
        known = [(ward.record.pid, ward.record.born) for ward in alive if ward.record.pid]
        self._nursery.kill(pid for pid, born in known if started(pid) == born)
        said = endings.last_words(self._data / "logs" / ZYGOTE_LOG, 0)
        for ward in alive:
            ward.died(f"the process that starts all others died: {said or 'killed'}", stopping=self._stopping)
        self._changed.set()
        self._tell(*alive)

    async def _end(self) -> None:
        """The gateway first, so that nothing new comes in, then the agents, and the registry they leave at last."""
        for role in STOP_ORDER:
            wards = [ward for ward in self._wards.values() if ward.service.role == role]
            for signum in (signal.SIGTERM, signal.SIGKILL):
                for ward in wards:
                    self._signal(ward, signum)
                if await self._all_ended(wards):
                    break
        await self._nursery.close()
        for task in self._tasks:
            task.cancel()
        self._show(self._view.ended)

    async def _all_ended(self, wards: list[Ward]) -> bool:
        try:
            async with asyncio.timeout(self._grace()):
                while any(ward.alive for ward in wards):
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError:
            return False
        return True

    def _signal(self, ward: Ward, signum: signal.Signals) -> None:
        if ward.alive:
            self._nursery.say(Signal(ward.service.name, signum, group=signum == signal.SIGKILL))

    def _tell(self, *changed: Ward) -> None:
        services = tuple(ward.record for ward in self._wards.values())
        self._mesh = replace(self._mesh, services=services)
        with suppress(DataFolderUnusable):  # a mesh that runs does not end because its disk is full; `up` wrote it once
            record.write(self._data, self._mesh)
        for ward in changed:
            self._show(self._view.changed, ward.record)

    @staticmethod
    def _show(tell: Callable[..., None], *what: object) -> None:
        with suppress(OSError):  # the terminal is gone; the mesh ends in order all the same
            tell(*what)

    def _spawn(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        task: asyncio.Task[Any] = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task
