"""How long a task may take: it fails with a sentence, wherever it runs, and its user's time is not counted."""

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from a2a.types.a2a_pb2 import SendMessageRequest

from agentia.core.settings import DAY
from agentia.tasks.caller import LOCAL
from agentia.tasks.engine import Engine
from agentia.tasks.run import Run
from agentia.tasks.states import COMPLETED, FAILED, INPUT_REQUIRED

if TYPE_CHECKING:
    from tests.tasks.conftest import Clock

pytestmark = pytest.mark.parametrize("store_kind", ["sqlite", "postgres"])

Engines = Callable[..., Engine]
RequestOf = Callable[..., SendMessageRequest]


async def endless(_run: Run) -> None:
    await asyncio.Event().wait()


async def words(engine: Engine, task_id: str) -> str:
    """What a failed task says."""
    task = await engine.settled(task_id, LOCAL)
    assert task.status.state == FAILED
    return str(task.status.message.parts[0].text)


async def test_a_task_that_takes_too_long_fails_with_a_sentence(engines: Engines, request_of: RequestOf) -> None:
    engine = engines(endless, lease_seconds=0.3, task_seconds=0.2)
    await engine.start()
    accepted = await (await engine.send(request_of(), LOCAL)).stored()
    assert "AGENTIA_TASK_SECONDS" in await words(engine, accepted.task_id)


async def test_a_task_that_took_too_long_fails_when_it_is_taken_over(
    engines: Engines, request_of: RequestOf, clock: "Clock"
) -> None:
    one = engines(endless)
    accepted = await (await one.send(request_of(), LOCAL)).stored()
    await one.close(0.0)
    clock.ahead = DAY + 1
    begun: list[Run] = []

    async def answer(run: Run) -> None:
        begun.append(run)

    two = engines(answer)
    await two.start()
    assert "AGENTIA_TASK_SECONDS" in await words(two, accepted.task_id)
    assert not begun


async def test_the_time_that_a_task_waits_for_its_user_does_not_count(
    engines: Engines, request_of: RequestOf, clock: "Clock"
) -> None:
    begun, go = asyncio.Event(), asyncio.Event()

    async def answer(run: Run) -> None:
        await run.ask("well?")
        begun.set()
        await go.wait()

    one = engines(answer)
    accepted = await (await one.send(request_of(), LOCAL)).stored(settled=True)
    assert (await one.get(accepted.task_id, LOCAL)).status.state == INPUT_REQUIRED
    clock.ahead = 5 * DAY
    await one.send(request_of("yes", task_id=accepted.task_id), LOCAL)
    await begun.wait()
    await one.close(0.0)
    clock.ahead += DAY / 2
    go.set()
    two = engines(answer)
    await two.start()
    assert (await two.settled(accepted.task_id, LOCAL)).status.state == COMPLETED
