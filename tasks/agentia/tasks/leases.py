"""Leases: a replica keeps those of its runs alive, lets go of runs that lost theirs, and takes over lost tasks."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Final

from agentia.tasks.jobs import Jobs
from agentia.tasks.records import Lease, Owner, Refused
from agentia.tasks.storage import Store

BATCH: Final = 50
"""Tasks taken over at once."""
SOONEST: Final = 0.05
"""Seconds between two looks for lost tasks, however soon the next lease runs out."""
OFFER: Final = 1.0
"""Seconds between two offers of tasks to other replicas."""
DEEP: Final = 0.5
"""Seconds between two looks, without room, for a task that others may be waiting for."""
SHARE: Final = 20
"""How much longer than such a look takes it is until the next one, as it reads all that waits."""

log = logging.getLogger("agentia.tasks")

Resume = Callable[[str, Owner], Awaitable[None]]
Wait = Callable[[float], Awaitable[None]]


class Leases:
    """The leases of one replica, each `seconds` long.

    `jobs` are its runs, of tasks that may take `longest` seconds each. `resume` takes a task over whose lease has run
    out, of a `major` version of the agent.
    """

    def __init__(
        self, store: Store, replica: str, seconds: float, jobs: Jobs, resume: Resume, *, longest: float, major: str
    ) -> None:
        self._store, self._replica, self._seconds, self._jobs, self._resume = store, replica, seconds, jobs, resume
        self._longest, self._major = longest, major
        self._offered, self._look_deep = -OFFER, 0.0
        self._renewing: asyncio.Task[None] | None = None
        self._claiming: asyncio.Task[None] | None = None

    def new(self) -> Lease:
        """A lease from now on."""
        return Lease(self._replica, time.time() + self._seconds)

    def start(self) -> None:
        """Renew three times a lease, and take over when a lease of others has run out; neither waits for the other."""
        self._renewing = asyncio.create_task(self._often(self._renew, self._taken, "leases not renewed"))
        self._claiming = asyncio.create_task(self._often(self._claim, self._vacant, "tasks not taken over"))

    def claim_no_more(self) -> None:
        """Take nothing over any more; the leases are kept until they are released."""
        if self._claiming is not None:
            self._claiming.cancel()

    async def release(self) -> None:
        """Let go of all, for another replica or for this one after a restart."""
        await _ended(self._claiming)
        await _ended(self._renewing)
        try:
            await self._store.release(self._replica)
        except Refused as refused:  # then they run out
            log.warning("leases not released", extra={"reason": refused.message})

    async def _often(self, work: Callable[[], Awaitable[float]], wait: Wait, failure: str) -> None:
        """Do `work`, which gives the seconds until the next time, and `wait` for it, until cancelled."""
        while True:
            pause = self._seconds / 3
            try:
                pause = await work()
            except Refused as refused:
                log.warning(failure, extra={"reason": refused.message})
            except Exception:
                log.exception(failure)
            await wait(pause)

    async def _renew(self) -> float:
        """Renew what runs here. A run whose lease is not there any more has lost it, however silent it is."""
        self._jobs.stop_older(time.time() - self._longest)
        lease, running = self.new(), {task.task_id: task for task in self._jobs.logs() if task.taken}
        held = await self._store.renew(lease, list(running)) if running else ()
        for task_id, task in running.items():
            if task_id in held:
                task.renewed(lease)
            elif task.holds:
                task.lose()
        return self._seconds / 3

    async def _taken(self, seconds: float) -> None:
        """Wait so long, or until somebody may have taken a task from a run, such as to cancel it."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._jobs.busy.wait()
                try:
                    await self._store.taken()
                except Refused:
                    await asyncio.sleep(seconds)

    async def _vacant(self, seconds: float) -> None:
        """Wait so long, or until there may be tasks that nobody holds, and room for them."""
        waiting = [asyncio.ensure_future(each) for each in (self._store.freed(seconds), self._jobs.vacant.wait())]
        try:
            await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for each in waiting:
                each.cancel()
        self._jobs.vacant.clear()

    async def _claim(self) -> float:
        """Take over what nobody holds, as far as there is room.

        What will be free within a lease is known: one that begins now ends later.
        """
        self._offer()
        limit = min(BATCH, self._jobs.room)
        if not limit:
            return await self._claim_deep()
        found = await self._store.unfinished(limit, self._major)
        taken = 0
        for task_id, owner in found:
            if not self._jobs.room:  # new tasks have taken it meanwhile
                break
            await self._take_over(task_id, owner)
            taken += 1
        left = taken < len(found)
        self._jobs.crowded = left or (len(found) == limit and (self._jobs.crowded or not self._jobs.room))
        if not self._jobs.room:
            return self._until_offer()
        due = 0.0 if len(found) == limit else await self._store.due(self._replica)
        return self._seconds if due is None else max(SOONEST, min(due, self._seconds))

    async def _claim_deep(self) -> float:
        """Without room take over a task that those here may be waiting for (see `Jobs.deep`), if there is one."""
        self._jobs.crowded = True
        began = time.monotonic()
        if began < self._look_deep:
            return min(self._until_offer(), self._look_deep - began)
        for task_id, owner in await self._store.unfinished(1, self._major, self._jobs.deepest):
            await self._take_over(task_id, owner)
        self._look_deep = time.monotonic() + max(DEEP, SHARE * (time.monotonic() - began))
        return self._until_offer()

    async def _take_over(self, task_id: str, owner: Owner) -> None:
        try:
            with self._jobs.expecting():
                await self._resume(task_id, owner)
        except Refused:
            raise
        except Exception:  # one that cannot be read shall not keep the others waiting
            log.exception("task not taken over", extra={"task": task_id})

    def _until_offer(self) -> float:
        return min(self._seconds, OFFER) if self._jobs.unoffered else self._seconds

    def _offer(self) -> None:
        """Have others take what waits and cannot be done here, or not yet."""
        if self._jobs.crowded and time.monotonic() >= self._offered + OFFER:
            self._offered, self._jobs.unoffered = time.monotonic(), False
            self._store.offer()


async def _ended(task: "asyncio.Task[None] | None") -> None:
    if task is not None:
        task.cancel()
        await asyncio.wait([task])
