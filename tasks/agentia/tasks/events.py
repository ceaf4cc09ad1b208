"""One event of a task's log: a StreamResponse with its number, and what a rerun must know of it."""

import json
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from a2a.types.a2a_pb2 import Message, Part, Role, StreamResponse, Task, TaskState
from google.protobuf.json_format import SerializeToJsonError
from google.protobuf.message import DecodeError, EncodeError
from google.protobuf.timestamp_pb2 import Timestamp

from agentia.tasks.codec import to_json
from agentia.tasks.errors import Unreadable
from agentia.tasks.states import TERMINAL

_encode = json.JSONEncoder(ensure_ascii=False, check_circular=False, separators=(",", ":")).encode
_LINE_ENDS: Final = re.compile("[\x85\u2028\u2029]")


@dataclass(slots=True, eq=False)
class Event:
    """Event `number` (from 1) of a task.

    `step` and `hash` name the journaled call that wrote it, `input` is the user's message that it took in.
    """

    number: int
    response: StreamResponse
    step: str | None = None
    hash: bytes | None = None
    input: Message | None = None
    _payload: bytes | None = field(default=None, repr=False)
    _json: str | None = field(default=None, repr=False)

    @property
    def state(self) -> TaskState | None:
        """The task's state from this event on, None when the event does not change it."""
        kind = self.response.WhichOneof("payload")
        if kind == "status_update":
            return self.response.status_update.status.state
        return self.response.task.status.state if kind == "task" else None

    @property
    def ends(self) -> bool:
        """Whether no event can follow."""
        return self.state in TERMINAL

    @property
    def payload(self) -> bytes:
        """The StreamResponse as protobuf bytes, made once."""
        if self._payload is None:
            self._payload = self.response.SerializeToString()
        return self._payload

    @property
    def json(self) -> str:
        """The StreamResponse as JSON of protocol 1.0, made once for all followers."""
        if self._json is None:
            self._json = dumps(to_json(self.response))
        return self._json


def dumps(value: Any) -> str:
    """JSON without spaces, text kept as it is, but for what some readers of streams take for the end of a line."""
    text = _encode(value)
    return text if text.isascii() else _LINE_ENDS.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def readable(make: Callable[[], StreamResponse]) -> StreamResponse:
    """What `make` makes of free JSON, when it can be read again once it is written. Raises Unreadable."""
    try:
        made = make()
        StreamResponse.FromString(made.SerializeToString())
        to_json(made)
    except (DecodeError, EncodeError) as exc:
        raise Unreadable("Data is nested too deeply: at most 25 levels are taken.") from exc
    except SerializeToJsonError as exc:
        raise Unreadable("Data holds a number that JSON has no words for: NaN or an infinity.") from exc
    return made


def stamp(timestamp: Timestamp, seconds: float | None = None) -> None:
    """Write unix `seconds` (now, when None) into `timestamp`, to the millisecond (section 5.6.1)."""
    millis = int((time.time() if seconds is None else seconds) * 1000)
    timestamp.seconds, timestamp.nanos = millis // 1000, millis % 1000 * 1_000_000


def new_task(task_id: str, context_id: str, message: Message, state: TaskState) -> StreamResponse:
    """The first event: the Task with the message that asked for it."""
    response = StreamResponse()
    task: Task = response.task
    task.id, task.context_id = task_id, context_id
    task.status.state = state
    stamp(task.status.timestamp)
    task.history.append(message)
    return response


def status_update(
    task_id: str, context_id: str, state: TaskState, message: Message | None = None, metadata: Any = None
) -> StreamResponse:
    """A TaskStatusUpdateEvent of now."""
    response = StreamResponse()
    update = response.status_update
    update.task_id, update.context_id = task_id, context_id
    update.status.state = state
    stamp(update.status.timestamp)
    if message is not None:
        update.status.message.CopyFrom(message)
    if metadata:
        update.metadata.update(metadata)
    return response


def artifact_update(
    task_id: str,
    context_id: str,
    artifact_id: str,
    name: str,
    description: str,
    parts: Sequence[Part],
    metadata: Any = None,
) -> StreamResponse:
    """A TaskArtifactUpdateEvent with the whole of an artifact."""
    response = StreamResponse()
    update = response.artifact_update
    update.task_id, update.context_id, update.last_chunk = task_id, context_id, True
    artifact = update.artifact
    artifact.artifact_id, artifact.name, artifact.description = artifact_id, name, description
    artifact.parts.extend(parts)
    if metadata:
        artifact.metadata.update(metadata)
    return response


def agent_message(message_id: str, task_id: str, context_id: str, text: str) -> Message:
    """A text message of the agent."""
    message = Message(message_id=message_id, task_id=task_id, context_id=context_id, role=Role.ROLE_AGENT)
    message.parts.add(text=text)
    return message
