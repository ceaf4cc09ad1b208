"""A task killed with SIGKILL at one of its boundaries, and all that must be as if it had not been."""

import asyncio
import json
import re
import sqlite3
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from difflib import unified_diff
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

from agentia.agents.testing import ModelServer
from tests.survival.account import same_artifacts, unbroken
from tests.survival.follower import Follower
from tests.survival.mortals import DIE
from tests.survival.service import Service
from tests.survival.stage import Note, Stage

MARK: Final = re.compile(r"#(\d+)")
WAITS: Final = "TASK_STATE_INPUT_REQUIRED"


@dataclass(frozen=True)
class Act:
    """What its user does: says `before` in tasks of the same context, then asks, and answers questions."""

    asks: str
    answers: Sequence[str] = ()
    before: Sequence[str] = ()
    parts: Sequence[Any] = ()


@dataclass
class Death:
    """What was stored when the agent died: the finished steps of each task, and how often its models were asked."""

    steps: dict[str, set[str]] = field(default_factory=dict)
    asked: int = 0
    pid: int = 0


@dataclass
class Played:
    """A task that has ended, with what was done for it: notes of effects, and requests to its models."""

    task: Any
    follower: Follower
    steps: set[str]
    notes: list[Note]
    requests: list[Any]

    @property
    def outcome(self) -> Any:
        """What its user has of it, without ids that no two tasks share."""
        told = [
            [part.get("text") for part in message["parts"]]
            for message in (*self.task["history"], self.task["status"].get("message", {"parts": ()}))
        ]
        made = {each["artifactId"]: each for each in self.task.get("artifacts", ())}
        return self.task["status"]["state"], _unmarked(told), _unmarked(made)

    @property
    def order(self) -> dict[str, list[str]]:
        """What each branch has told, in its order; what a restart tells again is there once."""
        found: dict[str, dict[str, None]] = {}
        for place, words in _told(self.follower):
            found.setdefault(place.rpartition("/")[0].rpartition("/")[0], {})[f"{place}: {words}"] = None
        return {branch: list(told) for branch, told in found.items()}

    @property
    def effects(self) -> Counter[str]:
        """How often each step's effect was had."""
        return Counter(note.key for note in self.notes if note.word == "did")

    @property
    def points(self) -> Counter[str]:
        """How often the models were asked at each point of their conversations."""
        return Counter(_unmarked(request["messages"]) for request in self.requests)


async def play(stage: Stage, agent: Service, act: Act, mark: int, server: ModelServer) -> Played:
    """Do the user's part until the task has ended, through all deaths of its agent."""
    context: dict[str, str] = {}
    for words in act.before:
        earlier = await Follower(await agent.begin(f"{words} #{mark}", **context), agent).end()
        context = {"contextId": (await agent.rpc("GetTask", id=earlier.task_id))["contextId"]}
    parts = [{"text": f"{act.asks} #{mark}!"}, *act.parts]
    follower = Follower(await agent.begin("", parts=parts, **context), agent)
    for number, words in enumerate(act.answers, start=1):
        await follower.until(partial(_has_asked, number))
        await agent.begin(words, taskId=follower.task_id)
    await follower.end()
    task = await agent.rpc("GetTask", id=follower.task_id)
    steps, notes = journal(agent).get(task["id"], set()), stage.notes(task["id"])
    return Played(task, follower, steps, notes, asked(server, mark))


async def undisturbed(stage: Stage, agent: Service, act: Act, server: ModelServer) -> Played:
    """The task that nobody kills."""
    await agent.start()
    played = await play(stage, agent, act, 0, server)
    await agent.kill()
    return played


async def killed_at(
    stage: Stage, agent: Service, act: Act, numbers: Sequence[int], server: ModelServer
) -> list[tuple[int, Played, Death | None]]:
    """Tasks killed one after the other, each at its commit: what became of them, and what was there at their deaths."""
    found: list[tuple[int, Played, Death | None]] = []
    for number, following in pairwise([*numbers, 0]):
        if not agent.up.is_set():
            await rise(agent, number)
        playing = asyncio.create_task(play(stage, agent, act, number, server))
        dying = asyncio.create_task(agent.ended.wait())
        await asyncio.wait([playing, dying], return_when=asyncio.FIRST_COMPLETED)
        death = None
        if agent.ended.is_set():
            death = Death(journal(agent), len(asked(server, number)), agent.pid)
            await rise(agent, following)
        dying.cancel()
        found.append((number, await playing, death))
        if death is None:
            await agent.kill()
    await agent.kill()
    return found


async def rise(agent: Service, number: int) -> None:
    """Start it, to die at that commit of the task of that number."""
    agent.env[DIE] = f"{number}:{number}"
    await agent.start()
    agent.doomed = True


def as_if_alive(played: Played, death: Death | None, normal: Played) -> None:
    """The task has come to the same, and nothing of it that was finished was done again.

    One that has not died was over before: how much of a text is one event depends on the moment.
    """
    death = death or Death()
    unbroken(played.follower)
    same_artifacts(played.follower, played.task)
    same(played.outcome, normal.outcome)
    same(played.order, normal.order)
    kept = death.steps.get(played.task["id"], set())
    later = {note.key for note in played.notes if note.word == "did" and note.pid != death.pid}
    assert not later & kept, "what was kept was done again"
    same(sorted(played.effects), sorted(normal.effects))
    assert max(played.effects.values(), default=1) <= 2
    same(sorted(played.steps), sorted(normal.steps))
    same(sorted(played.points), sorted(normal.points))
    assert len(played.requests) - death.asked == models_of(normal.steps) - models_of(kept)


def same(found: Any, expected: Any) -> None:
    """Fail with the difference if there is one."""
    before, after = (json.dumps(each, indent=1, sort_keys=True).splitlines() for each in (expected, found))
    difference = "\n".join(unified_diff(before, after, "undisturbed", "killed", lineterm="", n=1))
    assert not difference, difference


@contextmanager
def naming(what: str) -> Iterator[None]:
    """Say what was looked at when something is not as it should be."""
    try:
        yield
    except AssertionError as exc:
        raise AssertionError(f"{what}: {exc}") from exc


def began(stage: Stage) -> int:
    """How many tasks others were sent."""
    return sum(note.word == "began" for note in stage.notes())


def models_of(steps: set[str]) -> int:
    """How many of them are answers of models."""
    return sum("step/model/" in step for step in steps)


def commits(played: Played) -> int:
    """How many boundaries a task has come to."""
    return sum(note.word == "commit" for note in played.notes)


def journal(agent: Service) -> dict[str, set[str]]:
    """The finished steps of each task."""
    found: dict[str, set[str]] = {}
    with closing(sqlite3.connect(Path(agent.env["AGENTIA_DATA"]) / "db" / f"{agent.name}.sqlite")) as db:
        for task, step in db.execute("SELECT task_id, step FROM journal"):
            found.setdefault(task, set()).add(step)
    return found


def asked(server: ModelServer, mark: int) -> list[Any]:
    """What the models were asked for the task with that mark."""
    return [each for each in server.requests if int(MARK.findall(json.dumps(each["messages"]))[-1]) == mark]


def _has_asked(times: int, follower: Follower) -> bool:
    states = [(event.get("statusUpdate") or {}).get("status", {}).get("state") for _, event in follower.events]
    return states.count(WAITS) == times


def _told(follower: Follower) -> Iterator[tuple[str, str]]:
    """Places and words of statuses, places and names of artifacts."""
    for _, event in follower.events:
        if message := (event.get("statusUpdate") or {}).get("status", {}).get("message"):
            yield message["messageId"].partition(":")[2], _unmarked(message["parts"])
        elif artifact := (event.get("artifactUpdate") or {}).get("artifact"):
            yield artifact["artifactId"], ""


def _unmarked(value: Any) -> str:
    return MARK.sub("#", json.dumps(value, sort_keys=True))
