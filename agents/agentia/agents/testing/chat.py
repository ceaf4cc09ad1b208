"""Chat Completions, as the endpoint of a test speaks it."""

from collections.abc import Iterator
from typing import Any

from agentia.agents.testing.steps import CutShort, Say, Spoken, pieces


def whole(request: dict[str, Any], say: Say, cut: str = "") -> dict[str, Any]:
    """The answer at once, `cut` off for that reason."""
    message = {"role": "assistant", "content": say.text or None, "tool_calls": _calls(say) or None}
    reason = cut or ("tool_calls" if say.calls else "stop")
    choice = {"index": 0, "message": message, "finish_reason": reason}
    return {**_envelope(request, "chat.completion"), "choices": [choice], "usage": _usage(say)}


def events(request: dict[str, Any], step: Spoken) -> Iterator[dict[str, Any]]:
    """The answer as a stream, to where it ends."""
    envelope = _envelope(request, "chat.completion.chunk")

    def delta(content: dict[str, Any], reason: str | None = None) -> dict[str, Any]:
        return {**envelope, "choices": [{"index": 0, "delta": content, "finish_reason": reason}]}

    yield delta({"role": "assistant", "content": ""})
    for text in pieces(step):
        yield delta({"content": text})
    if isinstance(step, Say):
        for call in _calls(step):
            yield delta({"tool_calls": [call]})
        yield delta({}, "tool_calls" if step.calls else "stop")
        yield {**envelope, "choices": [], "usage": _usage(step)}
    elif isinstance(step, CutShort) and step.reason:
        yield delta({}, step.reason)


def _envelope(request: dict[str, Any], kind: str) -> dict[str, Any]:
    return {"id": "scripted", "object": kind, "created": 0, "model": request.get("model", "")}


def _calls(say: Say) -> list[dict[str, Any]]:
    return [
        {
            "index": number,
            "id": call.id or f"call_{number}",
            "type": "function",
            "function": {"name": call.tool, "arguments": call.text},
        }
        for number, call in enumerate(say.calls)
    ]


def _usage(say: Say) -> dict[str, Any]:
    asked, said = say.tokens
    details = {"prompt_tokens_details": {"cached_tokens": say.cached}}
    return {"prompt_tokens": asked, "completion_tokens": said, "total_tokens": asked + said, **details}
