"""Protocol 0.3 over JSON-RPC: the SDK's types and converters around the operations of 1.0."""

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from a2a.compat.v0_3 import conversions, types
from a2a.types.a2a_pb2 import ListTaskPushNotificationConfigsRequest, Task
from a2a.utils.errors import InvalidParamsError
from pydantic import BaseModel, ValidationError
from starlette.requests import Request
from starlette.responses import Response

from agentia.tasks.caller import Caller
from agentia.tasks.events import Event, dumps
from agentia.tasks.operations import Operations
from agentia.tasks.problems import rpc_error
from agentia.tasks.sse import EventStream
from agentia.tasks.states import INTERRUPTED
from agentia.tasks.version import resume_from

M = TypeVar("M", bound=BaseModel)
_SEND = {"method": "message/send"}
"""message/stream has the parameters of message/send, and the SDK converts the latter."""


class Legacy:
    """Answers requests of 0.3."""

    def __init__(self, operations: Operations, keep_alive: float) -> None:
        self._operations, self._keep_alive = operations, keep_alive
        self._unary: dict[str, tuple[type[BaseModel], Callable[[Any, Caller], Awaitable[Any]]]] = {
            "message/send": (types.SendMessageRequest, self._send),
            "tasks/get": (types.GetTaskRequest, self._get),
            "tasks/cancel": (types.CancelTaskRequest, self._cancel),
            "tasks/pushNotificationConfig/set": (types.SetTaskPushNotificationConfigRequest, self._set_push),
            "tasks/pushNotificationConfig/get": (types.GetTaskPushNotificationConfigRequest, self._get_push),
            "tasks/pushNotificationConfig/list": (types.ListTaskPushNotificationConfigRequest, self._list_push),
            "tasks/pushNotificationConfig/delete": (types.DeleteTaskPushNotificationConfigRequest, self._delete_push),
            "agent/getAuthenticatedExtendedCard": (types.GetAuthenticatedExtendedCardRequest, self._card),
        }

    async def respond(self, method: str, body: dict[str, Any], request: Request, caller: Caller) -> Response:
        """Answer `method` of 0.3. Raises the A2A errors of the operation."""
        if method == "message/stream":
            sent = conversions.to_core_send_message_request(_parse(types.SendMessageRequest, body | _SEND))
            events = await self._operations.send_streaming_message(sent, caller, protocol="0.3")
            return self._stream(events, body.get("id"))
        if method == "tasks/resubscribe":
            task = conversions.to_core_subscribe_to_task_request(_parse(types.TaskResubscriptionRequest, body))
            events = await self._operations.subscribe_to_task(task, caller, resume_from(request))
            return self._stream(events, body.get("id"))
        model, operation = self._unary[method]
        result = await operation(_parse(model, body), caller)
        return Response(
            dumps({"jsonrpc": "2.0", "id": body.get("id"), "result": _dump(result)}), media_type="application/json"
        )

    def _stream(self, events: Any, request_id: Any) -> Response:
        return EventStream(
            events,
            lambda event: dumps(_frame(event, request_id)),
            lambda exc: dumps(rpc_error(request_id, exc, legacy=True)),
            keep_alive=self._keep_alive,
            last=_final,
        )

    async def _send(self, request: Any, caller: Caller) -> Any:
        sent = conversions.to_core_send_message_request(request)
        answer = await self._operations.send_message(sent, caller, protocol="0.3")
        if answer.HasField("task"):
            return conversions.to_compat_task(answer.task)
        return conversions.to_compat_message(answer.message)

    async def _get(self, request: Any, caller: Caller) -> Any:
        task = await self._operations.get_task(conversions.to_core_get_task_request(request), caller)
        return conversions.to_compat_task(task)

    async def _cancel(self, request: Any, caller: Caller) -> Any:
        task = await self._operations.cancel_task(conversions.to_core_cancel_task_request(request), caller)
        return conversions.to_compat_task(task)

    async def _set_push(self, request: Any, caller: Caller) -> Any:
        config = conversions.to_core_create_task_push_notification_config_request(request)
        stored = await self._operations.create_task_push_notification_config(config, caller, protocol="0.3")
        return conversions.to_compat_task_push_notification_config(stored)

    async def _get_push(self, request: Any, caller: Caller) -> Any:
        wanted = conversions.to_core_get_task_push_notification_config_request(request)
        found = await self._operations.get_task_push_notification_config(wanted, caller)
        return conversions.to_compat_task_push_notification_config(found)

    async def _list_push(self, request: Any, caller: Caller) -> Any:
        wanted: ListTaskPushNotificationConfigsRequest
        wanted = conversions.to_core_list_task_push_notification_config_request(request)
        found = await self._operations.list_task_push_notification_configs(wanted, caller)
        return [conversions.to_compat_task_push_notification_config(config) for config in found.configs]

    async def _delete_push(self, request: Any, caller: Caller) -> None:
        wanted = conversions.to_core_delete_task_push_notification_config_request(request)
        await self._operations.delete_task_push_notification_config(wanted, caller)

    async def _card(self, request: Any, caller: Caller) -> Any:
        wanted = conversions.to_core_get_extended_agent_card_request(request)
        return conversions.to_compat_agent_card(await self._operations.get_extended_agent_card(wanted, caller))


def task_json(task: Task) -> str:
    """A Task as JSON of 0.3."""
    return dumps(_dump(conversions.to_compat_task(task)))


def _parse(model: type[M], body: dict[str, Any]) -> M:
    try:
        return model.model_validate(body)
    except ValidationError as exc:
        where = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in exc.errors(include_url=False)[:3])
        raise InvalidParamsError(f"The request does not fit {body['method']} of protocol 0.3: {where}.") from exc


def _dump(result: Any) -> Any:
    if isinstance(result, list):
        return [_dump(item) for item in result]
    return None if result is None else result.model_dump(mode="json", by_alias=True, exclude_none=True)


def _frame(event: Event, request_id: Any) -> Any:
    frame = _dump(conversions.to_compat_stream_response(event.response, request_id))
    if event.state in INTERRUPTED and frame["result"]["kind"] == "status-update":
        frame["result"]["final"] = True
    return frame


def _final(event: Event) -> bool:
    """A stream of 0.3 also ends where the task waits for its user (`final`, section 7.2.3 of 0.3)."""
    return event.ends or event.state in INTERRUPTED
