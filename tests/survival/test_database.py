"""The database goes away in the middle of tasks, and comes back: no event is lost, none is there twice.

A SQLite file has no server that could go away; what can happen to it, a disk that takes nothing more, is in test_disk.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

import asyncpg
import pytest

from tests.survival.account import by_task, filed
from tests.survival.follower import Follower
from tests.survival.stage import Stage

if TYPE_CHECKING:
    from bench.cluster import Cluster

Loss = Callable[["Cluster", str], Awaitable[None]]


async def connections_killed(_cluster: "Cluster", database: str) -> None:
    connection = await asyncpg.connect(database)
    try:
        await connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    finally:
        await connection.close()


async def restarted(cluster: "Cluster", _database: str) -> None:
    await asyncio.to_thread(cluster.stop, "fast")
    await asyncio.to_thread(cluster.start)


async def crashed(cluster: "Cluster", _database: str) -> None:
    await asyncio.to_thread(cluster.stop, "immediate")
    await asyncio.to_thread(cluster.start)


@pytest.mark.parametrize("store", ["postgres"], indirect=True)
async def test_tasks_survive_the_loss_of_their_database(stage: Stage, cluster: "Cluster", database: str) -> None:
    tasks, losses = 300, (connections_killed, restarted, crashed, crashed, connections_killed, restarted)
    first, second = await asyncio.gather(stage.open("clerk"), stage.open("clerk", replica=2))
    seen, more = 0, asyncio.Event()

    def saw() -> None:
        nonlocal seen
        seen += 1
        more.set()

    async def one(number: int) -> Follower:
        doors = (first, second) if number % 2 else (second, first)
        follower = Follower(await doors[0].begin("6"), *reversed(doors))
        follower.on_event(saw)
        return await follower.end()

    following = [asyncio.create_task(one(number)) for number in range(tasks)]
    for number, loss in enumerate(losses, 1):
        while seen < number * tasks * 3 // len(losses):  # of seven and more events that each task has
            more.clear()
            await more.wait()
        await loss(cluster, database)
    followers = await asyncio.gather(*following)
    notes = by_task(stage.notes())
    assert set(notes) == {follower.task_id for follower in followers}, "a message became two tasks"
    for follower in followers:
        assert follower.connections == 1
        filed(follower, await first.rpc("GetTask", id=follower.task_id), notes[follower.task_id], 1 + len(losses))
