"""200 tasks of an agent of the Agents SDK at once in one process, beside a replica that takes over what is lost."""

import asyncio
import json
from typing import Any, Final

import pytest

from agentia.agents.testing import Call, Say, model_server
from tests.survival.follower import Follower
from tests.survival.stage import Stage
from tests.survival.theatre import Runner

TASKS: Final = 200


def say(request: Any) -> Say:
    """A call of a tool, then what it gave."""
    last = request["messages"][-1]
    if last["role"] == "tool":
        return Say(f"So it is: {last['content']}")
    return Say(calls=[Call("rate", {"currency": "USD"})])


@pytest.fixture
def runner(mortals: Runner) -> Runner:
    return mortals


@pytest.mark.parametrize("store", ["sqlite", "postgres"], indirect=True)
async def test_all_of_many_tasks_at_once_are_done_once_and_by_who_began_them(stage: Stage) -> None:
    async with model_server(say) as server:
        one, other = (stage.service("talker", replica=number) for number in (1, 2))
        for replica in (one, other):
            replica.env |= {"AGENTIA_MODEL": "small", "OPENAI_BASE_URL": server.url, "AGENTIA_LEASE_SECONDS": "10"}
            await replica.start()

        tasks = await asyncio.gather(*(one.begin(f"Tell me #{number}") for number in range(TASKS)))
        followers = await asyncio.gather(*(Follower(task, one).end() for task in tasks))

    assert {each.state for each in followers} == {"TASK_STATE_COMPLETED"}
    assert len(server.requests) == len({json.dumps(each["messages"]) for each in server.requests}) == 2 * TASKS
    assert "task taken over" not in [*one.heard, *other.heard]
