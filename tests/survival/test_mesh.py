"""A delegated task through the gateway, while one service after the other is killed: the client sees one sequence."""

import asyncio
import random

import pytest

from tests.survival.account import content, nothing_repeated, nothing_swapped, same_artifacts, unbroken, whole
from tests.survival.actors import STORY
from tests.survival.follower import Follower
from tests.survival.stage import Report, Stage

PARENT = "assembler"
PATH = f"agents/{PARENT}/"


@pytest.mark.parametrize("shuffled", [1, 2, 3])
async def test_whoever_dies_during_a_delegated_task_it_completes(
    stage: Stage, chance: random.Random, shuffled: int
) -> None:
    """Each dies while the child works, and is started again while it goes on."""
    registry = await stage.open("registry")
    gateway = await stage.open("gateway")
    child, parent = await asyncio.gather(
        stage.open("helper", ready="registered"), stage.open(PARENT, ready="registered")
    )
    services = [child, parent, gateway, registry]
    for _ in range(shuffled):
        chance.shuffle(services)
    victims = {f"help-{number}": service for number, service in enumerate(services)}

    async def kill(report: Report) -> None:
        if (victim := victims.pop(report.point, None)) is None:
            return
        await asyncio.gather(*(each.up.wait() for each in services))
        await victim.kill()
        stage.spawn(victim.start())

    stage.direct(PARENT, kill)
    follower = Follower(await gateway.begin("Assemble", PATH), gateway, path=PATH)
    await follower.end()
    task = await gateway.rpc("GetTask", PATH, id=follower.task_id)
    notes = stage.notes(follower.task_id)
    assert not victims
    assert task["status"]["state"] == "TASK_STATE_COMPLETED", task["status"]
    unbroken(follower)
    same_artifacts(follower, task)
    nothing_repeated(notes, lives=2)
    nothing_swapped(notes, content(task, "results.json"))
    whole(content(task, "story.txt"), STORY)
    assert content(task, "help.txt") == f"help for {PARENT}"
    assert len((await child.rpc("ListTasks"))["tasks"]) == 1, "the child was sent twice"
