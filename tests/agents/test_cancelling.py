"""Children end with their parents, whichever replica hears of it, and though their agent is away just then."""

import asyncio
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

from agentia.agents import Skill, Specialist, TaskRun

if TYPE_CHECKING:
    from tests.agents.conftest import Client, Mesh

CANCELED = "TASK_STATE_CANCELED"


class Endless:
    """A child's answer that never ends."""

    async def answer(self, task: TaskRun) -> str:
        await task.status("Breathing in")
        await asyncio.Event().wait()
        return ""

    async def heard(self, boss: "Client", task_id: str) -> None:
        """Wait until the boss has heard of its child."""
        async for _, event in boss.events(task_id):
            if "shouter: Breathing in" in str(event):
                return

    @property
    def specialist(self) -> Specialist:
        return Specialist(self.answer, [Skill("louder", "Say a text louder")], "shouter", "Shouts.")


async def pass_on(task: TaskRun) -> str:
    return (await task.delegate("say a text louder", task.text)).text


BOSS = Specialist(pass_on, [Skill("organise", "Organise the others")], "boss", "Organises.")


async def test_a_cancel_on_another_replica_cancels_the_child(mesh: "Mesh") -> None:
    child = Endless()
    shouter, one = await mesh.join(child.specialist), await mesh.join(BOSS)
    mesh.running["first boss"] = mesh.running.pop("boss")
    two = await mesh.join(BOSS)
    task_id = await one.begin("hello")
    await child.heard(one, task_id)
    canceled = (await two.rpc("CancelTask", {"id": task_id}))["result"]
    assert canceled["status"]["state"] == CANCELED
    assert [each["status"]["state"] for each in await shouter.tasks()] == [CANCELED]
    assert [event async for _, event in one.events(task_id)][-1]["statusUpdate"]["status"] == canceled["status"]


async def test_a_child_whose_agent_was_away_is_cancelled_once_it_is_back(mesh: "Mesh") -> None:
    """Though the parent's agent was stopped meanwhile."""
    child = Endless()
    shouter, boss = await mesh.join(child.specialist), await mesh.join(BOSS)
    task_id = await boss.begin("hello")
    await child.heard(boss, task_id)
    await mesh.leave(shouter)
    canceled = (await boss.rpc("CancelTask", {"id": task_id}))["result"]
    assert canceled["status"]["state"] == CANCELED
    await mesh.leave(boss)
    with closing(sqlite3.connect(mesh.settings.data / "db" / "boss.sqlite")) as database, database:
        assert database.execute("UPDATE cancellations SET due = 0").rowcount == 1, "its ten seconds are over"
    shouter = await mesh.join(child.specialist)
    await mesh.join(BOSS)
    (theirs,) = await shouter.tasks()
    assert (await shouter.settled(theirs["id"]))["status"]["state"] == CANCELED
