"""Which media types go in and out, of the agent and of each skill."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from a2a.types import a2a_pb2 as pb

from agentia.cards.finding import Finding, error, hint, warning

_NAME: Final = r"[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}"
_MEDIA_TYPE: Final = re.compile(rf"({_NAME}/({_NAME}|\*)|\*/\*)(\s*;\s*{_NAME}=(\"[^\"]*\"|[^\s;\"]+))*")
# What cards before 0.3 said.
_OLD: Final = {
    "text": "text/plain",
    "json": "application/json",
    "data": "application/json",
    "file": "application/octet-stream",
    "image": "image/*",
    "audio": "audio/*",
    "video": "video/*",
}


def check(card: pb.AgentCard) -> Iterator[Finding]:
    yield from _defaults("defaultInputModes", card.default_input_modes)
    yield from _defaults("defaultOutputModes", card.default_output_modes)
    for index, skill in enumerate(card.skills):
        yield from _types(f"skills[{index}].inputModes", skill.input_modes)
        yield from _types(f"skills[{index}].outputModes", skill.output_modes)


def _defaults(field: str, modes: Sequence[str]) -> Iterator[Finding]:
    if not modes:
        yield error(field, "is missing", "List the media types, such as text/plain.")
    yield from _types(field, modes)


def _types(field: str, modes: Sequence[str]) -> Iterator[Finding]:
    for index, mode in enumerate(modes):
        if mode.lower() in _OLD:
            yield error(f"{field}[{index}]", "is not a media type", f"Write {_OLD[mode.lower()]}.")
        elif not _MEDIA_TYPE.fullmatch(mode):
            yield error(f"{field}[{index}]", "is not a media type", "Write type/subtype, such as text/csv.")
        elif mode == "*/*":
            yield hint(f"{field}[{index}]", "promises everything", "List what the agent really understands.")
    if len({mode.lower() for mode in modes}) < len(modes):
        yield warning(field, "lists a media type twice", "Remove the double.")
