"""Results on whose account nothing is done: stored with what is written next, and not lost when nothing is."""

import asyncio
from collections.abc import Callable

import pytest
from a2a.types.a2a_pb2 import SendMessageRequest

from agentia.tasks.caller import LOCAL
from agentia.tasks.engine import Engine
from agentia.tasks.run import Run

pytestmark = pytest.mark.parametrize("store_kind", ["sqlite", "postgres"])

Engines = Callable[..., Engine]
RequestOf = Callable[..., SendMessageRequest]


class Thinker:
    """An answer whose only step is its last one, and that ends when it may."""

    def __init__(self) -> None:
        self.thought = 0
        self.reached, self.go = asyncio.Event(), asyncio.Event()

    async def __call__(self, run: Run) -> str:
        said = await run.step("think", self._think, last=lambda known: known == "so it is")
        self.reached.set()
        await self.go.wait()
        return str(said)

    async def _think(self) -> str:
        self.thought += 1
        return "so it is"


async def test_it_is_stored_with_the_end(engines: Engines, request_of: RequestOf) -> None:
    answer = Thinker()
    engine = engines(answer)
    accepted = await (await engine.send(request_of(), LOCAL)).stored()
    await answer.reached.wait()
    _, before = await engine.store.replay(accepted.task_id)
    answer.go.set()
    await engine.settled(accepted.task_id, LOCAL)
    _, journal = await engine.store.replay(accepted.task_id)

    assert before == []
    assert [(entry.step, entry.result) for entry in journal] == [("step/think", b'"so it is"')]


async def test_it_is_not_lost_when_the_service_stops(engines: Engines, request_of: RequestOf) -> None:
    answer = Thinker()
    one = engines(answer)
    accepted = await (await one.send(request_of(), LOCAL)).stored()
    await answer.reached.wait()
    await one.close(0.0)
    answer.go.set()
    two = engines(answer, lease_seconds=1.0)
    await two.start()
    task = await two.settled(accepted.task_id, LOCAL)

    assert task.status.message.parts[0].text == "so it is"
    assert answer.thought == 1
