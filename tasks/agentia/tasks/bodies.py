"""The bodies of requests: read whole, and parsed as JSON that can be written again."""

import json
from typing import Any, Final, NoReturn

from a2a.utils.errors import JSONParseError
from starlette.requests import ClientDisconnect
from starlette.types import Receive

SHORT: Final = 300
"""Characters of a parser's complaint that a client is shown."""


async def read_body(receive: Receive) -> bytes:
    """The whole body. Raises ClientDisconnect, and what a limit on bodies raises."""
    chunks = []
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        chunks.append(message.get("body", b""))
        if not message.get("more_body", False):
            return chunks[0] if len(chunks) == 1 else b"".join(chunks)


def parse(raw: bytes) -> Any:
    """A body as JSON. Raises JSONParseError, also for NaN and the like, which are not JSON."""
    try:
        return _decode(raw.decode())
    except ValueError as exc:
        raise JSONParseError(f"The body is not JSON in UTF-8: {short(exc)}") from exc
    except RecursionError as exc:
        raise JSONParseError("The body is not JSON that can be read: it is nested too deeply.") from exc


def short(exc: Exception) -> str:
    """What a parser says, cut to a length that can be read."""
    words = str(exc)
    return words if len(words) <= SHORT else f"{words[:SHORT]}…"


def _no_number(words: str) -> NoReturn:
    raise ValueError(f"{words} is not a number of JSON")


_decode: Final = json.JSONDecoder(parse_constant=_no_number).decode
