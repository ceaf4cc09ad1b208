"""Calls of a model's endpoint, again when it was busy or broke off, and what is said when that does not help."""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

import httpx
import openai

from agentia.agents.errors import TaskFailed
from agentia.agents.task_run import TaskRun

TRIES: Final = 5
SECONDS: Final = 3600.0
"""How long an answer may take, however much is said meanwhile."""
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0
"""Seconds between tries: doubled each time unless the endpoint says when to come back."""

T = TypeVar("T")
log = logging.getLogger("agentia.agents")


class BrokenOff(Exception):
    """An endpoint has ended its answer before it was whole; the message is for the log."""


Broken = (openai.APIConnectionError, openai.APIStatusError, openai.APIError, httpx.TransportError, BrokenOff)


def cut_short(reason: str | None) -> None:
    """Raise TaskFailed when an answer has ended for that reason, and half of it is missing."""
    if reason in ("length", "max_output_tokens"):
        raise TaskFailed(
            "The agent's model has stopped in the middle of its answer, as it came to its limit of tokens. Ask for less"
            " at once; who runs the agent can raise that limit."
        )
    if reason == "content_filter":
        raise TaskFailed("The agent's model has stopped in the middle of its answer, by a filter of its provider.")


async def patiently(task: TaskRun, call: Callable[[], Awaitable[T]]) -> T:
    """What `call` gives, tried again while that can help. Raises TaskFailed with a sentence."""
    for tried in range(1, TRIES + 1):
        try:
            async with asyncio.timeout(SECONDS) as limit:
                return await call()
        except TimeoutError as exc:
            if not limit.expired():
                raise
            raise TaskFailed(
                f"The agent's model did not come to the end of its answer within {SECONDS:.0f} seconds. Ask for less at"
                " once."
            ) from exc
        except Broken as exc:
            log.warning(
                "model call failed", extra={"task": task.id, "try": tried, "reason": f"{type(exc).__name__}: {exc}"}
            )
            if tried == TRIES or not _passing(exc):
                raise TaskFailed(_sentence(exc, tried)) from exc
            await asyncio.sleep(_pause(exc, tried))
    raise AssertionError("the last try returns or raises")


def _passing(exc: Exception) -> bool:
    """Whether another try may have it."""
    if not isinstance(exc, openai.APIStatusError):
        return True
    return exc.status_code in (408, 409, 429) or exc.status_code >= 500


def _pause(exc: Exception, tried: int) -> float:
    said = exc.response.headers.get("retry-after", "") if isinstance(exc, openai.APIStatusError) else ""
    if said.isascii() and said.isdigit():
        return min(float(said), LONGEST_PAUSE)
    return min(FIRST_PAUSE * 2.0 ** (tried - 1), LONGEST_PAUSE) * random.uniform(0.75, 1.25)  # noqa: S311  spread, not secret


def _sentence(exc: Exception, tried: int) -> str:
    """For the user: nothing of the endpoint's own text, which may name keys; that is in the log."""
    times = "" if tried == 1 else f", {tried} times in a row"
    if isinstance(exc, BrokenOff):
        return f"The agent's model broke off its answer{times}. Try again later."
    if not isinstance(exc, openai.APIStatusError):
        return (
            f"The connection to the agent's model failed{times}. Try again later; who runs the agent should check"
            " OPENAI_BASE_URL."
        )
    status = exc.status_code
    if status in (401, 403):
        return (
            f"The agent's model refused its key (HTTP status {status}). Who runs the agent should check OPENAI_API_KEY,"
            " or for a model of litellm the key of its provider."
        )
    if status == 404:
        return (
            "The endpoint of the agent's model does not know that model (HTTP status 404). Who runs the agent should"
            " check AGENTIA_MODEL and OPENAI_BASE_URL."
        )
    if status == 429:
        return f"The agent's model takes no more calls for now (HTTP status 429){times}. Try again later."
    return f"The endpoint of the agent's model answered with HTTP status {status}{times}."
