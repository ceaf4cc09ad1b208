"""What is attached to a conversation, and who takes what of it."""

import mimetypes
from collections.abc import Iterable, Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any, Final

from a2a.types.a2a_pb2 import Message, Part

_UNSAID: Final = frozenset({"", "application/octet-stream", "*/*"})
_SAME: Final = {
    "application/csv": "text/csv",
    "text/tsv": "text/tab-separated-values",
    "text/json": "application/json",
    "text/md": "text/markdown",
    "application/parquet": "application/vnd.apache.parquet",
}
_BY_SUFFIX: Final = {
    ".parquet": "application/vnd.apache.parquet",
    ".jsonl": "application/jsonl",
    ".ndjson": "application/jsonl",
}


def request_of(message: Message) -> str:
    """What the message asks: its text parts that are no documents, a line each."""
    return "\n".join(part.text for part in message.parts if _is_speech(part))


def attachments(messages: Iterable[Message]) -> list[Part]:
    """Files, data and documents of messages, each with a media type as exact as can be told."""
    return [_typed(part) for message in messages for part in message.parts if not _is_speech(part)]


def media_types(parts: Iterable[Part]) -> list[str]:
    """The media types of parts that say one, each once."""
    return sorted({part.media_type for part in parts} - _UNSAID)


def modes_of(card: Mapping[str, Any]) -> list[str]:
    """The media types that an agent takes, by its card in 1.0 JSON."""
    own = set(card.get("defaultInputModes", ()))
    return sorted(own.union(*(skill.get("inputModes", ()) for skill in card.get("skills", ()))))


def taken(parts: Iterable[Part], modes: Sequence[str]) -> list[Part]:
    """The parts that an agent with these modes takes."""
    return [part for part in parts if _takes(modes, _plain(part.media_type))]


def content(parts: Sequence[Part]) -> list[Part]:
    """Of the artifacts of an agent those with its data, or all when there are but words."""
    data = [part for part in parts if _plain(part.media_type) not in ("text/plain", "text/markdown")]
    return data or list(parts)


def _takes(modes: Iterable[str], media_type: str) -> bool:
    family = media_type.partition("/")[0]
    return not {media_type, f"{family}/*", "*/*", "*"}.isdisjoint(map(_plain, modes))


def _is_speech(part: Part) -> bool:
    return part.WhichOneof("content") == "text" and not part.filename and _plain(part.media_type) in ("", "text/plain")


def _typed(part: Part) -> Part:
    """The part with the media type that its sender, its name or its kind tells."""
    typed = Part()
    typed.CopyFrom(part)
    said = _plain(part.media_type)
    typed.media_type = _guessed(part) if said in _UNSAID else said
    return typed


def _guessed(part: Part) -> str:
    kind = part.WhichOneof("content")
    if kind == "data":
        return "application/json"
    name = part.filename or part.url
    guessed = _BY_SUFFIX.get(PurePosixPath(name).suffix.lower()) or mimetypes.guess_type(name)[0]
    return guessed or ("text/plain" if kind == "text" else "application/octet-stream")


def _plain(media_type: str) -> str:
    """`Text/X-CSV; charset=utf-8` as `text/csv`."""
    family, _, kind = media_type.partition(";")[0].strip().lower().partition("/")
    name = f"{family}/{kind.removeprefix('x-')}" if kind else family
    return _SAME.get(name, name)
