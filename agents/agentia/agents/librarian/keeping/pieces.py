"""A document cut into pieces that can be found and quoted: by paragraphs, and where those are long by sentences."""

import re
from bisect import bisect_right
from collections.abc import Iterator
from typing import Final, NamedTuple

from agentia.agents.librarian.limits import PIECE
from agentia.core.meaning.ranking import words

_BREAK: Final = re.compile(r"\n[ \t]*\n\s*")
_HEADING: Final = re.compile(r"#{1,6}[ \t]+([^\n]{1,200})")
_ENDS: Final = re.compile(r"(?<=[.!?…])\s+|\n+")
"""Where a paragraph that is too long may be cut."""


class Piece(NamedTuple):
    """Characters `start` to `end` of a document, which begin in `line` (from 1); its heading and its words."""

    start: int
    end: int
    line: int
    heading: str
    words: str


def pieces(text: str) -> list[Piece]:
    """The pieces of `text`, in order. A heading of Markdown begins a new one, which is told its name."""
    lines = [0, *(match.end() for match in re.finditer("\n", text))]
    made, heading, begun, end = list[Piece](), "", -1, 0

    def close() -> None:
        if begun >= 0:
            shown = " ".join(sorted(words(f"{heading}\n{text[begun:end]}")))
            made.append(Piece(begun, end, bisect_right(lines, begun), heading, shown))

    for first, last in _short(text):
        title = _HEADING.match(text, first)
        if begun >= 0 and (title or last - begun > PIECE):
            close()
            begun = -1
        heading = title[1].strip() if title else heading
        begun, end = (first if begun < 0 else begun), last
    close()
    return made


def _short(text: str) -> Iterator[tuple[int, int]]:
    """The paragraphs, or parts of those that are longer than a piece, from where to where."""
    for first, last in _split(text, 0, len(text), _BREAK):
        if last - first <= PIECE:
            yield first, last
            continue
        for start, stop in _split(text, first, last, _ENDS):
            yield from ((at, min(at + PIECE, stop)) for at in range(start, stop, PIECE))


def _split(text: str, first: int, last: int, at: re.Pattern[str]) -> Iterator[tuple[int, int]]:
    """What stands between the matches of `at`, without white space around it."""
    start = first
    for match in at.finditer(text, first, last):
        yield from _trimmed(text, start, match.start())
        start = match.end()
    yield from _trimmed(text, start, last)


def _trimmed(text: str, start: int, stop: int) -> Iterator[tuple[int, int]]:
    while start < stop and text[start].isspace():
        start += 1
    while stop > start and text[stop - 1].isspace():
        stop -= 1
    if start < stop:
        yield start, stop
