"""The Responses API, as the endpoint of a test speaks it."""

import itertools
from collections.abc import Iterator
from typing import Any

from agentia.agents.testing.steps import CutShort, Say, Spoken, pieces

Event = dict[str, Any]


def whole(request: Event, say: Say, cut: str = "") -> Event:
    """The answer at once, `cut` off for that reason."""
    if cut:
        reason = "max_output_tokens" if cut == "length" else cut
        made = _response(request, "incomplete", _output(say), _usage(say))
        return {**made, "incomplete_details": {"reason": reason}}
    return _response(request, "completed", _output(say), _usage(say))


def events(request: Event, step: Spoken) -> Iterator[Event]:
    """The answer as a stream, to where it ends."""
    numbers = itertools.count()
    for event in _events(request, step):
        yield {**event, "sequence_number": next(numbers)}


def _events(request: Event, step: Spoken) -> Iterator[Event]:
    yield {"type": "response.created", "response": _response(request, "in_progress", [], None)}
    output = _output(step) if isinstance(step, Say) else [_message(step.text)]
    for index, item in enumerate(output):
        yield {"type": "response.output_item.added", "output_index": index, "item": {**item, "status": "in_progress"}}
        if item["type"] == "message":
            yield from _deltas(index, item["id"], pieces(step))
        if isinstance(step, Say):
            yield {"type": "response.output_item.done", "output_index": index, "item": item}
    if isinstance(step, Say):
        yield {"type": "response.completed", "response": whole(request, step)}
    elif isinstance(step, CutShort) and step.reason:
        yield {"type": "response.incomplete", "response": whole(request, Say(step.text), step.reason)}


def _deltas(index: int, item_id: str, texts: Iterator[str]) -> Iterator[Event]:
    place = {"item_id": item_id, "output_index": index, "content_index": 0}
    yield {"type": "response.content_part.added", **place, "part": _text("")}
    for text in texts:
        yield {"type": "response.output_text.delta", **place, "delta": text, "logprobs": []}


def _response(request: Event, status: str, output: list[Event], usage: Event | None) -> Event:
    return {
        "id": "scripted",
        "object": "response",
        "created_at": 0,
        "model": request.get("model", ""),
        "status": status,
        "output": output,
        "usage": usage,
        "parallel_tool_calls": True,
        "tool_choice": "auto",
        "tools": [],
    }


def _output(say: Say) -> list[Event]:
    calls = [
        {
            "type": "function_call",
            "id": f"fc_{number}",
            "call_id": call.id or f"call_{number}",
            "name": call.tool,
            "arguments": call.text,
            "status": "completed",
        }
        for number, call in enumerate(say.calls)
    ]
    return [*say.items, *([_message(say.text)] if say.text else []), *calls]


def _message(text: str) -> Event:
    return {"type": "message", "id": "msg_0", "role": "assistant", "status": "completed", "content": [_text(text)]}


def _text(text: str) -> Event:
    return {"type": "output_text", "text": text, "annotations": []}


def _usage(say: Say) -> Event:
    asked, said = say.tokens
    return {
        "input_tokens": asked,
        "input_tokens_details": {"cached_tokens": say.cached},
        "output_tokens": said,
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": asked + said,
    }
