"""Push notification configs: checked when they come, stored with their task."""

import uuid
from collections.abc import Awaitable, Callable

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
from agentia.tasks.storage import Store

MOST = 20
"""Configs a task may have."""


class PushConfigs:
    """The configs of one store; `check` raises an AgentiaError for a URL that must not be called."""

    def __init__(self, store: Store, check: Callable[[str], Awaitable[object]]) -> None:
        self._store, self._check = store, check

    async def from_send(self, request: SendMessageRequest, task_id: str) -> None:
        """Store the config that came with a message; the same message sent again stores the same again."""
        config = request.configuration.task_push_notification_config
        config.task_id, config.id = task_id, config.id or request.message.message_id
        await self.store(config)

    async def store(self, config: TaskPushNotificationConfig) -> TaskPushNotificationConfig:
        """Check and store. Raises InvalidParamsError for a URL that may not be called, or too many configs."""
        await self.admit(config)
        stored = TaskPushNotificationConfig()
        stored.CopyFrom(config)
        stored.id = stored.id or str(uuid.uuid4())
        known = await self._store.push_configs(stored.task_id, limit=MOST)
        if len(known) >= MOST and stored.id not in {config.id for config in known}:
            raise InvalidParamsError(f"A task may have {MOST} push configs. Delete one first.")
        await self._store.set_push(stored)
        return stored

    async def admit(self, config: TaskPushNotificationConfig) -> None:
        """Check the URL. Raises InvalidParamsError."""
        if not config.url:
            raise InvalidParamsError("url is missing: say where notifications shall be posted.")
        try:
            await self._check(config.url)
        except AgentiaError as exc:
            raise InvalidParamsError(f"url cannot be notified: {exc.message}") from exc

    async def get(self, request: GetTaskPushNotificationConfigRequest) -> TaskPushNotificationConfig:
        """One config. Raises TaskNotFoundError when there is none (section 3.1.8)."""
        config = await self._store.find_push(request.task_id, request.id)
        if config is None:
            raise TaskNotFoundError(f"The task has no push config {request.id!r}.")
        return config

    async def list(self, request: ListTaskPushNotificationConfigsRequest) -> ListTaskPushNotificationConfigsResponse:
        """A page of configs by id."""
        size = request.page_size or MOST
        validate_page_size(size)
        found = await self._store.push_configs(request.task_id, request.page_token, size + 1)
        response = ListTaskPushNotificationConfigsResponse(configs=found[:size])
        if len(found) > size:
            response.next_page_token = found[size - 1].id
        return response

    async def delete(self, request: DeleteTaskPushNotificationConfigRequest) -> None:
        """Forget a config; deleting twice is no error."""
        await self._store.delete_push(request.task_id, request.id)
