"""An AgentExecutor of the a2a-sdk, killed with SIGKILL at every boundary of a task: it is never run a second time."""

import pytest

from agentia.agents.testing import model_server
from tests.survival.account import unbroken
from tests.survival.boundaries import Act, commits, killed_at, naming, undisturbed
from tests.survival.stage import Stage
from tests.survival.theatre import Runner


@pytest.fixture
def runner(mortals: Runner) -> Runner:
    return mortals


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
async def test_an_executor_killed_at_any_boundary_ends_its_task_and_is_not_run_again(stage: Stage) -> None:
    async with model_server([]) as nobody:
        agent = stage.service("counter", "counter")
        normal = await undisturbed(stage, agent, Act("Count"), nobody)
        last = commits(normal)
        every = await killed_at(stage, agent, Act("Count"), range(1, last + 1), nobody)

    assert normal.task["status"]["state"] == "TASK_STATE_COMPLETED"
    for number, played, death in every:
        with naming(f"killed at {number} of {last}"):
            unbroken(played.follower)
            assert played.effects.get("count", 0) <= 1
            status = played.task["status"]
            if death is None or status["state"] == "TASK_STATE_COMPLETED":
                assert [part["text"] for part in played.task["artifacts"][0]["parts"]] == ["0 1 2 "]
            else:
                assert status["state"] == "TASK_STATE_FAILED"
                assert "It is not done again by itself" in status["message"]["parts"][0]["text"]
    ends = [played.task["status"]["state"] for _, played, death in every if death is not None]
    assert ends[0] == "TASK_STATE_FAILED"
    assert ends[-1] == "TASK_STATE_COMPLETED"
