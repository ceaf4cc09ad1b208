"""Steps of an author, held to what the journal can keep."""

import inspect
import json
from collections.abc import Awaitable, Callable
from typing import Any

from agentia.agents.errors import StepInvalid

Call = Callable[[], Awaitable[Any]] | Callable[[str], Awaitable[Any]]
"""What a step does. One that takes an argument is given the step's idempotency key, to send along with its effect."""


def checked_step(key: str, call: Call, effect: str) -> Callable[[], Awaitable[Any]]:
    """`call`, with `effect` if it takes it; raises StepInvalid when it is not async or gives what is not JSON."""

    async def checked() -> Any:
        given = call(*[effect][: takes_argument(call)])
        if not inspect.isawaitable(given):
            raise StepInvalid(
                f"What the step {key!r} calls must be async: a function without arguments, or of the idempotency key."
            )
        result = await given
        try:
            json.dumps(result, allow_nan=False)
        except (TypeError, ValueError, RecursionError) as exc:
            raise StepInvalid(
                f"The result of the step {key!r} must be JSON, to be kept for a rerun; it is of type"
                f" {type(result).__name__}, and it or something in it is not."
            ) from exc
        return result

    return checked


def takes_argument(call: Callable[..., Any]) -> bool:
    """Whether `call` cannot do without an argument."""
    try:
        inspect.signature(call).bind()
    except TypeError:
        return True
    except ValueError:  # something built in, whose parameters are not known
        return False
    return False
