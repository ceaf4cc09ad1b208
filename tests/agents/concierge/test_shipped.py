"""The concierge with the specialists that ship beside it."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from agentia.agents.analyst import analyst
from agentia.agents.librarian import librarian
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
    client = await serve(analyst, quant, librarian)
    answers = await asyncio.gather(*(client.ask(text, sales) for text in REQUESTS))
    for told, (agents, value) in zip(answers, REQUESTS.values(), strict=True):
        assert told.state == "COMPLETED"
        assert [need["agent"] for need in told.account] == agents
        assert told.account[-1]["value"] == value


async def test_what_is_to_be_remembered_reaches_the_librarian(
    serve: Callable[..., Awaitable[Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("agentia.core.meaning.model.installed", lambda: False)
    client = await serve(analyst, quant, librarian)
    told = await client.ask("remember that my favourite region is North")
    assert (told.state, [need["agent"] for need in told.account]) == ("COMPLETED", ["librarian"])
    found = await client.ask("What do you know about my favourite region?")
    assert "My favourite region is North" in found.text
    asked = await client.ask("forget everything")
    assert asked.state == "INPUT_REQUIRED"
    assert "I have forgotten 1 fact." in (await client.ask("yes", task_id=asked.id)).text
