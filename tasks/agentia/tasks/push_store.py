"""The push configs of a store: one a webhook, what it has been told, and the claim of the replica that tells it."""

from collections.abc import Awaitable, Callable, Collection
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, NamedTuple

from a2a.types.a2a_pb2 import TaskPushNotificationConfig

from agentia.tasks.records import Owner, Unstorable

Rows = Callable[..., Awaitable[list[Any]]]


class PushKey(NamedTuple):
    """Which config."""

    task_id: str
    id: str


@dataclass(frozen=True, slots=True)
class Held:
    """A config that is claimed, and its task: `sent` is the last event told, -1 when the task has to be told first."""

    config: TaskPushNotificationConfig
    protocol: str
    sent: int
    failures: int
    owner: Owner
    last_event: int


@dataclass(frozen=True, slots=True)
class Delivery:
    """How far a config's deliveries are: `due` is in seconds from now, `dead` says why they were given up."""

    key: PushKey
    url: str
    sent: int
    last_event: int
    failures: int
    due: float | None
    dead: str | None
    finished: bool


class PushStore:
    """The table push_configs. `read` and `write` run a named statement and give its rows, and raise as Store does.

    Times are those of the database's clock, so that replicas need not agree on theirs.
    """

    def __init__(self, read: Rows, write: Rows) -> None:
        self._read, self._write = read, write

    async def set(self, config: TaskPushNotificationConfig, protocol: str, sent: int) -> None:
        """Store a config under (task_id, id). Over one of the same id, what that one was told counts, not `sent`."""
        values = (config.task_id, config.id, config.SerializeToString(), protocol, sent)
        await self._write("set_push", *values)

    async def of_task(self, task_id: str, after: str = "", limit: int = 100) -> list[TaskPushNotificationConfig]:
        """The configs of a task with ids above `after`, by id."""
        rows = await self._read("list_push", task_id, after, limit)
        return [TaskPushNotificationConfig.FromString(row[0]) for row in rows]

    async def find(self, key: PushKey) -> TaskPushNotificationConfig | None:
        """One config."""
        rows = await self._read("get_push", *key)
        return TaskPushNotificationConfig.FromString(rows[0][0]) if rows else None

    async def delete(self, key: PushKey) -> None:
        """Forget a config; no error when there is none."""
        with suppress(Unstorable):
            await self._write("delete_push", *key)

    async def open(self, task_id: str) -> bool:
        """Whether a task has a config that may have to be told more."""
        return bool(await self._read("open_push", task_id))

    async def claim(self, task_id: str | None, claim: str, seconds: float, limit: int) -> list[PushKey]:
        """Claim what has something to tell now, or soon as its task is worked on; of one task, or of any."""
        return [PushKey(*row) for row in await self._write("claim_push", task_id, claim, seconds, limit)]

    async def renew(self, claims: Collection[str], seconds: float) -> list[tuple[PushKey, str]]:
        """Make these claims last `seconds` from now; what they hold."""
        rows = await self._write("renew_push", list(claims), seconds)
        return [(PushKey(*row[:2]), row[2]) for row in rows]

    async def release(self, claims: Collection[str]) -> None:
        """End these claims, for another replica or for this one after a restart."""
        await self._write("release_push", list(claims))

    async def wait(self, claims: Collection[str]) -> float | None:
        """Seconds until anything but what these claims hold may be claimed, None when there is nothing to claim."""
        rows = await self._read("wait_push", list(claims))
        return None if not rows or rows[0][0] is None else float(rows[0][0])

    async def held(self, key: PushKey, claim: str) -> Held | None:
        """A config, while this claim holds it."""
        rows = await self._read("held_push", *key, claim)
        if not rows:
            return None
        config, protocol, sent, failures, tenant, principal, last = rows[0]
        owner = Owner(tenant, principal)
        return Held(TaskPushNotificationConfig.FromString(config), protocol, sent, failures, owner, last)

    async def sent(self, key: PushKey, claim: str, number: int) -> None:
        """The webhook has been told everything up to event `number`."""
        await self._write("sent_push", *key, claim, number)

    async def failed(self, key: PushKey, claim: str, seconds: float | None, dead: str | None) -> None:
        """It could not be told; the claim ends. Try again in so many seconds, or never, for the reason `dead`."""
        await self._write("failed_push", *key, claim, seconds, dead)

    async def let_go(self, key: PushKey, claim: str, *, finished: bool) -> None:
        """End the claim on one config; `finished` when nothing can follow."""
        await self._write("let_go_push", *key, claim, int(finished))

    async def deliveries(self, owner: Owner, task_id: str | None, after: PushKey, limit: int) -> list[Delivery]:
        """How far the deliveries of an owner's configs are, by task and id, of one task or of all."""
        rows = await self._read("deliveries", *owner, task_id, *after, limit)
        return [_delivery(*row) for row in rows]

    async def revive(self, task_id: str, config_id: str | None) -> None:
        """Go on at once with the configs of a task, or one of them, that were given up or wait to be tried again."""
        await self._write("revive_push", task_id, config_id)


def _delivery(
    task_id: str, config_id: str, config: bytes, sent: int, last: int, failures: int, due: Any, dead: Any, finished: Any
) -> Delivery:
    url = TaskPushNotificationConfig.FromString(config).url
    return Delivery(PushKey(task_id, config_id), url, sent, last, failures, due, dead, bool(finished))
