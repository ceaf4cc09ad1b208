"""Deleting what is one's own, over agents that have delegated to each other."""

import asyncio
from typing import Any

from agentia.agents import Skill, TaskRun, specialist


@specialist(name="sleeper", description="Sleeps.", skills=[Skill("sleep", "Sleep for ever", examples=["sleep"])])
async def sleeper(task: TaskRun) -> None:
    """Work without an end."""
    await task.status("asleep")
    await asyncio.Event().wait()


@specialist(name="asker", description="Asks others.", skills=[Skill("ask", "Ask somebody else", examples=["ask"])])
async def asker(task: TaskRun) -> None:
    """Delegate."""
    await task.delegate("Sleep for ever", task.text)


async def test_what_runs_is_cancelled_with_its_child_and_all_of_it_goes(mesh: Any, text_of: Any) -> None:
    parent, child = await mesh.join(asker), await mesh.join(sleeper)
    task_id = await parent.begin("sleep")
    async for _, event in parent.events(task_id):
        if "asleep" in text_of(event.get("statusUpdate", {})):
            break
    assert (await parent.rpc("DeleteTasks"))["result"] == {"tasks": 1, "messages": 0}
    (left,) = await child.tasks()
    assert left["status"]["state"] == "TASK_STATE_CANCELED"
    assert (await child.rpc("DeleteTasks"))["result"] == {"tasks": 1, "messages": 0}
    assert await parent.tasks() == await child.tasks() == []
