"""What a model of a test does next: it says something, calls tools, or fails in one of the ways that models have."""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

PIECE: Final = 8
"""Characters of a streamed text that come at once."""


@dataclass(frozen=True)
class Call:
    """A model calls a tool. `arguments` is JSON, or a text that is sent as it is; `id` is made up unless given."""

    tool: str
    arguments: Any = None
    id: str = ""

    @property
    def text(self) -> str:
        """The arguments as the model writes them."""
        return self.arguments if isinstance(self.arguments, str) else json.dumps(self.arguments or {})


@dataclass(frozen=True)
class Say:
    """A model answers: with text, calls of tools, or both. `tokens` are those of the question and of the answer,
    `cached` says how many of the question the endpoint had kept. `items` stand before that: what an endpoint that
    speaks Responses says of its own tools, as JSON (`{"type": "web_search_call", …}`).
    """

    text: str = ""
    calls: Sequence[Call] = ()
    tokens: tuple[int, int] = (10, 5)
    cached: int = 0
    items: Sequence[dict[str, Any]] = ()


@dataclass(frozen=True)
class Fail:
    """An endpoint refuses, with an HTTP status and a time to wait in seconds."""

    status: int
    retry_after: int | None = 0


@dataclass(frozen=True)
class BreakOff:
    """An endpoint sends so much of an answer, and closes the connection."""

    text: str = "The answer is"


@dataclass(frozen=True)
class Hang:
    """An endpoint sends so much of an answer, and then nothing any more."""

    text: str = "The answer is"


@dataclass(frozen=True)
class CutShort:
    """An endpoint ends an answer in order, before it is whole: at its limit of tokens ("length"), by its filter
    ("content_filter"), or without giving a reason, as a proxy does that will not wait any longer.
    """

    text: str = "The answer is"
    reason: str = ""


Spoken = Say | BreakOff | CutShort | Hang
Step = Spoken | Fail
Script = Iterable[Step] | Callable[[dict[str, Any]], Step]
"""What is answered: step by step, or by what a function makes of the request (the JSON that the client sent)."""


def pieces(step: Spoken) -> Iterator[str]:
    """The text as it is streamed."""
    return (step.text[start : start + PIECE] for start in range(0, len(step.text), PIECE))
