"""Replicas of several versions: each goes on with tasks of its own major version, and no task waits for ever."""

import asyncio
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from a2a.types.a2a_pb2 import SendMessageRequest

from agentia.core.settings import DAY
from agentia.tasks.caller import LOCAL, Caller
from agentia.tasks.engine import Engine
from agentia.tasks.run import Run
from agentia.tasks.states import COMPLETED, FAILED, INPUT_REQUIRED, WORKING

if TYPE_CHECKING:
    from tests.tasks.conftest import Clock

pytestmark = pytest.mark.parametrize("store_kind", ["sqlite", "postgres"])

Engines = Callable[..., Engine]
RequestOf = Callable[..., SendMessageRequest]


class Release:
    """The answer of one version: it hangs, or asks, or says which version it is."""

    def __init__(self, name: str, *, hangs: bool = False) -> None:
        self.name, self.hangs, self.begun = name, hangs, asyncio.Event()

    async def __call__(self, run: Run) -> str:
        self.begun.set()
        if self.hangs:
            await asyncio.Event().wait()
        if run.messages[0].parts[0].text == "ask":
            return f"{self.name} heard {(await run.ask('well?')).parts[0].text}"
        return self.name


async def left(engine: Engine, request_of: RequestOf, release: Release) -> str:
    """The id of a task that an engine has begun and let go of."""
    task_id = (await (await engine.send(request_of(), LOCAL)).stored()).task_id
    await release.begun.wait()
    await engine.close(0.0)
    return task_id


async def said(engine: Engine, task_id: str) -> tuple[int, str]:
    """State and words of a task that has ended."""
    task = await engine.settled(task_id, LOCAL)
    return task.status.state, task.status.message.parts[0].text


async def test_a_task_is_taken_over_by_a_compatible_version_and_left_alone_by_others(
    engines: Engines, request_of: RequestOf, caplog: pytest.LogCaptureFixture
) -> None:
    old, other, new = Release("1.2.0", hangs=True), Release("2.0.0"), Release("1.10.1")
    task_id = await left(engines(old, "1.2.0"), request_of, old)
    two = engines(other, "2.0.0", lease_seconds=0.1)
    await two.start()
    warned = [each for each in caplog.records if each.message == "tasks wait for another version"]
    while not warned:
        await asyncio.sleep(0.02)
        warned = [each for each in caplog.records if each.message == "tasks wait for another version"]
    assert (vars(warned[0])["version"], vars(warned[0])["tasks"]) == ("1.2.0", 1)
    three = engines(new, "1.10.1")
    await three.start()
    assert await said(two, task_id) == (COMPLETED, "1.10.1")
    assert not other.begun.is_set()


async def test_an_answer_given_to_another_version_is_kept_for_a_compatible_one(
    engines: Engines, request_of: RequestOf
) -> None:
    old, other = Release("1.0"), Release("2.0")
    one, two = engines(old, "1.0", lease_seconds=0.3), engines(other, "2.0")
    task_id = (await (await one.send(request_of("ask"), LOCAL)).stored(settled=True)).task_id
    assert (await two.get(task_id, LOCAL)).status.state == INPUT_REQUIRED
    await two.start()
    await (await two.send(request_of("yes", task_id=task_id), LOCAL)).stored()
    assert (await two.get(task_id, LOCAL)).status.state == WORKING
    await one.start()
    assert await said(two, task_id) == (COMPLETED, "1.0 heard yes")
    assert (await (await two.send(request_of("hello"), LOCAL)).stored(settled=True)).log, "two does its own at once"


async def test_a_task_that_no_compatible_version_goes_on_with_fails_in_the_end(
    engines: Engines, request_of: RequestOf, clock: "Clock"
) -> None:
    old, new = Release("1.2.0", hangs=True), Release("2.0.0")
    task_id = await left(engines(old, "1.2.0"), request_of, old)
    clock.ahead = DAY + 1
    two = engines(new, "2.0.0")
    await two.start()
    state, words = await said(two, task_id)
    assert (state, words[:51]) == (FAILED, "The task was begun by version 1.2.0 of this agent, ")
    assert "as a new task" in words


async def test_a_deadline_passes_for_a_task_that_waits_its_turn_too(engines: Engines, request_of: RequestOf) -> None:
    engine = engines(Release("1", hangs=True), max_runs=1, lease_seconds=0.2)
    await engine.send(request_of(), LOCAL)
    soon = Caller(LOCAL.owner, deadline=time.time() + 0.1)
    task_id = (await (await engine.send(request_of(), soon)).stored()).task_id
    await engine.start()
    state, words = await said(engine, task_id)
    assert (state, words[:12]) == (FAILED, "The deadline")


async def test_a_step_that_changed_fails_its_task_and_touches_nothing_else(
    engines: Engines, request_of: RequestOf
) -> None:
    async def old(run: Run) -> None:
        await run.step("load", lambda: asyncio.sleep(0, 1), given="v1")
        await run.ask("go on?")

    async def new(run: Run) -> str:
        given = "v2" if run.messages[0].parts[0].text == "changed" else "v1"
        await run.step("load", lambda: asyncio.sleep(0, 2), given=given)
        await run.ask("go on?")
        return "done"

    one, two = engines(old, "1.0"), engines(new, "1.1")
    texts = ("changed", "same", "paused")
    tasks = [(await (await one.send(request_of(text), LOCAL)).stored(settled=True)).task_id for text in texts]
    before = [await two.store.replay(task_id) for task_id in tasks]
    for task_id in tasks[:2]:
        await two.send(request_of("yes", task_id=task_id), LOCAL)
    state, words = await said(two, tasks[0])
    assert (state, "'step/load'" in words) == (FAILED, True)
    assert await said(two, tasks[1]) == (COMPLETED, "done")
    after = [await two.store.replay(task_id) for task_id in tasks]
    assert [journal for _, journal in after] == [journal for _, journal in before]
    assert after[2] == before[2]
    assert (await two.get(tasks[2], LOCAL)).status.state == INPUT_REQUIRED
