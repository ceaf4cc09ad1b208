"""Files as an answer function sees them: inline bytes, or a URL that is fetched safely when it is read."""

import mimetypes
import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote, urlsplit

from a2a.types.a2a_pb2 import Message, Part

from agentia.core.fetch import FetchFailed, SafeFetcher

_LONGEST: Final = 200
_UNPRINTABLE: Final = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class File:
    """A file part. `name` has no folders; `media_type` is what the sender said, else what the name suggests."""

    name: str
    media_type: str
    part: Part
    fetcher: SafeFetcher

    async def read(self) -> bytes:
        """The content. Raises FetchRefused for a URL that must not be called and FetchFailed for one that fails."""
        if self.part.WhichOneof("content") == "raw":
            return self.part.raw
        found = await self.fetcher.get(self.part.url)
        if found.status != 200:
            raise FetchFailed(
                f"{self.name} could not be fetched: its server answered with HTTP status {found.status}.",
                fix="Give a URL that can be read without signing in, or send the file itself.",
            )
        return found.body


def files_in(message: Message, fetcher: SafeFetcher) -> list[File]:
    """The file parts of a message, in order."""
    return [
        _file(part, number, fetcher)
        for number, part in enumerate(message.parts, start=1)
        if part.WhichOneof("content") in ("raw", "url")
    ]


def _file(part: Part, number: int, fetcher: SafeFetcher) -> File:
    name = plain_name(part.filename) or plain_name(_in_url(part.url)) or f"file-{number}"
    media_type = part.media_type or mimetypes.guess_type(name)[0] or "application/octet-stream"
    return File(name, media_type, part, fetcher)


def _in_url(url: str) -> str:
    try:
        return unquote(urlsplit(url).path)
    except ValueError:  # reading it will say what is wrong with the URL
        return ""


def plain_name(name: str) -> str:
    """The last of what could be folders, so that a sender's name is safe to be written under."""
    last = _UNPRINTABLE.sub("", name.replace("\\", "/").rsplit("/", 1)[-1]).strip()
    return "" if last in (".", "..") else last[-_LONGEST:]
