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
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0
"""Seconds between tries: doubled each time unless the endpoint says when to come back."""

T = TypeVar("T")
Broken = (openai.APIConnectionError, openai.APIStatusError, openai.APIError, httpx.TransportError)
log = logging.getLogger("agentia.agents")


async def patiently(task: TaskRun, call: Callable[[], Awaitable[T]]) -> T:
    """What `call` gives, tried again while that can help. Raises TaskFailed with a sentence."""
    for tried in range(1, TRIES + 1):
        try:
            return await call()
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
