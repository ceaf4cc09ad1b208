"""Answers of models as JSON for the journal and back, and the answer that a stream of events comes to."""

from functools import cache
from typing import Any, Final

from agents import ModelBehaviorError, ModelResponse
from agents.usage import Usage
from openai.types.responses import (
    Response,
    ResponseFunctionToolCall,
    ResponseOutputItem,
    ResponseOutputMessage,
    ResponseReasoningItem,
)
from pydantic import BaseModel, TypeAdapter

from agentia.agents.sdk.retries import BrokenOff, cut_short
from agentia.agents.spending import COST
from agentia.core.prices import Price

_USUAL: Final[dict[str, type[BaseModel]]] = {
    "message": ResponseOutputMessage,
    "function_call": ResponseFunctionToolCall,
    "reasoning": ResponseReasoningItem,
}
_DONE: Final = frozenset(
    {
        "message",
        "reasoning",
        "compaction",
        "web_search_call",
        "file_search_call",
        "code_interpreter_call",
        "image_generation_call",
        "mcp_call",
        "mcp_list_tools",
    }
)
"""Items that nobody has to do anything for: what is said, and what the endpoint's own tools did."""
_PASSING: Final = ("server_error", "rate_limit_exceeded")
"""Why an answer may fail that another try may have."""
_COUNTS: Final = ("requests", "input_tokens", "output_tokens", "total_tokens")


def dump(response: ModelResponse, price: Price | None = None) -> dict[str, Any]:
    """As JSON, with the cost of the call when there is a price."""
    used: dict[str, float] = dict(counts(response.usage))
    if price is not None:
        used[COST] = price.of(used)
    return {
        "output": [item.model_dump(mode="json", exclude_unset=True) for item in response.output],
        "usage": used,
        "response_id": response.response_id,
        "request_id": response.request_id,
    }


def is_last(value: dict[str, Any]) -> bool:
    """Whether what was dumped is an answer after which nothing more is done."""
    kinds = {item["type"] for item in value["output"]}
    return "message" in kinds and kinds <= _DONE


def load(value: dict[str, Any]) -> ModelResponse:
    """From what `dump` gave."""
    return ModelResponse(
        output=[_item(item) for item in value["output"]],
        usage=_usage(value["usage"]),
        response_id=value["response_id"],
        request_id=value["request_id"],
    )


def ended(event: Any, items: list[Any]) -> ModelResponse | None:
    """The answer when `event` is the last of its stream, of which `items` are done.

    Raises BrokenOff for what may pass, TaskFailed for half an answer, or ModelBehaviorError.
    """
    if event.type == "response.failed" and (error := event.response.error) is not None and error.code in _PASSING:
        raise BrokenOff(f"The model's answer ended with {error.code}.")
    if event.type == "response.incomplete" and (details := event.response.incomplete_details) is not None:
        cut_short(details.reason)
    if event.type in ("response.failed", "response.incomplete", "error", "response.error"):
        raise ModelBehaviorError(f"The model's answer ended with {event.type}.")
    if event.type != "response.completed":
        return None
    made: Response = event.response
    request_id = getattr(made, "_request_id", None)
    return ModelResponse(list(made.output or items), _used(made), made.id, request_id)


def counts(usage: Usage) -> dict[str, int]:
    """What was used, in tokens but for the number of requests."""
    return {
        "requests": usage.requests,
        "input_tokens": usage.input_tokens,
        "output_tokens": usage.output_tokens,
        "total_tokens": usage.total_tokens,
        "cached_tokens": usage.input_tokens_details.cached_tokens or 0,
        "reasoning_tokens": usage.output_tokens_details.reasoning_tokens or 0,
    }


def text_in(response: ModelResponse) -> str:
    """All text that the model said."""
    messages = [item for item in response.output if isinstance(item, ResponseOutputMessage)]
    return "".join(getattr(content, "text", "") or "" for message in messages for content in message.content)


def calls_in(response: ModelResponse) -> bool:
    """Whether the model wants something done before it goes on."""
    return any(item.type not in _DONE for item in response.output)


def _usage(value: dict[str, int]) -> Usage:
    requests, asked, said, total = (value[name] for name in _COUNTS)
    usage = Usage(requests, asked, output_tokens=said, total_tokens=total)
    usage.input_tokens_details.cached_tokens = value["cached_tokens"]
    usage.output_tokens_details.reasoning_tokens = value["reasoning_tokens"]
    return usage


def _used(made: Response) -> Usage:
    if made.usage is None:
        return Usage(requests=1)
    return Usage(
        requests=1,
        input_tokens=made.usage.input_tokens or 0,
        output_tokens=made.usage.output_tokens or 0,
        total_tokens=made.usage.total_tokens or 0,
        input_tokens_details=made.usage.input_tokens_details,
        output_tokens_details=made.usage.output_tokens_details,
    )


def _item(value: dict[str, Any]) -> Any:
    usual = _USUAL.get(value.get("type", ""))
    return _any_item().validate_python(value) if usual is None else usual.model_validate(value)


@cache
def _any_item() -> TypeAdapter[Any]:
    return TypeAdapter(ResponseOutputItem)
