"""Reading Server-Sent Events (WHATWG HTML, section 9.2.6): bytes or lines in, events out."""

import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field

from agentia.core.errors import AgentiaError

_LINE_END = re.compile(rb"\r\n|\n|\r")
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class EventTooLarge(AgentiaError):
    """An event is larger than its reader takes."""

    status = 502


@dataclass(slots=True)
class ServerEvent:
    """One event: `id` is None when it carried none."""

    event: str = "message"
    id: str | None = None
    _data: list[str] = field(default_factory=list)

    @property
    def data(self) -> str:
        """Its data lines, joined."""
        return "\n".join(self._data)

    def take(self, line: str) -> None:
        """One field line; comments and unknown fields are passed over."""
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if name == "data":
            self._data.append(value)
        elif name == "event":
            self.event = value
        elif name == "id":
            self.id = value

    @property
    def empty(self) -> bool:
        """Whether it has no data, and so is not dispatched."""
        return not self._data


class EventDecoder:
    """Events from the bytes of a stream, in whatever pieces they come. `most` bytes an event are taken, if given.

    Lines end with CR, LF or both and with nothing else: a text splitter would also cut at U+2028, which JSON may hold.
    """

    def __init__(self, most: int | None = None) -> None:
        self._most, self._size = most, 0
        self._pieces: list[bytes] = []
        self._first, self._after_cr = True, False
        self._event = ServerEvent()

    def feed(self, chunk: bytes) -> Iterator[ServerEvent]:
        """The events that `chunk` completes. Raises EventTooLarge."""
        for line in self._lines(chunk):
            if line:
                self._event.take(line)
                continue
            event, self._event, self._size = self._event, ServerEvent(), 0
            if not event.empty:
                yield event

    def _lines(self, chunk: bytes) -> Iterator[str]:
        if self._after_cr and chunk:
            chunk = chunk.removeprefix(b"\n")  # the second half of a line end that was sent in two pieces
            self._after_cr = False
        *ended, rest = _LINE_END.split(chunk)
        self._after_cr = chunk.endswith(b"\r")
        for piece in ended:
            self._keep(piece)
            line = b"".join(self._pieces)
            self._pieces.clear()
            yield self._text(line)
        if rest:
            self._keep(rest)

    def _keep(self, piece: bytes) -> None:
        self._size += len(piece)
        if self._most is not None and self._size > self._most:
            raise EventTooLarge(f"An event of the stream is larger than the {self._most:,} bytes that are taken.")
        self._pieces.append(piece)

    def _text(self, line: bytes) -> str:
        if self._first:
            line, self._first = line.removeprefix(_BYTE_ORDER_MARK), False
        return line.decode("utf-8", "replace")


async def server_events(lines: AsyncIterator[str]) -> AsyncIterator[ServerEvent]:
    """The events in a stream of lines; one that was cut off before its blank line is dropped."""
    current = ServerEvent()
    async for line in lines:
        if line:
            current.take(line)
            continue
        if not current.empty:
            yield current
        current = ServerEvent()
