"""An agent of the SDK killed with SIGKILL at every commit of a task: the outcome of a task that nobody killed."""

import asyncio
import json
import os
import sqlite3
import sys
import uuid
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing, suppress
from pathlib import Path
from typing import Any, Final

import httpx
import pytest

from agentia.agents.testing import Call, Say, model_server
from agentia.core.service import bind

NEVER: Final = 1000
"""More commits than any task has."""

EFFECTS: Final = {
    "input guardrail fx allowed:0/step/guardrail": "guardrail",
    "fx:0:1 rate/step/tool": "rate USD",
    "fx:0:2 rate/step/tool": "rate EUR",
    "fx:0:3 check/checker:0:0 rate/step/tool": "rate CHF",
    "fx:1:0 rate/step/tool": "rate GBP",
}
"""What the tools and the guardrail do, by the step that keeps it."""
POINTS: Final = {
    "step/model/fx/0": ("Convert.", 2),
    "step/model/fx/1": ("Convert.", 6),
    "step/model/fx/2": ("Convert.", 8),
    "fx:0:3 check/step/model/checker/0": ("Check.", 2),
    "fx:0:3 check/step/model/checker/1": ("Check.", 4),
}
"""Whom the models are asked for, and how many messages they see then."""


def script(request: Any) -> Say:
    """What the models say to that point of a conversation."""
    messages = request["messages"]
    turn: int = sum(message["role"] == "assistant" for message in messages)
    stop = messages[1]["content"]
    if messages[0]["content"] == "Check.":
        return (Say(calls=[Call("rate", {"currency": "CHF"}, "call_0")]), Say("checked"))[turn]
    seen = " ".join(message["content"] for message in messages if message["role"] == "tool")
    first = [
        Call("rate", {"currency": "USD"}, "call_0"),
        Call("rate", {"currency": "EUR"}, "call_1"),
        Call("check", {"input": stop}, "call_2"),
    ]
    return (
        Say("Let me see.", first),
        Say(calls=[Call("rate", {"currency": "GBP"}, "call_0")]),
        Say(f"All of it: {seen}."),
    )[turn]


class Process:
    """The process that serves the agent, and what it tells."""

    def __init__(self, process: asyncio.subprocess.Process, url: str) -> None:
        self._process, self._url = process, url
        self.http = httpx.AsyncClient(timeout=30, trust_env=False)

    async def order(self, word: str) -> None:
        """Kill what is served, and then serve anew: `mortal`, or `serve`."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{word}\n".encode())
        while (await self.told())[0] != "done":
            pass

    async def told(self) -> tuple[str, int, int]:
        """What has happened, to the task of which number, after how many commits."""
        assert self._process.stdout is not None
        what, number, commits = (await asyncio.wait_for(self._process.stdout.readline(), 60)).split()
        return what.decode(), int(number), int(commits)

    async def rpc(self, method: str, params: Any) -> Any:
        """The result of a call, tried until the service is up."""
        body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
        while True:
            try:
                answer = await self.http.post(self._url, json=body, headers={"A2A-Version": "1.0"})
            except httpx.ConnectError:
                await asyncio.sleep(0.02)
            else:
                return answer.json()["result"]

    async def send(self, number: int) -> None:
        """Have a task done, that stops after so many commits; whoever is killed with it gives no answer."""
        message = {"messageId": str(uuid.uuid4()), "role": "ROLE_USER", "parts": [{"text": f"stop {number}"}]}
        with suppress(httpx.HTTPError):
            await self.rpc("SendMessage", {"message": message})


@asynccontextmanager
async def mortal(data: Path, model: str) -> AsyncIterator[Process]:
    """The process, with an agent whose model is at `model`."""
    with bind("127.0.0.1", 0) as sock:
        port = sock.getsockname()[1]
    env = {
        **os.environ,
        "OPENAI_BASE_URL": model,
        "AGENTIA_MODEL": "small",
        "AGENTIA_REGISTRY_URL": "http://127.0.0.1:1",
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.agents.sdk.mortal", str(data), str(port), env=env, stdin=-1, stdout=-1
    )
    made = Process(process, f"http://127.0.0.1:{port}/")
    try:
        assert await made.told() == ("ready", 0, 0)
        yield made
    finally:
        await made.http.aclose()
        with suppress(ConnectionError):
            await made.order("end")
        process.kill()
        await process.wait()


def outcome(task: Any) -> Any:
    """What its owner has of a task."""
    artifacts = [(each["name"], [part.get("text") for part in each["parts"]]) for each in task["artifacts"]]
    return task["status"]["state"], artifacts, task["artifacts"][0]["metadata"]


def finished(data: Path) -> dict[str, set[str]]:
    """The steps that each task's journal holds."""
    found: dict[str, set[str]] = {}
    with closing(sqlite3.connect(data / "db" / "fx.sqlite")) as db:
        for task, step in db.execute("SELECT task_id, step FROM journal"):
            found.setdefault(task, set()).add(step)
    return found


def points(requests: list[Any]) -> Counter[tuple[int, str, int]]:
    """How often each model was asked at which point of which task."""
    turns = [
        (json.dumps(each["messages"][1:2]), each["messages"][0]["content"], len(each["messages"])) for each in requests
    ]
    return Counter((int(said.partition("stop ")[2].split('"')[0].rstrip("\\")), who, size) for said, who, size in turns)


@pytest.mark.survival
async def test_a_task_killed_at_any_commit_has_the_outcome_of_one_that_was_not(tmp_path: Path, template: Path) -> None:
    (tmp_path / "db").mkdir()
    (tmp_path / "db" / "fx.sqlite").write_bytes((template / "tasks.sqlite").read_bytes())
    async with model_server(script) as server, mortal(tmp_path, server.url) as process:
        await process.order("mortal")
        await process.send(NEVER)
        _, _, commits = await process.told()

        sent = [asyncio.create_task(process.send(number)) for number in range(1, commits)]
        told = [await process.told() for _ in sent]
        assert Counter(what for what, _, _ in told)["stopped"] >= commits - 4, told
        await process.order("none")
        await asyncio.gather(*sent)
        known, before = finished(tmp_path), points(server.requests)
        effects = Counter((tmp_path / "effects.txt").read_text().splitlines())

        await process.order("serve")
        while True:
            tasks = (await process.rpc("ListTasks", {"includeArtifacts": True, "pageSize": 100}))["tasks"]
            if all(each["status"]["state"] not in ("TASK_STATE_SUBMITTED", "TASK_STATE_WORKING") for each in tasks):
                break
            await asyncio.sleep(0.1)

    undisturbed = next(each for each in tasks if each["history"][0]["parts"][0]["text"] == f"stop {NEVER}")
    assert outcome(undisturbed)[1] == [("answer.txt", ["All of it: <USD> <EUR> checked <GBP>."])]
    assert [outcome(each) for each in tasks] == [outcome(undisturbed)] * commits
    again = Counter((tmp_path / "effects.txt").read_text().splitlines()) - effects
    asked = points(server.requests) - before
    assert set().union(*known.values()) >= {*EFFECTS, *POINTS}
    assert again
    assert asked
    for task in tasks:
        number = task["history"][0]["parts"][0]["text"].removeprefix("stop ")
        done = known.get(task["id"], set())
        assert not [effect for step, effect in EFFECTS.items() if step in done and again[f"{number} {effect}"]]
        assert not [point for step, point in POINTS.items() if step in done and asked[(int(number), *point)]]
