"""Replicas are replaced one by one, by others of the same version or of another one: nothing is lost meanwhile."""

import asyncio

from tests.survival.account import (
    by_task,
    content,
    filed,
    nothing_repeated,
    nothing_swapped,
    same_artifacts,
    unbroken,
)
from tests.survival.follower import Follower
from tests.survival.service import Service
from tests.survival.stage import Report, Stage


async def half_way(stage: Stage, old: Service, *doors: Service) -> Follower:
    """A task whose replica was killed in the middle of it."""
    there, pid = asyncio.Event(), old.pid

    async def hold(report: Report) -> None:
        if (report.pid, report.point) == (pid, "step-5/in"):
            there.set()
            await asyncio.Event().wait()

    stage.direct("walker", hold)
    follower = Follower(await old.begin("Walk"), *doors)
    await there.wait()
    await old.kill()
    return follower


async def walked(stage: Stage, follower: Follower, at: Service, version: str, lives: int = 1) -> None:
    """The task once it has ended, when all is as it should be."""
    await follower.end()
    task, notes = await at.rpc("GetTask", id=follower.task_id), stage.notes(follower.task_id)
    assert task["status"]["state"] == "TASK_STATE_COMPLETED", task["status"]
    assert task["status"]["message"]["parts"][0]["text"] == f"Walked by {version}"
    unbroken(follower)
    same_artifacts(follower, task)
    nothing_repeated(notes, lives)
    nothing_swapped(notes, content(task, "results.json"))


async def test_a_newer_version_with_the_same_steps_goes_on_with_the_tasks_of_the_older_one(stage: Stage) -> None:
    old, new = await asyncio.gather(stage.open("walker"), stage.open("walker-1.1", "walker", replica=2))
    follower = await half_way(stage, old, new)
    await walked(stage, follower, new, "1.1.0", lives=2)
    assert follower.connections == 1


async def test_a_newer_version_with_other_steps_leaves_the_older_ones_tasks_to_it(stage: Stage) -> None:
    """It shows them, though; and the older one, back again, leaves the newer one's alone."""
    old, new = await asyncio.gather(stage.open("walker"), stage.open("walker-2", "walker", replica=2))
    follower = await half_way(stage, old, new)
    of_new = Follower(await new.begin("Walk"), new)
    await walked(stage, of_new, new, "2.0.0")
    await old.start()
    of_new_again = Follower(await new.begin("Walk"), old)
    await walked(stage, follower, new, "1.0.0", lives=2)
    await walked(stage, of_new_again, old, "2.0.0")
    assert follower.connections == of_new_again.connections == 1
    assert {note.pid for note in stage.notes(of_new_again.task_id)} == {new.pid}


async def test_a_rolling_restart_under_load_loses_nothing(stage: Stage) -> None:
    """Who leaves lets go of its tasks in order; streams go on elsewhere from where they were."""
    tasks, rounds = 300, 5
    replicas = await asyncio.gather(stage.open("clerk"), stage.open("clerk", replica=2))
    over = asyncio.Event()
    followers: list[Follower] = []

    async def keep_sending(first: int) -> None:
        doors = replicas[first:] + replicas[:first]
        while not over.is_set() or len(followers) < tasks:
            door = next((door for door in doors if door.up.is_set()), doors[0])
            follower = Follower(await door.begin("3"), *doors)
            followers.append(follower)
            await follower.end()

    sending = [asyncio.create_task(keep_sending(number % 2)) for number in range(tasks // 4)]
    for _ in range(rounds):
        for replica in replicas:
            await more(followers)
            await replica.stop()
            await replica.start()
    over.set()
    await asyncio.gather(*sending)
    notes = by_task(stage.notes())
    assert set(notes) == {follower.task_id for follower in followers}, "a message became two tasks"
    for follower in followers:
        task = await replicas[0].rpc("GetTask", id=follower.task_id)
        filed(follower, task, notes[follower.task_id], 1 + 2 * rounds)


async def more(followers: list[Follower]) -> None:
    """Wait until ten more tasks have begun."""
    before = len(followers)
    while len(followers) < before + 10:  # noqa: ASYNC110  they begin in many places
        await asyncio.sleep(0.02)
