"""The JSON-RPC binding (section 9) for protocol 1.0, handing requests of 0.3 to its dialect."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, Final

from a2a.types import a2a_pb2 as pb
from a2a.utils.errors import (
    InvalidParamsError,
    InvalidRequestError,
    MethodNotFoundError,
    VersionNotSupportedError,
)
from google.protobuf.json_format import ParseError
from google.protobuf.message import Message as ProtoMessage
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from agentia.tasks.bodies import parse, read_body, short
from agentia.tasks.caller import Caller
from agentia.tasks.codec import read, to_json
from agentia.tasks.events import Event, dumps
from agentia.tasks.operations import Operations
from agentia.tasks.problems import http_status, rpc_error
from agentia.tasks.sse import KEEP_ALIVE, EventStream
from agentia.tasks.version import requested, resume_from

Identify = Callable[[Request], Awaitable[Caller]]
RequestId = str | int | None
Answer = Response | tuple[int, bytes]
"""A response of its own kind, or the HTTP status and the JSON of one."""

_MEDIA_TYPE: Final = (b"content-type", b"application/json")

LEGACY_METHODS: Final = {
    "message/send": "SendMessage",
    "message/stream": "SendStreamingMessage",
    "tasks/get": "GetTask",
    "tasks/cancel": "CancelTask",
    "tasks/resubscribe": "SubscribeToTask",
    "tasks/pushNotificationConfig/set": "CreateTaskPushNotificationConfig",
    "tasks/pushNotificationConfig/get": "GetTaskPushNotificationConfig",
    "tasks/pushNotificationConfig/list": "ListTaskPushNotificationConfigs",
    "tasks/pushNotificationConfig/delete": "DeleteTaskPushNotificationConfig",
    "agent/getAuthenticatedExtendedCard": "GetExtendedAgentCard",
}
"""The methods of 0.3, with what they are called in 1.0."""

STREAMING: Final = frozenset({"SendStreamingMessage", "SubscribeToTask"})


class JsonRpc:
    """An ASGI endpoint for POST. `identify` says who calls, `keep_alive` is that of an EventStream."""

    def __init__(self, operations: Operations, identify: Identify, *, keep_alive: float = KEEP_ALIVE) -> None:
        self._operations, self._identify, self._keep_alive = operations, identify, keep_alive
        self._methods: dict[str, tuple[type[ProtoMessage], Callable[..., Any]]] = {
            "SendMessage": (pb.SendMessageRequest, operations.send_message),
            "SendStreamingMessage": (pb.SendMessageRequest, operations.send_streaming_message),
            "GetTask": (pb.GetTaskRequest, operations.get_task),
            "ListTasks": (pb.ListTasksRequest, operations.list_tasks),
            "CancelTask": (pb.CancelTaskRequest, operations.cancel_task),
            "SubscribeToTask": (pb.SubscribeToTaskRequest, operations.subscribe_to_task),
            "CreateTaskPushNotificationConfig": (
                pb.TaskPushNotificationConfig,
                operations.create_task_push_notification_config,
            ),
            "GetTaskPushNotificationConfig": (
                pb.GetTaskPushNotificationConfigRequest,
                operations.get_task_push_notification_config,
            ),
            "ListTaskPushNotificationConfigs": (
                pb.ListTaskPushNotificationConfigsRequest,
                operations.list_task_push_notification_configs,
            ),
            "DeleteTaskPushNotificationConfig": (
                pb.DeleteTaskPushNotificationConfigRequest,
                operations.delete_task_push_notification_config,
            ),
            "ListPushDeliveries": (pb.ListTaskPushNotificationConfigsRequest, operations.list_push_deliveries),
            "RetryPushDelivery": (pb.GetTaskPushNotificationConfigRequest, operations.retry_push_delivery),
            "GetExtendedAgentCard": (pb.GetExtendedAgentCardRequest, operations.get_extended_agent_card),
            "DeleteTask": (pb.CancelTaskRequest, operations.delete_task),
            "DeleteTasks": (pb.ListTasksRequest, operations.delete_tasks),
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; errors go out as JSON-RPC errors with HTTP status 200."""
        answer = await self._respond(Request(scope, receive))
        if isinstance(answer, Response):
            await answer(scope, receive, send)
            return
        status, body = answer
        head = [_MEDIA_TYPE, (b"content-length", b"%d" % len(body))]
        await send({"type": "http.response.start", "status": status, "headers": head})
        await send({"type": "http.response.body", "body": body})

    async def _respond(self, request: Request) -> Answer:
        request_id: RequestId = None
        legacy = False
        try:
            body = _object(await read_body(request.receive))
            request_id = _id_of(body)
            _check_envelope(body)
            method, legacy = self._method(body["method"], requested(request))
            caller = await self._identify(request)
            if legacy:
                from agentia.tasks.dialect import Legacy  # 0.3 costs a second of imports, paid by who speaks it

                return await Legacy(self._operations, self._keep_alive).respond(method, body, request, caller)
            return await self._current(method, body, request, caller)
        except ClientDisconnect:
            raise
        except Exception as exc:  # noqa: BLE001  the binding's edge: every error leaves as JSON-RPC
            return _json(rpc_error(request_id, exc, legacy=legacy), http_status(exc))

    async def _current(self, method: str, body: dict[str, Any], request: Request, caller: Caller) -> Answer:
        kind, operation = self._methods[method]
        try:
            params = read(body.get("params") or {}, kind())
        except ParseError as exc:
            raise InvalidParamsError(f"params do not fit {method}: {short(exc)}") from exc
        if method == "SendMessage" and isinstance(params, pb.SendMessageRequest):
            return await self._sent(params, caller, body.get("id"))
        if method not in STREAMING:
            return _json(_answered(body.get("id"), _result(await operation(params, caller))))
        if method == "SubscribeToTask":
            events = await operation(params, caller, resume_from(request))
        else:
            events = await operation(params, caller)
        return self._stream(events, body.get("id"))

    def _stream(self, events: AsyncIterator[Event], request_id: RequestId) -> Response:
        head = f'{{"jsonrpc":"2.0","id":{dumps(request_id)},"result":'
        return EventStream(
            events,
            lambda event: f"{head}{event.json}}}",
            lambda exc: dumps(rpc_error(request_id, exc)),
            keep_alive=self._keep_alive,
        )

    async def _sent(self, params: pb.SendMessageRequest, caller: Caller, request_id: RequestId) -> Answer:
        """SendMessage, whose answer is written out while the task is being stored."""
        ready: list[tuple[pb.SendMessageResponse, Answer]] = []

        def early(response: pb.SendMessageResponse) -> None:
            ready.append((response, _json(_answered(request_id, to_json(response)))))

        response = await self._operations.send_message(params, caller, early=early)
        if ready and ready[0][0] is response:
            return ready[0][1]
        return _json(_answered(request_id, to_json(response)))

    def _method(self, name: str, version: str) -> tuple[str, bool]:
        """The method and whether it is of 0.3. Raises MethodNotFoundError or VersionNotSupportedError."""
        if name in self._methods and version == "1.0":
            return name, False
        if name in LEGACY_METHODS and version == "0.3":
            return name, True
        if name in self._methods:
            raise VersionNotSupportedError(
                f"{name} is a method of protocol 1.0, and this request is in 0.3. Add the header 'A2A-Version: 1.0'."
            )
        if name in LEGACY_METHODS:
            raise MethodNotFoundError(
                f"{name} is a method of protocol 0.3; in {version} it is called {LEGACY_METHODS[name]}."
            )
        raise MethodNotFoundError(f"There is no method {name[:60]!r}. Methods of 1.0: {', '.join(self._methods)}.")


def _object(raw: bytes) -> dict[str, Any]:
    body = parse(raw)
    if not isinstance(body, dict):
        raise InvalidRequestError("The body must be one JSON-RPC request object; batches are not taken.")
    return body


def _id_of(body: dict[str, Any]) -> RequestId:
    given = body.get("id")
    if not isinstance(given, str | int | None) or isinstance(given, bool):
        raise InvalidRequestError('"id" must be a string or a whole number.')
    return given


def _check_envelope(body: dict[str, Any]) -> None:
    if body.get("jsonrpc") != "2.0" or not isinstance(body.get("method"), str):
        raise InvalidRequestError('A JSON-RPC request has "jsonrpc": "2.0" and a "method".')
    if not isinstance(body.get("params"), dict | None):
        raise InvalidParamsError('"params" must be an object.')


def _answered(request_id: RequestId, result: Any) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": request_id, "result": result}


def _result(value: Any) -> Any:
    if isinstance(value, pb.ListTasksResponse):
        return list_json(value)
    return value if value is None or isinstance(value, dict) else to_json(value)


def list_json(response: pb.ListTasksResponse) -> dict[str, Any]:
    """ListTasks as JSON: the counts and the token are there even when empty (section 3.1.4)."""
    return {
        "tasks": [to_json(task) for task in response.tasks],
        "nextPageToken": response.next_page_token,
        "pageSize": response.page_size,
        "totalSize": response.total_size,
    }


def _json(value: dict[str, Any], status: int = 200) -> Answer:
    return status, dumps(value).encode()
