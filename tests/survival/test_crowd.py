"""Many tasks at once while their replicas die and come back at random: every task ends, and none was done twice."""

import asyncio
import random
import time
from dataclasses import dataclass

import pytest

from tests.survival.account import by_task, filed
from tests.survival.follower import Follower
from tests.survival.service import Service
from tests.survival.stage import Stage


@dataclass(frozen=True)
class Ordeal:
    """`tasks` of so many steps each; a replica dies after every so many `events`, at least `seconds` long."""

    tasks: int
    steps: int
    events: tuple[int, int]
    seconds: float


ORDEAL = Ordeal(1_000, 10, (500, 1_500), 60.0)
DEATHS = 3
"""Replicas that die at the least, however quickly the tasks are done."""


class Reaper:
    """Kills one replica or the other each time that followers have seen some more events, and starts it again."""

    def __init__(self, stage: Stage, replicas: tuple[Service, Service], ordeal: Ordeal, chance: random.Random) -> None:
        self._stage, self._replicas, self._ordeal, self._chance = stage, replicas, ordeal, chance
        self._left = self._next()
        self._busy = False
        self.deaths = 0

    def count(self) -> None:
        """A follower has seen an event."""
        self._left -= 1
        if self._left <= 0 and not self._busy:
            self._busy = True
            self._left = self._next()
            self._stage.spawn(self._reap(self._chance.choice(self._replicas)))

    async def _reap(self, victim: Service) -> None:
        await victim.restart()
        self.deaths += 1
        self._busy = False

    def _next(self) -> int:
        return self._chance.randint(*self._ordeal.events)


@pytest.mark.timeout(400)
async def test_of_many_tasks_each_ends_once(stage: Stage, chance: random.Random) -> None:
    first, second = await asyncio.gather(stage.open("clerk"), stage.open("clerk", replica=2))
    reaper = Reaper(stage, (first, second), ORDEAL, chance)
    began = time.monotonic()

    async def one(number: int) -> Follower:
        doors = (first, second) if number % 2 else (second, first)
        follower = Follower(await doors[0].begin(str(ORDEAL.steps)), *doors[:: chance.choice((1, -1))])
        follower.on_event(reaper.count)
        return await follower.end()

    followers: list[Follower] = []
    while reaper.deaths < DEATHS or time.monotonic() - began < ORDEAL.seconds:
        followers += await asyncio.gather(*(one(number) for number in range(ORDEAL.tasks)))
    print(f"{len(followers)} tasks, {reaper.deaths} deaths in {time.monotonic() - began:.1f} s")
    await asyncio.gather(first.up.wait(), second.up.wait())
    notes = by_task(stage.notes())
    assert set(notes) == {follower.task_id for follower in followers}, "a message became two tasks"
    for follower in followers:
        filed(follower, await first.rpc("GetTask", id=follower.task_id), notes[follower.task_id], 1 + reaper.deaths)
