"""Steps of an author, held to what the journal can keep."""

import inspect
import json
from collections.abc import Awaitable, Callable
from typing import Any

from agentia.agents.errors import SpecialistInvalid


def checked_step(key: str, call: Callable[[], Awaitable[Any]]) -> Callable[[], Awaitable[Any]]:
    """`call`, which raises SpecialistInvalid when it is not async or gives what is not JSON."""

    async def checked() -> Any:
        given = call()
        if not inspect.isawaitable(given):
            raise SpecialistInvalid(
                f"What the step {key!r} calls must be async; it is given a function without arguments."
            )
        result = await given
        try:
            json.dumps(result, allow_nan=False)
        except (TypeError, ValueError, RecursionError) as exc:
            raise SpecialistInvalid(
                f"The result of the step {key!r} must be JSON, to be kept for a rerun; it is of type"
                f" {type(result).__name__}, and it or something in it is not."
            ) from exc
        return result

    return checked
