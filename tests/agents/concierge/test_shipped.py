"""The concierge with the analyst and quant that ship beside it."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from agentia.agents.analyst import analyst
from agentia.agents.quant import quant

REQUESTS: dict[str, tuple[list[str], float]] = {
    "Which region grew fastest? And what is 15 % of its last month's revenue?": (
        ["analyst", "analyst", "quant"],
        7231.575,
    ),
    "What is the difference between North's and South's revenue?": (["analyst", "analyst", "quant"], 48125.5),
    "How many regions are there? Double that.": (["analyst", "quant"], 4),
    "What is 15 % of 80?": (["quant"], 12),
}


async def test_these_requests_are_answered_by_who_can(
    serve: Callable[..., Awaitable[Any]], sales: dict[str, Any]
) -> None:
    client = await serve(analyst, quant)
    answers = await asyncio.gather(*(client.ask(text, sales) for text in REQUESTS))
    for told, (agents, value) in zip(answers, REQUESTS.values(), strict=True):
        assert told.state == "COMPLETED"
        assert [need["agent"] for need in told.account] == agents
        assert told.account[-1]["value"] == value
