"""The hot types as JSON of protocol 1.0 and back, several times quicker than protobuf's generic walk.

What comes often is written out here; everything else goes through `google.protobuf.json_format`, which defines the
result: `to_json` equals MessageToDict, `read` equals ParseDict (property-tested).
"""

from functools import lru_cache
from typing import Any, Final, TypeVar

from a2a.types import a2a_pb2 as pb
from google.protobuf.json_format import MessageToDict, ParseDict, ParseError
from google.protobuf.message import Message as ProtoMessage
from google.protobuf.timestamp_pb2 import Timestamp

M = TypeVar("M", bound=ProtoMessage)
Json = dict[str, Any]

_STATES: Final = dict(pb.TaskState.items())
_STATE_NAMES: Final = {number: name for name, number in _STATES.items()}
_ROLE_NAMES: Final = {number: name for name, number in pb.Role.items()}
_USER: Final = pb.Role.ROLE_USER
_SENT: Final = frozenset({"message", "configuration"})
_MESSAGE: Final = {"messageId": "message_id", "contextId": "context_id", "taskId": "task_id"}
_MESSAGE_KEYS: Final = frozenset({*_MESSAGE, "role", "parts"})
_PART_KEYS: Final = frozenset({"text", "mediaType", "filename"})
_CONFIGURATION: Final = {"historyLength": int, "returnImmediately": bool}


def to_json(message: ProtoMessage) -> Any:
    """The message as MessageToDict gives it."""
    writer = _WRITERS.get(type(message))
    return MessageToDict(message) if writer is None else writer(message)


def read(value: Json, message: M) -> M:
    """`message` filled from JSON, unknown fields passed over. Raises google.protobuf.json_format.ParseError."""
    try:
        if isinstance(message, pb.SendMessageRequest) and _plain(value):
            _read_plain(value, message)
            return message
        return ParseDict(value, message, ignore_unknown_fields=True)
    except UnicodeEncodeError as exc:
        raise ParseError("A text holds half of a surrogate pair, which is no character.") from exc


def _plain(value: Json) -> bool:
    """Whether a request holds just what most do: a message of text parts, and a simple configuration."""
    message, configuration = value.get("message"), value.get("configuration", {})
    if not isinstance(message, dict) or not isinstance(configuration, dict):
        return False
    return (
        value.keys() <= _SENT
        and message.keys() <= _MESSAGE_KEYS
        and message.get("role") == "ROLE_USER"
        and all(type(message.get(key, "")) is str for key in _MESSAGE)
        and type(message.get("parts")) is list
        and all(type(part) is dict and "text" in part and _strings(part) for part in message["parts"])
        and all(type(configuration[key]) is _CONFIGURATION.get(key) for key in configuration)
        and abs(configuration.get("historyLength", 0)) < 2**31
    )


def _strings(part: Json) -> bool:
    return part.keys() <= _PART_KEYS and all(type(text) is str for text in part.values())


def _read_plain(value: Json, request: pb.SendMessageRequest) -> None:
    given, message = value["message"], request.message
    message.role = _USER
    for key, name in _MESSAGE.items():
        if key in given:
            setattr(message, name, given[key])
    for part in given["parts"]:
        message.parts.add(text=part["text"], media_type=part.get("mediaType"), filename=part.get("filename"))
    if "configuration" in value:
        configuration = request.configuration
        configuration.SetInParent()
        if "historyLength" in value["configuration"]:
            configuration.history_length = value["configuration"]["historyLength"]
        configuration.return_immediately = value["configuration"].get("returnImmediately", False)


def _stream_response(response: pb.StreamResponse) -> Json:
    kind = response.WhichOneof("payload")
    if kind == "task":
        return {"task": _task(response.task)}
    if kind == "status_update":
        return {"statusUpdate": _status_update(response.status_update)}
    if kind == "artifact_update":
        return {"artifactUpdate": _artifact_update(response.artifact_update)}
    return {"message": _message(response.message)} if kind else {}


def _task(task: pb.Task) -> Json:
    out: Json = {"id": task.id} if task.id else {}
    if task.context_id:
        out["contextId"] = task.context_id
    if task.HasField("status"):
        out["status"] = _status(task.status)
    if task.artifacts:
        out["artifacts"] = [_artifact(artifact) for artifact in task.artifacts]
    if task.history:
        out["history"] = [_message(message) for message in task.history]
    return _with_metadata(out, task)


def _status_update(update: pb.TaskStatusUpdateEvent) -> Json:
    out: Json = {"taskId": update.task_id} if update.task_id else {}
    if update.context_id:
        out["contextId"] = update.context_id
    if update.HasField("status"):
        out["status"] = _status(update.status)
    return _with_metadata(out, update)


def _artifact_update(update: pb.TaskArtifactUpdateEvent) -> Json:
    out: Json = {"taskId": update.task_id} if update.task_id else {}
    if update.context_id:
        out["contextId"] = update.context_id
    if update.HasField("artifact"):
        out["artifact"] = _artifact(update.artifact)
    if update.append:
        out["append"] = True
    if update.last_chunk:
        out["lastChunk"] = True
    return _with_metadata(out, update)


def _status(status: pb.TaskStatus) -> Json:
    out: Json = {}
    if status.state:
        out["state"] = _STATE_NAMES.get(status.state, status.state)
    if status.HasField("message"):
        out["message"] = _message(status.message)
    if status.HasField("timestamp"):
        out["timestamp"] = _time(status.timestamp)
    return out


def _time(timestamp: Timestamp) -> str:
    millis, rest = divmod(timestamp.nanos, 1_000_000)
    if rest or not millis:
        return timestamp.ToJsonString()
    return f"{_second(timestamp.seconds)}.{millis:03}Z"


@lru_cache(maxsize=8)
def _second(seconds: int) -> str:
    return Timestamp(seconds=seconds).ToJsonString()[:-1]


def _message(message: pb.Message) -> Json:
    out: Json = {"messageId": message.message_id} if message.message_id else {}
    if message.context_id:
        out["contextId"] = message.context_id
    if message.task_id:
        out["taskId"] = message.task_id
    if message.role:
        out["role"] = _ROLE_NAMES.get(message.role, message.role)
    if message.parts:
        out["parts"] = [_part(part) for part in message.parts]
    _with_metadata(out, message)
    if message.extensions:
        out["extensions"] = list(message.extensions)
    if message.reference_task_ids:
        out["referenceTaskIds"] = list(message.reference_task_ids)
    return out


def _artifact(artifact: pb.Artifact) -> Json:
    out: Json = {"artifactId": artifact.artifact_id} if artifact.artifact_id else {}
    if artifact.name:
        out["name"] = artifact.name
    if artifact.description:
        out["description"] = artifact.description
    if artifact.parts:
        out["parts"] = [_part(part) for part in artifact.parts]
    _with_metadata(out, artifact)
    if artifact.extensions:
        out["extensions"] = list(artifact.extensions)
    return out


def _part(part: pb.Part) -> Json:
    if part.WhichOneof("content") != "text":
        return MessageToDict(part)
    out: Json = {"text": part.text}
    _with_metadata(out, part)
    if part.filename:
        out["filename"] = part.filename
    if part.media_type:
        out["mediaType"] = part.media_type
    return out


def _with_metadata(out: Json, message: Any) -> Json:
    if message.HasField("metadata"):
        out["metadata"] = MessageToDict(message.metadata)
    return out


_WRITERS: Final[dict[type[ProtoMessage], Any]] = {
    pb.StreamResponse: _stream_response,
    pb.SendMessageResponse: _stream_response,
    pb.Task: _task,
}
