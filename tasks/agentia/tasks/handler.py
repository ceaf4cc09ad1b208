"""The engine as the SDK's RequestHandler, for the SDK's other bindings such as gRPC."""

from collections.abc import AsyncGenerator
from typing import Any

from a2a.server.context import ServerCallContext
from a2a.server.request_handlers.request_handler import RequestHandler
from a2a.types import a2a_pb2 as pb

from agentia.tasks.caller import LOCAL, Caller
from agentia.tasks.events import Event
from agentia.tasks.operations import Operations
from agentia.tasks.records import Owner


class EngineRequestHandler(RequestHandler):
    """Whoever the SDK has authenticated owns its tasks; the unauthenticated are the local principal."""

    def __init__(self, operations: Operations) -> None:
        self._operations = operations

    async def on_get_task(self, params: pb.GetTaskRequest, context: ServerCallContext) -> pb.Task:
        return await self._operations.get_task(params, _caller(context))

    async def on_list_tasks(self, params: pb.ListTasksRequest, context: ServerCallContext) -> pb.ListTasksResponse:
        return await self._operations.list_tasks(params, _caller(context))

    async def on_cancel_task(self, params: pb.CancelTaskRequest, context: ServerCallContext) -> pb.Task:
        return await self._operations.cancel_task(params, _caller(context))

    async def on_message_send(self, params: pb.SendMessageRequest, context: ServerCallContext) -> pb.Task | pb.Message:
        response = await self._operations.send_message(params, _caller(context))
        return response.task if response.HasField("task") else response.message

    async def on_message_send_stream(
        self, params: pb.SendMessageRequest, context: ServerCallContext
    ) -> AsyncGenerator[Any]:
        async for event in await self._operations.send_streaming_message(params, _caller(context)):
            yield _payload(event)

    async def on_subscribe_to_task(
        self, params: pb.SubscribeToTaskRequest, context: ServerCallContext
    ) -> AsyncGenerator[Any]:
        async for event in await self._operations.subscribe_to_task(params, _caller(context)):
            yield _payload(event)

    async def on_create_task_push_notification_config(
        self, params: pb.TaskPushNotificationConfig, context: ServerCallContext
    ) -> pb.TaskPushNotificationConfig:
        return await self._operations.create_task_push_notification_config(params, _caller(context))

    async def on_get_task_push_notification_config(
        self, params: pb.GetTaskPushNotificationConfigRequest, context: ServerCallContext
    ) -> pb.TaskPushNotificationConfig:
        return await self._operations.get_task_push_notification_config(params, _caller(context))

    async def on_list_task_push_notification_configs(
        self, params: pb.ListTaskPushNotificationConfigsRequest, context: ServerCallContext
    ) -> pb.ListTaskPushNotificationConfigsResponse:
        return await self._operations.list_task_push_notification_configs(params, _caller(context))

    async def on_delete_task_push_notification_config(
        self, params: pb.DeleteTaskPushNotificationConfigRequest, context: ServerCallContext
    ) -> None:
        await self._operations.delete_task_push_notification_config(params, _caller(context))

    async def on_get_extended_agent_card(
        self, params: pb.GetExtendedAgentCardRequest, context: ServerCallContext
    ) -> pb.AgentCard:
        return await self._operations.get_extended_agent_card(params, _caller(context))


def _caller(context: ServerCallContext) -> Caller:
    if not context.user.is_authenticated:
        return LOCAL
    return Caller(Owner(context.tenant, context.user.user_name))


def _payload(event: Event) -> Any:
    return getattr(event.response, event.response.WhichOneof("payload") or "")
