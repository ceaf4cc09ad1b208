"""Tasks that nobody works on and whose time is over: they fail with a sentence, instead of waiting for ever."""

import asyncio
import logging
import time
from typing import Final

from agentia.tasks.records import Owner, Refused, Stored
from agentia.tasks.states import FAILED, TERMINAL
from agentia.tasks.stop import Stop
from agentia.tasks.storage import Store
from agentia.tasks.takeover import Takeovers
from agentia.tasks.upgrades import compatible, major
from agentia.tasks.work import STOPPED, Ending

AT_ONCE: Final = 500
"""Tasks that fail in one round."""

log = logging.getLogger("agentia.tasks")


class Overdue:
    """Looks for such tasks every `seconds`. A task may take `longest` seconds; `version` is this replica's."""

    def __init__(self, store: Store, takeovers: Takeovers, version: str, *, longest: float, seconds: float) -> None:
        self._store, self._takeovers, self._version = store, takeovers, version
        self._longest, self._seconds = longest, seconds
        self._stranded: set[str] = set()
        self._looking: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to look."""
        self._looking = asyncio.create_task(self._look())

    async def close(self) -> None:
        """Look no more."""
        if self._looking is not None:
            self._looking.cancel()
            await asyncio.wait([self._looking])

    async def _look(self) -> None:
        while True:
            try:
                await self._warn()
                for task_id, owner in await self._store.overdue(time.time() - self._longest, AT_ONCE):
                    await self._fail(task_id, owner)
            except Refused as refused:
                log.warning("overdue tasks not looked for", extra={"reason": refused.message})
            except Exception:
                log.exception("overdue tasks not looked for")
            await asyncio.sleep(self._seconds)

    async def _warn(self) -> None:
        """Say once of each version that its tasks wait for a replica that can go on with them."""
        stranded = await self._store.stranded(major(self._version), time.time() - self._seconds)
        for version in stranded.keys() - self._stranded:
            log.warning("tasks wait for another version", extra={"version": version, "tasks": stranded[version]})
        self._stranded = set(stranded)

    async def _fail(self, task_id: str, owner: Owner) -> None:
        try:
            stored = await self._store.find_task(task_id, owner)
            if stored is not None and stored.state not in TERMINAL:
                await self._takeovers.ended(stored, owner, self._ending(stored))
        except Refused:
            raise
        except Exception:  # one that cannot be read shall not keep the others waiting
            log.exception("overdue task not failed", extra={"task": task_id})

    def _ending(self, stored: Stored) -> Ending:
        if stored.deadline is not None and stored.deadline <= time.time():
            return STOPPED[Stop.DEADLINE]
        if compatible(stored.agent_version, self._version):
            return STOPPED[Stop.LIMIT]
        return Ending(
            FAILED,
            f"The task was begun by version {stored.agent_version} of this agent, and no replica of a compatible"
            " version has gone on with it in time. Send the request again as a new task.",
        )
