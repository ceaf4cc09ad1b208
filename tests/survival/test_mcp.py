"""MCP servers killed with SIGKILL again and again: their agent's tasks come to an end, and no harm is done twice."""

import asyncio
import json
import signal
from collections import Counter
from typing import Any, Final

import psutil
import pytest

from agentia.agents.testing import Call, Say, model_server
from tests.survival.service import Service
from tests.survival.stage import Stage
from tests.survival.theatre import Runner

TASKS, AT_ONCE, ROUNDS = 60, 6, 4
DEATHS: Final = 12
SECONDS: Final = 0.5
"""Between two deaths: a server that never lives long enough to say what it can do fails the tasks that wait for it."""


def script(request: Any) -> Say:
    """Add, note, and add again, four times."""
    turn: int = sum(message["role"] == "assistant" for message in request["messages"])
    if turn == 2 * ROUNDS:
        return Say(json.dumps([each["content"] for each in request["messages"] if each["role"] == "tool"]))
    return Say(calls=[Call(*(("note", {"text": "x"}) if turn % 2 else ("add", {"a": turn, "b": 2})))])


@pytest.fixture
def runner(mortals: Runner) -> Runner:
    return mortals


async def kill_servers(agent: Service, done: asyncio.Event) -> int:
    """Kill the agent's MCP server whenever there is one, until all tasks are done: how often."""
    deaths = 0
    while not done.is_set() and deaths < DEATHS:
        await asyncio.sleep(SECONDS)
        for child in psutil.Process(agent.pid).children():
            child.send_signal(signal.SIGKILL)
            deaths += 1
    return deaths


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
async def test_servers_that_are_killed_lose_no_task_and_do_no_harm_twice(stage: Stage) -> None:
    async with model_server(script) as server:
        agent = stage.service("notary", ready="service ready")
        agent.env |= {"AGENTIA_MODEL": "small", "OPENAI_BASE_URL": server.url}
        await agent.start()
        room, done = asyncio.Semaphore(AT_ONCE), asyncio.Event()

        async def work(number: int) -> Any:
            async with room:
                message = {"messageId": f"m{number}", "role": "ROLE_USER", "parts": [{"text": f"Note it #{number}"}]}
                return (await agent.rpc("SendMessage", message=message))["task"]

        killing = asyncio.create_task(kill_servers(agent, done))
        tasks = await asyncio.gather(*(work(number) for number in range(TASKS)))
        done.set()
        deaths = await killing

    assert deaths > 1
    assert [each["status"] for each in tasks if each["status"]["state"] != "TASK_STATE_COMPLETED"] == []
    effects = Counter((note.task, note.key) for note in stage.notes() if " note" in note.key)
    assert set(effects.values()) == {1}
    for task in tasks:
        said = json.loads(task["artifacts"][0]["parts"][0]["text"])
        noted = [each for each in said[1::2] if "note done" in str(each)]
        broken = [each for each in said[1::2] if "broke off" in str(each) or "cannot be used" in str(each)]
        assert len(noted) + len(broken) == ROUNDS
        assert len(noted) <= sum(owner == task["id"] for owner, _ in effects)
