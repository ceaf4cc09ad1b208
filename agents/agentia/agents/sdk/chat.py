"""Chat Completions whose answers are whole: one that was cut off is not taken for what the model had to say."""

from collections.abc import AsyncIterator
from typing import Any

from agents import OpenAIChatCompletionsModel

from agentia.agents.sdk.retries import BrokenOff, cut_short


class WholeAnswers(OpenAIChatCompletionsModel):
    """As the SDK's, which takes what has come for the answer when an endpoint ends it without saying why."""

    async def _fetch_response(self, *given: Any, **named: Any) -> Any:
        found: Any = await super()._fetch_response(*given, **named)
        if isinstance(found, tuple):
            return found[0], _Whole(found[1])
        if found.choices:
            cut_short(found.choices[0].finish_reason)
        return found


class _Whole:
    """A stream of chunks, of which one must say that it is the last."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    async def __aiter__(self) -> AsyncIterator[Any]:
        reason = None
        async for chunk in self._stream:
            for choice in chunk.choices:
                reason = choice.finish_reason or reason
            yield chunk
        if reason is None:
            raise BrokenOff("The stream has ended without a finish_reason.")
        cut_short(reason)
