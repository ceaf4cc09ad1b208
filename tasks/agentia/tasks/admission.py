"""What a message must be before a task is made of it."""

from dataclasses import dataclass
from functools import partial
from typing import Final

from a2a.types.a2a_pb2 import Message, Role
from a2a.utils.errors import ContentTypeNotSupportedError, InvalidParamsError, UnsupportedOperationError

from agentia.tasks.errors import Unreadable
from agentia.tasks.events import readable, status_update
from agentia.tasks.records import Stored
from agentia.tasks.states import INTERRUPTED, TERMINAL, WORKING, name

_USER: Final = Role.ROLE_USER


@dataclass(frozen=True, slots=True)
class Limits:
    """What an agent takes: `input_modes` are media types, `text/*` and `*/*` allowed; sizes in bytes."""

    input_modes: frozenset[str] = frozenset()
    parts: int = 1000
    id_length: int = 256


def admit(message: Message, limits: Limits) -> None:
    """Check a user's message (section 4.1.4). Raises InvalidParamsError or ContentTypeNotSupportedError."""
    _identified(message, limits)
    if not message.parts:
        raise _invalid("message.parts", "is empty: give the agent at least one part with text, raw, url or data")
    if len(message.parts) > limits.parts:
        raise _invalid("message.parts", f"has {len(message.parts)} parts; at most {limits.parts} are taken")
    for index, part in enumerate(message.parts):
        if part.WhichOneof("content") is None:
            raise _invalid(f"message.parts[{index}]", "has no content: one of text, raw, url or data")
        if part.media_type and not _takes(limits.input_modes, part.media_type):
            raise ContentTypeNotSupportedError(
                f"message.parts[{index}].mediaType is {part.media_type!r}, which this agent does not take."
                f" It takes {', '.join(sorted(limits.input_modes))}."
            )
    if not any(part.WhichOneof("content") != "text" or part.text.strip() for part in message.parts):
        raise _invalid("message.parts", "hold nothing but white space: say what you want done")
    if message.HasField("metadata") or any(
        part.HasField("data") or part.HasField("metadata") for part in message.parts
    ):
        _check_readable(message)


def _identified(message: Message, limits: Limits) -> None:
    for field in ("message_id", "task_id", "context_id"):
        if len(getattr(message, field)) > limits.id_length:
            raise _invalid(f"message.{_camel(field)}", f"is longer than {limits.id_length} characters")
    if not message.message_id:
        raise _invalid("message.messageId", "is missing: give each message an id of its own, such as a UUID")
    if message.role != _USER:
        raise _invalid("message.role", "must be ROLE_USER in a message to an agent")


def _check_readable(message: Message) -> None:
    try:
        readable(partial(status_update, "", "", WORKING, message))
    except Unreadable as exc:
        raise InvalidParamsError(f"message: {exc.message}") from exc


def _takes(modes: frozenset[str], media_type: str) -> bool:
    kind = media_type.partition(";")[0].strip().lower()
    return not modes or kind in modes or f"{kind.partition('/')[0]}/*" in modes or "*/*" in modes


def _camel(field: str) -> str:
    head, _, tail = field.partition("_")
    return head + tail.title()


def _invalid(field: str, reason: str) -> InvalidParamsError:
    return InvalidParamsError(f"{field} {reason}.", data={"errors": [{"field": field, "message": f"{reason}."}]})


def check_open(stored: Stored, message: Message) -> None:
    """Check that a message may continue a task. Raises InvalidParamsError or UnsupportedOperationError."""
    if message.context_id and message.context_id != stored.context_id:
        raise _invalid("message.contextId", "is not the context of this task; leave it out to have it inferred")
    if stored.state in TERMINAL:
        raise UnsupportedOperationError(
            f"The task is {name(stored.state)} and takes no more messages. Send this without taskId, with contextId"
            f" {stored.context_id!r}, to start a new task in the same conversation."
        )
    if stored.state not in INTERRUPTED:
        raise UnsupportedOperationError(
            f"The task is {name(stored.state)} and has not asked for anything. Wait until it asks, or send this without"
            " taskId as a task of its own."
        )
