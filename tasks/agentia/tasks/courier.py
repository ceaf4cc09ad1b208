"""Telling one webhook what happens in its task: every notice in order, the next once the last was taken."""

import logging
from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress
from dataclasses import dataclass
from functools import partial
from urllib.parse import urlsplit

from a2a.utils.errors import TaskNotFoundError

from agentia.tasks.fold import Fold
from agentia.tasks.follow import follow
from agentia.tasks.logs import folded
from agentia.tasks.notices import Notice, notices
from agentia.tasks.push_store import Held, PushKey
from agentia.tasks.reception import found
from agentia.tasks.records import Owner
from agentia.tasks.slots import Slots
from agentia.tasks.states import INTERRUPTED
from agentia.tasks.storage import Store
from agentia.tasks.topics import Topics
from agentia.tasks.webhook import Failure, Pace, Webhooks

log = logging.getLogger("agentia.tasks")


@dataclass(frozen=True)
class Around:
    """What couriers share."""

    store: Store
    topics: Topics
    webhooks: Webhooks
    slots: Slots
    pace: Pace


class Courier:
    """Works on one config under a claim, which it gives up when there is nothing to tell for a while."""

    def __init__(self, around: Around, key: PushKey, claim: str) -> None:
        self._around, self._push = around, around.store.push
        self.key, self.claim = key, claim

    async def run(self) -> bool:
        """Tell all there is, and what comes while the task is worked on. Whether the claim was given up in order.

        It was not when the webhook takes something not, or the config is gone. Raises Refused when the store fails;
        the claim then runs out.
        """
        began = await self._push.held(self.key, self.claim)
        if began is None:
            return False
        finished = False
        with suppress(TaskNotFoundError):  # then it was deleted, and the config with it
            async with aclosing(self._notices(began)) as told:
                async for notice in told:
                    held = await self._push.held(self.key, self.claim)
                    if held is None or not await self._tell(held, notice):
                        return False
                    finished = notice.ends
                    if finished or notice.state in INTERRUPTED or held.protocol != began.protocol:
                        break
        await self._push.let_go(self.key, self.claim, finished=finished)
        return True

    async def _notices(self, held: Held) -> AsyncGenerator[Notice]:
        """What the webhook has not been told, or the whole task when that is gone from the log or was never due."""
        store, topics, task_id = self._around.store, self._around.topics, self.key.task_id
        words = notices(held.protocol)
        after = held.sent if words.from_anywhere else min(held.sent, 0)
        whole = partial(self._whole, held.owner)
        if held.sent < 0:
            fold = await whole()
            yield words.opening(fold)
            after = fold.number
        async with aclosing(follow(store, topics, topics.of(task_id), task_id, after, whole)) as events:
            async for event in events:
                for notice in words.of(event):
                    if notice.number > held.sent:
                        yield notice

    async def _whole(self, owner: Owner) -> Fold:
        store = self._around.store
        return await folded(store, await found(store, self.key.task_id, owner))

    async def _tell(self, held: Held, notice: Notice) -> bool:
        """Whether the webhook took it; when not, it is noted when to try again."""
        async with self._around.slots.of(urlsplit(held.config.url).hostname or ""):
            failure = await self._around.webhooks.tell(self.key, held.config, held.protocol, notice)
        if failure is not None:
            await self._note(failure, held.failures + 1, notice.number)
        elif notice.done:
            await self._push.sent(self.key, self.claim, notice.number)
        return failure is None

    async def _note(self, failure: Failure, tries: int, event: int) -> None:
        pause = failure.next(tries, self._around.pace)
        dead = f"Given up after {tries} {'try' if tries == 1 else 'tries'}: {failure.reason}" if pause is None else None
        await self._push.failed(self.key, self.claim, pause, dead)
        about = {"task": self.key.task_id, "config": self.key.id, "event": event, "tries": tries}
        if dead is None:
            log.info("webhook failed", extra={**about, "reason": failure.reason})
        else:
            log.warning("webhook given up", extra={**about, "reason": failure.reason})
