"""SIGKILL at any point of a task: it completes, repeats nothing that was finished, and its followers notice nothing."""

import asyncio
import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from tests.survival.account import (
    content,
    nothing_repeated,
    nothing_swapped,
    same_artifacts,
    unbroken,
    whole,
)
from tests.survival.actors import STORY, points_of_assembler
from tests.survival.follower import Follower
from tests.survival.service import Service
from tests.survival.stage import Report, Stage

AT_ONCE = 4
"""Agents that are being killed at the same time."""
EVENTS = 28
"""Events of an assembler's task that nobody kills, at least."""


@dataclass(frozen=True)
class Kill:
    """A death: at a `point` of the code, which a follower must have `seen` first (of a piece of a stream), or when a
    follower has seen event number `event`, wherever the code is then."""

    point: str = ""
    seen: bool = False
    event: int = 0


class Life:
    """An agent that dies at each of `kills`, one after the other."""

    def __init__(self, stage: Stage, agent: Service, kills: Sequence[Kill]) -> None:
        self._stage, self._agent, self.kills = stage, agent, list(kills)
        self._follower: asyncio.Future[Follower] = asyncio.get_running_loop().create_future()
        stage.direct(agent.name, self._decide)

    def followed_by(self, follower: Follower) -> None:
        """From now on this follower sees what is to be seen."""
        self._follower.set_result(follower)
        follower.on_event(lambda: self._saw(follower.numbers[-1]))

    async def _decide(self, report: Report) -> None:
        """Kill the agent if this is its point."""
        if not self.kills or self.kills[0].point != report.point:
            return
        if self.kills.pop(0).seen:
            pieces = int(report.point.rpartition("/")[2]) + 1
            await (await self._follower).until(lambda follower: _pieces(follower, report.pid) >= pieces)
        await self._agent.kill()
        self._stage.spawn(self._agent.start())

    def _saw(self, number: int) -> None:
        if self.kills and 0 < self.kills[0].event <= number:
            self.kills.pop(0)
            self._stage.spawn(self._agent.restart())


def _pieces(follower: Follower, pid: int) -> int:
    """How many pieces of a process's stream a follower has seen."""
    updates = [event["artifactUpdate"]["artifact"] for _, event in follower.events if "artifactUpdate" in event]
    streamed = [part for update in updates if "stream" in update["artifactId"] for part in update["parts"]]
    return sum(part.get("text", "").startswith(f"{pid}.") for part in streamed)


def at_points() -> list[Kill]:
    """Every point; those in the story twice, as a follower may have seen the piece or not."""
    points = points_of_assembler()
    seen = [Kill(point, seen=True) for point in points if point.startswith("story.txt/")]
    return sorted([Kill(point) for point in points] + seen, key=lambda kill: points.index(kill.point))


def at_events() -> list[Kill]:
    """Every event that is sure to come."""
    return [Kill(event=number) for number in range(1, EVENTS + 1)]


def shares(chance: random.Random, kills: list[Kill], count: int) -> list[list[Kill]]:
    """`count` kills, dealt out two by two: a task is killed in its first half, and again in its second."""
    chosen = [kills[number] for number in sorted(chance.sample(range(len(kills)), count))]
    half = len(chosen) // 2
    return [[first, second] for first, second in zip(chosen[:half], chosen[half:], strict=True)]


async def survive(stage: Stage, number: int, kills: Sequence[Kill]) -> None:
    """One task through all that is done to its agent, and what must be true of it then."""
    agent = await stage.open("assembler", f"assembler-{number}")
    life = Life(stage, agent, kills)
    follower = Follower(await agent.begin("Assemble it"), agent)
    life.followed_by(follower)
    await follower.end()
    task = await agent.rpc("GetTask", id=follower.task_id)
    assert not life.kills, f"it never came to {life.kills}"
    assert task["status"]["state"] == "TASK_STATE_COMPLETED", task["status"]
    unbroken(follower)
    same_artifacts(follower, task)
    assembled(stage, agent, task, lives=1 + len(kills))
    await agent.kill()


def assembled(stage: Stage, agent: Service, task: Any, lives: int) -> None:
    """All ten steps were done, none for another, streams are whole, and the child was sent once."""
    notes, results = stage.notes(task["id"]), content(task, "results.json")
    nothing_repeated(notes, lives)
    nothing_swapped(notes, results)
    assert len(results) == 10
    for letter in "abc":
        mine = [f"{letter}/one", f"{letter}/two"]
        assert [result["step"] for result in content(task, f"{letter}.json")] == mine
        whole(content(task, f"{letter}.log"), 2)
    whole(content(task, "story.txt"), STORY)
    assert content(task, "help.txt") == f"help for {agent.name}"
    assert [note.key for note in stage.notes() if note.by == agent.name] == ["help"], "the child was sent twice"


@pytest.mark.parametrize(
    ("store", "kills", "count"),
    [
        ("sqlite", at_points(), 50),
        ("postgres", at_points(), 50),
        ("sqlite", at_events(), EVENTS),
        ("postgres", at_events(), EVENTS),
    ],
    ids=["sqlite-points", "postgres-points", "sqlite-events", "postgres-events"],
    indirect=["store"],
)
async def test_a_task_survives_its_agents_death_at_any_point(
    stage: Stage, chance: random.Random, kills: list[Kill], count: int
) -> None:
    await stage.open("registry")
    helper = await stage.open("helper", ready="registered")
    room = asyncio.Semaphore(AT_ONCE)

    async def take_turn(number: int, mine: Sequence[Kill]) -> None:
        async with room:
            await survive(stage, number, mine)

    async with asyncio.TaskGroup() as group:
        for number, mine in enumerate(shares(chance, kills, count)):
            group.create_task(take_turn(number, mine))
    children = await helper.rpc("ListTasks", pageSize=100)
    assert len(children["tasks"]) == count // 2
