"""The push outbox: whichever replica claims a webhook tells it what happens in its task, until nothing is left."""

import asyncio
import logging
import secrets
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, Final

from agentia.tasks.courier import Around, Courier
from agentia.tasks.push_store import PushKey
from agentia.tasks.records import Refused
from agentia.tasks.slots import Slots
from agentia.tasks.storage import Store
from agentia.tasks.topic import Topic
from agentia.tasks.topics import Topics
from agentia.tasks.webhook import USUAL, Pace, Webhooks

BATCH: Final = 100
"""Configs claimed at once."""
LOOKS: Final = 3
"""Leases between two looks for what replicas that died have left."""
SOONEST: Final = 0.05
"""Seconds between two looks, however soon the next config is due."""
RETRY: Final = 1.0
"""Seconds until a database that failed is asked again."""

log = logging.getLogger("agentia.tasks")


class Outbox:
    """The deliveries of one replica, whose claims last `seconds` unless they are renewed."""

    def __init__(
        self, store: Store, topics: Topics, webhooks: Webhooks, *, seconds: float = 10.0, pace: Pace = USUAL
    ) -> None:
        self._push, self._topics, self._seconds = store.push, topics, seconds
        self._around = Around(store, topics, webhooks, Slots(), pace)
        self._couriers: dict[PushKey, tuple[Courier, asyncio.Task[None]]] = {}
        self._working: set[asyncio.Task[None]] = set()
        self._busy, self._wake = asyncio.Event(), asyncio.Event()
        self._closing = False

    def start(self) -> None:
        """Begin to deliver what is left, and what comes."""
        self._topics.on_taken = self.taken
        self._begin(self._look_often)
        self._begin(self._keep)

    async def close(self, grace: float = 2.0) -> None:
        """Let POSTs that are on their way end within `grace` seconds, and leave the rest to others."""
        self._topics.on_taken, self._closing = None, True
        for task in self._working:
            task.cancel()
        claims = list(self._claims())
        if couriers := [task for _, task in self._couriers.values()]:  # those that only follow end with the topics
            _, late = await asyncio.wait(couriers, timeout=grace)
            for task in late:
                task.cancel()
        await asyncio.gather(*couriers, *self._working, return_exceptions=True)
        if claims:
            with suppress(Refused):  # then they run out
                await self._push.release(claims)

    def wake(self, task_id: str) -> None:
        """A config of this task is new, or shall be tried again."""
        self._begin(self._claim, task_id)

    def forget(self, key: PushKey) -> None:
        """A config is gone: no POST of it may begin any more."""
        if key in self._couriers:
            self._couriers[key][1].cancel()

    def taken(self, task_id: str) -> None:
        """A stored task is gone on with here; its first event is still to come, and the topic tells of it."""
        self._begin(self._claim_when_written, self._topics.of(task_id), task_id)

    async def _claim_when_written(self, topic: Topic, task_id: str) -> None:
        """Claim what can be now, and what can be once the run has written something, as its task was paused so far."""
        if not await self._push.open(task_id):
            return
        last = topic.last
        await self._claim(task_id)
        if last is not None and topic.last == last:
            await topic.changed()
            await self._claim(task_id)

    async def _claim(self, task_id: str | None) -> int:
        claim = secrets.token_hex(8)
        keys = await self._push.claim(task_id, claim, self._seconds, BATCH)
        for key in keys:
            self._deliver(key, claim)
        return len(keys)

    def _deliver(self, key: PushKey, claim: str) -> None:
        if key in self._couriers:  # of a config that was deleted and made anew, or whose claim ran out
            self._couriers[key][1].cancel()
        courier = Courier(self._around, key, claim)
        task = asyncio.create_task(self._run(courier))
        self._couriers[key] = courier, task
        self._busy.set()

    async def _run(self, courier: Courier) -> None:
        told = False
        try:
            told = await courier.run()
        except Refused as refused:
            log.warning("webhook not told", extra={"task": courier.key.task_id, "reason": refused.message})
        except Exception:
            log.exception("webhook not told", extra={"task": courier.key.task_id, "config": courier.key.id})
        finally:
            self._ended(courier)
            if not told:
                self._wake.set()
        if told and not self._topics.closed:  # something may have come while the claim was given up
            self.wake(courier.key.task_id)

    def _ended(self, courier: Courier) -> None:
        if self._couriers.get(courier.key, (None,))[0] is courier:
            del self._couriers[courier.key]
        if not self._couriers:
            self._busy.clear()

    def _claims(self) -> set[str]:
        return {courier.claim for courier, _ in self._couriers.values()}

    async def _keep(self) -> None:
        """Renew the claims while there are any. What a lost answer kept from us begins here; what is lost ends."""
        while True:
            await self._busy.wait()
            await asyncio.sleep(self._seconds / 3)
            if not (claims := self._claims()):
                continue
            before = dict(self._couriers)
            try:
                renewed = dict(await self._push.renew(claims, self._seconds))
            except Refused as refused:
                log.warning("claims on webhooks not renewed", extra={"reason": refused.message})
                continue
            for key, (courier, task) in before.items():
                if renewed.get(key) != courier.claim:
                    task.cancel()
            for key, claim in renewed.items():
                if key not in before and key not in self._couriers:
                    self._deliver(key, claim)

    async def _look_often(self) -> None:
        while True:
            try:
                pause = await self._look()
            except Refused as refused:
                log.warning("webhooks not looked for", extra={"reason": refused.message})
                pause = RETRY
            with suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await self._wake.wait()
            self._wake.clear()

    async def _look(self) -> float:
        """Claim what is due, but not during a drain, which ends couriers at once; the seconds until the next look."""
        longest = LOOKS * self._seconds
        if self._topics.closed:
            return longest
        wait = await self._push.wait(self._claims())
        if wait is not None and wait <= 0:
            await self._claim(None)
            wait = await self._push.wait(self._claims())
        return longest if wait is None else min(max(wait, SOONEST), longest)

    def _begin(self, work: Callable[..., Awaitable[object]], *arguments: Any) -> None:
        if self._closing:
            return
        task = asyncio.create_task(self._quietly(work, *arguments))
        self._working.add(task)
        task.add_done_callback(self._working.discard)

    async def _quietly(self, work: Callable[..., Awaitable[object]], *arguments: Any) -> None:
        try:
            await work(*arguments)
        except Refused as refused:
            log.warning("webhooks not looked for", extra={"reason": refused.message})
            self._wake.set()
        except Exception:
            log.exception("push outbox failed")
            self._wake.set()
