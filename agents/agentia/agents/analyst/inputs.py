"""What a task brings along: tables as files, data parts, URLs or pasted text, and the question about them."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any, Protocol
from urllib.parse import urlsplit

from agentia.agents.analyst.tables.pasted import pasted
from agentia.agents.analyst.tables.source import Source
from agentia.core.fetch import SafeFetcher

_URL = re.compile(r"https?://[^\s<>\"'”»)\]]+", re.IGNORECASE)
_RESULT = {"subject", "columns", "rows", "sql"}


class Readable(Protocol):
    """A file part."""

    @property
    def name(self) -> str: ...
    @property
    def media_type(self) -> str: ...
    async def read(self) -> bytes: ...


class Message(Protocol):
    """The request, or the answer to a question: both may bring files and data."""

    @property
    def text(self) -> str: ...
    @property
    def files(self) -> Sequence[Readable]: ...
    @property
    def data(self) -> Sequence[Any]: ...


@dataclass(frozen=True)
class Inputs:
    """Tables and the question about them. `subject` is what an earlier answer of ours was about."""

    sources: tuple[Source, ...]
    question: str
    subject: str | None = None


async def inputs_of(message: Message, fetcher: SafeFetcher) -> Inputs:
    """Everything a message brings. Raises FetchRefused and FetchFailed for URLs."""
    files = [Source(file.name, file.media_type, await file.read()) for file in message.files]
    question, linked = await _linked(message.text, fetcher) if not files else (message.text, [])
    found = [*files, *linked]
    values = [
        Source(f"data{i or ''}", value=value) for i, value in enumerate(message.data) if not found or _is_table(value)
    ]
    subject = next((value["subject"] for value in message.data if _is_result(value) and found), None)
    if not found and not values:
        question, source = pasted(message.text)
        values = [source] if source else []
    return Inputs((*found, *values), question.strip(), subject)


async def _linked(text: str, fetcher: SafeFetcher) -> tuple[str, list[Source]]:
    """The tables that URLs in a text point to, and the text without them."""
    sources = []
    for url in dict.fromkeys(url.rstrip(".,;:!?") for url in _URL.findall(text)):
        fetched = await fetcher.get(url)
        name = PurePosixPath(urlsplit(url).path).name or urlsplit(url).netloc
        sources.append(Source(name, fetched.media_type, fetched.body))
        text = text.replace(url, " ")
    return text, sources


def _is_result(value: Any) -> bool:
    """Whether a data part is an earlier answer of ours."""
    return isinstance(value, Mapping) and value.keys() >= _RESULT and isinstance(value["subject"], str)


def _is_table(value: Any) -> bool:
    """Whether a data part beside files is a table as well, rather than something said about them."""
    if isinstance(value, Mapping):
        return value.keys() >= {"columns", "rows"} and not value.keys() >= _RESULT
    return isinstance(value, list) and bool(value) and all(isinstance(record, Mapping) for record in value)
