"""A task that waits for its user holds nothing: it outlives any death, and continues wherever the answer comes."""

import asyncio
import uuid
from typing import Any

from tests.survival.account import content, nothing_repeated, nothing_swapped, same_artifacts, unbroken
from tests.survival.follower import Follower
from tests.survival.service import Service
from tests.survival.stage import Report, Stage

WAITING = "TASK_STATE_INPUT_REQUIRED"


async def answer(service: Service, task_id: str, text: str = "blue", message_id: str = "") -> None:
    await service.begin(text, taskId=task_id, messageId=message_id or str(uuid.uuid4()))


async def asked(follower: Follower) -> None:
    await follower.until(lambda follower: follower.state == WAITING)


async def painted(stage: Stage, follower: Follower, at: Service, lives: int) -> Any:
    """The task once it has ended, when all is as it should be."""
    await follower.end()
    task, notes = await at.rpc("GetTask", id=follower.task_id), stage.notes(follower.task_id)
    assert task["status"]["state"] == "TASK_STATE_COMPLETED", task["status"]
    assert task["status"]["message"]["parts"][0]["text"] == "Painted blue"
    assert [message["parts"][0]["text"] for message in task["history"]] == ["Paint", "Which colour?", "blue"]
    unbroken(follower)
    same_artifacts(follower, task)
    nothing_repeated(notes, lives)
    nothing_swapped(notes, content(task, "results.json"))
    return task


async def test_a_question_outlives_its_agent(stage: Stage) -> None:
    agent = await stage.open("asker")
    follower = Follower(await agent.begin("Paint"), agent)
    await asked(follower)
    await agent.restart()
    assert (await agent.rpc("GetTask", id=follower.task_id))["status"]["state"] == WAITING
    await answer(agent, follower.task_id)
    await painted(stage, follower, agent, lives=2)


async def test_an_answer_that_was_taken_is_not_lost_with_the_agent_that_took_it(stage: Stage) -> None:
    agent = await stage.open("asker")
    deaths = iter(["answered", "after/in"])
    death = next(deaths)

    async def die(report: Report) -> None:
        nonlocal death
        if report.point == death:
            death = next(deaths, "")
            await agent.kill()
            stage.spawn(agent.start())

    stage.direct("asker", die)
    follower = Follower(await agent.begin("Paint"), agent)
    await asked(follower)
    await answer(agent, follower.task_id, message_id="the-answer")
    await painted(stage, follower, agent, lives=3)
    assert not death
    await answer(agent, follower.task_id, message_id="the-answer")  # the same again is the same


async def test_the_answer_may_come_to_another_replica(stage: Stage) -> None:
    agent, other = await asyncio.gather(stage.open("asker"), stage.open("asker", replica=2))
    follower = Follower(await agent.begin("Paint"), other)
    await asked(follower)
    await agent.kill()
    await answer(other, follower.task_id)
    await painted(stage, follower, other, lives=1)
    assert follower.connections == 1


async def test_a_question_waits_until_the_steps_beside_it_are_done(stage: Stage) -> None:
    """Otherwise work in flight would be thrown away, or go on in a task that nobody holds."""
    agent = await stage.open("asker")
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def hold(report: Report) -> None:
        if report.point == "beside/beside/in":
            begun.set()
            await go_on.wait()

    stage.direct("asker", hold)
    follower = Follower(await agent.begin("Paint"), agent)
    await begun.wait()
    assert (await agent.rpc("GetTask", id=follower.task_id))["status"]["state"] == "TASK_STATE_WORKING"
    go_on.set()
    await asked(follower)
    assert [note.key for note in stage.notes() if note.word == "did"] == ["before", "beside/beside"]
    await agent.restart()
    await answer(agent, follower.task_id)
    await painted(stage, follower, agent, lives=1)
