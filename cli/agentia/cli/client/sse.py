"""Server-sent events, read from bytes by the reader that agents use too."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from agentia.core.sse import EventDecoder


@dataclass(frozen=True)
class Frame:
    """One event: its `id:` (empty when it has none) and its data."""

    id: str
    data: str


def frames(chunks: Iterable[bytes]) -> Iterator[Frame]:
    """The events of a stream; comments and unknown fields are passed over, an unfinished last event is dropped."""
    decoder = EventDecoder()
    for chunk in chunks:
        for event in decoder.feed(chunk):
            yield Frame(event.id or "", event.data)
