"""Push notification configs: checked when they come, stored with their task."""

import re
import uuid
from collections.abc import Awaitable, Callable
from typing import Any, Final

from a2a.types.a2a_pb2 import (
    DeleteTaskPushNotificationConfigRequest,
    GetTaskPushNotificationConfigRequest,
    ListTaskPushNotificationConfigsRequest,
    ListTaskPushNotificationConfigsResponse,
    SendMessageRequest,
    TaskPushNotificationConfig,
)
from a2a.utils.errors import InvalidParamsError, TaskNotFoundError
from a2a.utils.task import validate_page_size

from agentia.core.errors import AgentiaError
from agentia.tasks.outbox import Outbox
from agentia.tasks.push_store import Delivery, PushKey
from agentia.tasks.records import Owner
from agentia.tasks.storage import Store

MOST: Final = 20
"""Configs a task may have."""
MOST_LISTED: Final = 100
"""Deliveries on a page."""
FROM_NOW: Final = -1
"""Instead of the number of an event: the task as it stands comes first."""
_VALUE: Final = re.compile(r"[!-~]?|[!-~][ -~]*[!-~]")
_SCHEME: Final = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]*")


class PushConfigs:
    """The configs of one store; `check` raises an AgentiaError for a URL that must not be called."""

    def __init__(self, store: Store, check: Callable[[str], Awaitable[object]], outbox: Outbox | None = None) -> None:
        self._store, self._check, self._outbox = store.push, check, outbox

    async def from_send(self, request: SendMessageRequest, task_id: str, protocol: str) -> None:
        """Store the config that came with a message; the same message sent again stores the same again.

        The webhook of a new task is told everything from its first event on.
        """
        config = request.configuration.task_push_notification_config
        config.task_id, config.id = task_id, config.id or request.message.message_id
        await self.store(config, protocol, FROM_NOW if request.message.task_id else 0)

    async def store(
        self, config: TaskPushNotificationConfig, protocol: str, sent: int = FROM_NOW
    ) -> TaskPushNotificationConfig:
        """Check and store. Raises InvalidParamsError for a config that cannot be followed, or too many of them.

        The webhook is told in `protocol`: first the task as it stands, or what came after event `sent`.
        """
        await self.admit(config)
        stored = TaskPushNotificationConfig()
        stored.CopyFrom(config)
        stored.id = stored.id or str(uuid.uuid4())
        known = await self._store.of_task(stored.task_id, limit=MOST)
        if len(known) >= MOST and stored.id not in {config.id for config in known}:
            raise InvalidParamsError(f"A task may have {MOST} push configs. Delete one first.")
        await self._store.set(stored, protocol, sent)
        if self._outbox is not None:
            self._outbox.wake(stored.task_id)
        return stored

    async def admit(self, config: TaskPushNotificationConfig) -> None:
        """Check the URL, and what is to be sent along. Raises InvalidParamsError."""
        if not config.url:
            raise InvalidParamsError("url is missing: say where notifications shall be posted.")
        if not _VALUE.fullmatch(config.token) or not _VALUE.fullmatch(config.authentication.credentials):
            raise InvalidParamsError("token and credentials are sent as HTTP headers: printable ASCII, one line.")
        if not _SCHEME.fullmatch(config.authentication.scheme):
            raise InvalidParamsError("authentication.scheme must be the name of an HTTP scheme, such as Bearer.")
        try:
            await self._check(config.url)
        except AgentiaError as exc:
            raise InvalidParamsError(f"url cannot be notified: {exc.message} {exc.fix}".rstrip()) from exc

    async def get(self, request: GetTaskPushNotificationConfigRequest) -> TaskPushNotificationConfig:
        """One config. Raises TaskNotFoundError when there is none (section 3.1.8)."""
        config = await self._store.find(PushKey(request.task_id, request.id))
        if config is None:
            raise TaskNotFoundError(f"The task has no push config {request.id!r}.")
        return config

    async def list(self, request: ListTaskPushNotificationConfigsRequest) -> ListTaskPushNotificationConfigsResponse:
        """A page of configs by id."""
        size = request.page_size or MOST
        validate_page_size(size)
        found = await self._store.of_task(request.task_id, request.page_token, size + 1)
        response = ListTaskPushNotificationConfigsResponse(configs=found[:size])
        if len(found) > size:
            response.next_page_token = found[size - 1].id
        return response

    async def delete(self, request: DeleteTaskPushNotificationConfigRequest) -> None:
        """Forget a config; deleting twice is no error."""
        key = PushKey(request.task_id, request.id)
        if self._outbox is not None:
            self._outbox.forget(key)
        await self._store.delete(key)

    async def deliveries(self, request: ListTaskPushNotificationConfigsRequest, owner: Owner) -> dict[str, Any]:
        """How far the webhooks of a task are, or of all an owner's tasks: a page of docs/extensions.md."""
        size = request.page_size or MOST_LISTED
        validate_page_size(size)
        task_id, _, config_id = request.page_token.partition("/")
        after = PushKey(task_id, config_id)
        found = await self._store.deliveries(owner, request.task_id or None, after, size + 1)
        page: dict[str, Any] = {"deliveries": [_described(delivery) for delivery in found[:size]]}
        if len(found) > size:
            page["nextPageToken"] = "/".join(found[size - 1].key)
        return page

    async def retry(self, request: GetTaskPushNotificationConfigRequest) -> None:
        """Go on at once with one config, or all of a task, where it was given up. Raises TaskNotFoundError."""
        if request.id:
            await self.get(request)
        await self._store.revive(request.task_id, request.id or None)
        if self._outbox is not None:
            self._outbox.wake(request.task_id)


def _described(delivery: Delivery) -> dict[str, Any]:
    told = {"event": max(delivery.sent, 0), "lastEvent": delivery.last_event, "failures": delivery.failures}
    described = {"taskId": delivery.key.task_id, "id": delivery.key.id, "url": delivery.url, **told}
    if delivery.dead is not None:
        return {**described, "state": "dead", "reason": delivery.dead}
    if delivery.failures:
        return {**described, "state": "retrying", "retryInSeconds": round(max(delivery.due or 0.0, 0.0), 1)}
    return {**described, "state": "delivered" if delivery.finished else "active"}
