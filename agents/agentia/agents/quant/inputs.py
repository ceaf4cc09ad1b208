"""What a message brings: its questions, and the numbers in its data parts and JSON files."""

import asyncio
import json
from dataclasses import replace
from typing import Any, Final

from agentia.agents import File
from agentia.agents.quant import given, questions
from agentia.agents.quant.errors import TooLarge
from agentia.agents.quant.given import Given
from agentia.agents.quant.questions import Reading
from agentia.agents.task_run import Request

_JSON: Final = frozenset({"application/json", "text/json"})
_MAX_BYTES: Final = 2_000_000


async def inputs_of(message: Request, known: Given | None = None) -> Reading:
    """The questions of a message with all that is given, what was known before included.

    Raises TooLarge, and FetchRefused or FetchFailed for a JSON file behind a URL that cannot be read.
    """
    parts = [*message.data, *[await _json(file) for file in message.files if file.media_type in _JSON]]
    found = await asyncio.to_thread(given.from_data, [part for part in parts if part is not None])
    before = known or Given()
    return questions.split(
        message.text, replace(before, values=before.values + found.values, columns=before.columns + found.columns)
    )


def unread(message: Request) -> list[str]:
    """The names of files that cannot be used here."""
    return [file.name for file in message.files if file.media_type not in _JSON]


async def _json(file: File) -> Any:
    content = await file.read()
    if len(content) > _MAX_BYTES:
        raise TooLarge(f"{file.name} is larger than {_MAX_BYTES:,} bytes; send fewer numbers.")
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        return None
