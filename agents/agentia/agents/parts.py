"""Parts made from what Python code has at hand: text, bytes, or anything that is JSON."""

import math
import mimetypes
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

from a2a.types.a2a_pb2 import Message, Part
from google.protobuf.json_format import MessageToDict, ParseDict, ParseError
from google.protobuf.struct_pb2 import Value

from agentia.agents.errors import AnswerInvalid

ALLOWED: Final = "str for text, bytes for a file, or JSON (dict, list, number, bool or None) for data"
EXACT: Final = 2**53
"""JSON numbers are doubles: whole numbers up to this one are exact."""


def part_of(content: Any, media_type: str | None = None, filename: str = "") -> Part:
    """A text part of a str, a raw part of bytes, a data part of anything else that is JSON.

    Without `media_type` the file name decides. Whole numbers that JSON would round become strings, as protobuf does
    it. Raises AnswerInvalid for what is none of these.
    """
    guessed = media_type or _media_type_of(filename)
    try:
        if isinstance(content, str):
            return Part(text=content, media_type=guessed or "text/plain", filename=filename)
        if isinstance(content, bytes | bytearray | memoryview):
            return Part(raw=bytes(content), media_type=guessed or "application/octet-stream", filename=filename)
        value = ParseDict(_json(content, ""), Value())
        return Part(data=value, media_type=guessed or "application/json", filename=filename)
    except UnicodeEncodeError as exc:
        raise AnswerInvalid("A text holds half of a surrogate pair, which is no text.") from exc
    except (ParseError, RecursionError) as exc:
        raise AnswerInvalid("The data is nested deeper than JSON parts can be.") from exc


@lru_cache(maxsize=256)
def _media_type_of(filename: str) -> str | None:
    return mimetypes.guess_type(filename)[0]


def text_of(message: Message) -> str:
    """All text parts of a message, a line each."""
    return "\n".join([part.text for part in message.parts if part.WhichOneof("content") == "text"])


def data_of(message: Message) -> list[Any]:
    """All data parts of a message, as JSON."""
    return [json_of(part) for part in message.parts if part.WhichOneof("content") == "data"]


def json_of(part: Part) -> Any:
    """What a data part holds; numbers without a fraction are ints, as they were before they became protobuf's.

    Keys are in the order of the alphabet: that in which they came is lost, and protobuf's own differs each time.
    """
    return _whole(MessageToDict(part.data))


def _json(value: Any, place: str) -> Any:
    """`value` as JSON that loses nothing on its way. Raises AnswerInvalid naming the place of what is no JSON."""
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, int):
        return value if abs(value) <= EXACT else str(value)
    if isinstance(value, float) and math.isfinite(value):
        return float(value)
    if isinstance(value, Mapping):
        return {_key(key, place): _json(each, f"{place}.{key}" if place else str(key)) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_json(each, f"{place}[{index}]") for index, each in enumerate(value)]
    what = f"the number {value}" if isinstance(value, float) else f"of type {type(value).__name__}"
    where = f" at {place[:200]}" if place else ""
    raise AnswerInvalid(f"What is handed over must be {ALLOWED}; what stands{where} is {what}.")


def _key(key: Any, place: str) -> str:
    if isinstance(key, str):
        return key
    raise AnswerInvalid(f"The keys of JSON are texts; {key!r:.50}{f' in {place[:200]}' if place else ''} is none.")


def _whole(value: Any) -> Any:
    if isinstance(value, float):
        return int(value) if value.is_integer() and abs(value) <= EXACT else value
    if isinstance(value, dict):
        return {key: _whole(value[key]) for key in sorted(value)}
    return [_whole(each) for each in value] if isinstance(value, list) else value
