"""The librarian is killed again and again: what it has answered is kept, and what is sent again is kept once."""

import asyncio
import random
import uuid
from typing import Any

from tests.survival.service import Service
from tests.survival.stage import Stage

ROUNDS = 5
"""In each the librarian dies once."""


async def ask(librarian: Service, **request: Any) -> Any:
    """The data that one request is answered with; the same message is sent until that has come."""
    message = {
        "messageId": str(uuid.uuid4()),
        "role": "ROLE_USER",
        "parts": [{"data": request}],
        "contextId": "of-the-survivors",
    }
    task = (await librarian.rpc("SendMessage", message=message))["task"]
    assert task["status"]["state"] == "TASK_STATE_COMPLETED", task["status"]
    return task["artifacts"][0]["parts"][0]["data"]


async def test_whatever_was_answered_survives_and_nothing_is_done_twice(stage: Stage, chance: random.Random) -> None:
    librarian = await stage.open("librarian")

    async def die() -> None:
        await asyncio.sleep(chance.uniform(0.0, 0.1))
        await librarian.restart()

    for number in range(ROUNDS):
        done, *_ = await asyncio.gather(
            ask(librarian, do="put", name="count", value=number, expected=number),
            ask(librarian, do="remember", text=f"Fact number {number}"),
            die(),
        )
        assert (done["stored"], done["version"]) == (True, number + 1)
    kept = (await ask(librarian, do="recall", limit=50))["facts"]
    assert sorted(fact["text"] for fact in kept) == [f"Fact number {number}" for number in range(ROUNDS)]
    versions = (await ask(librarian, do="history", name="count"))["versions"]
    assert [(each["version"], each["value"]) for each in versions] == [(n + 1, n) for n in reversed(range(ROUNDS))]
