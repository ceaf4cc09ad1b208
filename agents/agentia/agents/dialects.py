"""Requests and results in the two protocol versions that peers speak: protobuf of 1.0 on our side, JSON on theirs."""

from typing import Any, Final, Protocol

from a2a.types.a2a_pb2 import Message, SendMessageConfiguration, SendMessageRequest, StreamResponse, Task, TaskState
from google.protobuf.json_format import MessageToDict, ParseDict, ParseError

from agentia.agents.errors import PeerUnreadable

Json = dict[str, Any]

_UNREADABLE: Final = (ParseError, ValueError, TypeError, AttributeError, LookupError, RecursionError)
_STATES: Final = frozenset(TaskState.values())
_LEGACY_METHODS: Final = {
    "SendMessage": "message/send",
    "SendStreamingMessage": "message/stream",
    "SubscribeToTask": "tasks/resubscribe",
    "CancelTask": "tasks/cancel",
    "GetTask": "tasks/get",
}


class Dialect(Protocol):
    """One version of the protocol."""

    version: str

    def method(self, name: str) -> str:
        """What a method of 1.0 is called."""

    def sending(self, message: Message, *, at_once: bool) -> Json:
        """The parameters of a message, to be answered `at_once` or when its task is done."""

    def about(self, task_id: str) -> Json:
        """The parameters of a call about a task."""

    def event(self, result: Any) -> StreamResponse:
        """An event of a stream, or the result of a message that was sent. Raises PeerUnreadable."""

    def task(self, result: Any) -> Task:
        """The result of a call about a task. Raises PeerUnreadable."""


class Current:
    """Protocol 1.0. `tenant` is what the card wants named in each request."""

    version = "1.0"

    def __init__(self, tenant: str = "") -> None:
        self._tenant: Json = {"tenant": tenant} if tenant else {}

    def method(self, name: str) -> str:
        return name

    def sending(self, message: Message, *, at_once: bool) -> Json:
        configuration = {"configuration": {"returnImmediately": True}} if at_once else {}
        return {**self._tenant, "message": MessageToDict(message), **configuration}

    def about(self, task_id: str) -> Json:
        return {**self._tenant, "id": task_id}

    def event(self, result: Any) -> StreamResponse:
        try:
            return _checked(ParseDict(result, StreamResponse(), ignore_unknown_fields=True))
        except _UNREADABLE as exc:
            raise PeerUnreadable("What it sent is no event of the A2A protocol.") from exc

    def task(self, result: Any) -> Task:
        return self.event({"task": result}).task


class Legacy:
    """Protocol 0.3, by the SDK's types and converters, which take a second to import."""

    version = "0.3"

    def method(self, name: str) -> str:
        return _LEGACY_METHODS[name]

    def sending(self, message: Message, *, at_once: bool) -> Json:
        from a2a.compat.v0_3 import conversions

        configuration = SendMessageConfiguration(return_immediately=True) if at_once else None
        request = SendMessageRequest(message=message, configuration=configuration)
        params = conversions.to_compat_send_message_request(request, 0).params
        return params.model_dump(mode="json", by_alias=True, exclude_none=True)

    def about(self, task_id: str) -> Json:
        return {"id": task_id}

    def event(self, result: Any) -> StreamResponse:
        from a2a.compat.v0_3 import conversions, types

        frame = {"jsonrpc": "2.0", "id": 0, "result": result}
        try:
            response = types.SendStreamingMessageSuccessResponse.model_validate(frame)
            return _checked(conversions.to_core_stream_response(response))
        except _UNREADABLE as exc:
            raise PeerUnreadable("What it sent is no event of A2A 0.3.") from exc

    def task(self, result: Any) -> Task:
        response = self.event(result)
        if not response.HasField("task"):
            raise PeerUnreadable("It was asked for a task and sent something else.")
        return response.task


def _checked(response: StreamResponse) -> StreamResponse:
    """Raise ValueError for what a client cannot make sense of, though it has the right fields."""
    kind = response.WhichOneof("payload")
    status = getattr(response, kind).status if kind in ("task", "status_update") else None
    if kind is None or (status is not None and status.state not in _STATES):
        raise ValueError("no event")
    if kind == "task" and not response.task.id:
        raise ValueError("no task id")
    return response
