"""What a task has sent to other agents ends with it, however and wherever it ends, and whoever is killed meanwhile."""

import asyncio
import itertools
import time
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

import pytest
from a2a.types.a2a_pb2 import SendMessageRequest

from agentia.core.settings import DAY
from agentia.tasks import alarm
from agentia.tasks.caller import LOCAL, Caller
from agentia.tasks.cancelling import Delegations
from agentia.tasks.engine import Engine
from agentia.tasks.errors import TaskFailed
from agentia.tasks.records import Cancellation, Child, JournalEntry, Lease
from agentia.tasks.run import Run
from agentia.tasks.states import CANCELED, COMPLETED, FAILED, INPUT_REQUIRED

if TYPE_CHECKING:
    from tests.tasks.conftest import Clock

pytestmark = pytest.mark.parametrize("store_kind", ["sqlite", "postgres"])

Engines = Callable[..., Engine]
RequestOf = Callable[..., SendMessageRequest]
CHILDREN = (Child("one", "c-1"), Child("two", "c-2"))


class Others:
    """Other agents: `away` are those that cannot be reached, `told` which children were cancelled for which task."""

    def __init__(self, *away: str) -> None:
        self.away, self.told = set(away), list[tuple[str, Child]]()
        self.heard = asyncio.Event()
        self.delegations = Delegations(self._open, self._cancel)

    def _open(self, journal: Iterable[JournalEntry]) -> list[Child]:
        return list(CHILDREN) if any(entry.step == "step/sent" for entry in journal) else []

    async def _cancel(self, cancellation: Cancellation) -> list[Child]:
        reached = [child for child in cancellation.children if child.agent not in self.away]
        self.told += [(cancellation.task_id, child) for child in reached]
        self.heard.set()
        return [child for child in cancellation.children if child not in reached]


class Parent:
    """An answer that has sent something, and goes on as its message says."""

    def __init__(self) -> None:
        self.sent = asyncio.Event()

    async def __call__(self, run: Run) -> None:
        await run.step("sent", lambda: asyncio.sleep(0))
        self.sent.set()
        match run.messages[0].parts[0].text:
            case "fail":
                raise TaskFailed("No.")
            case "ask":
                await run.ask("well?")
            case "hang":
                await asyncio.Event().wait()


async def begun(engine: Engine, request_of: RequestOf, text: str, parent: Parent, caller: Caller = LOCAL) -> str:
    """The id of a task that has sent its children."""
    parent.sent.clear()
    accepted = await (await engine.send(request_of(text), caller)).stored()
    await parent.sent.wait()
    return accepted.task_id


async def nothing_is_left(engine: Engine, clock: "Clock") -> None:
    """Wait until the store holds no more children to be cancelled, not even later."""
    async with asyncio.timeout(10):
        clock.ahead += DAY
        while await engine.store.due_cancellations(10):
            clock.ahead += DAY
            await asyncio.sleep(0.01)


async def test_children_that_cannot_be_read_hinder_no_others_for_long(
    engines: Engines, request_of: RequestOf, clock: "Clock", monkeypatch: pytest.MonkeyPatch
) -> None:
    one = engines(parent := Parent(), delegations=Others(*(child.agent for child in CHILDREN)).delegations)
    task_id = await begun(one, request_of, "fail", parent)
    await one.settled(task_id, LOCAL)
    await one.close(0.0)
    others = Others()
    two = engines(delegations=others.delegations, lease_seconds=0.05)
    due, looks = two.store.due_cancellations, itertools.count()

    async def unreadable_at_first(limit: int) -> list[Cancellation]:
        return [Cancellation(*[])] if next(looks) == 0 else await due(limit)

    monkeypatch.setattr(two.store, "due_cancellations", unreadable_at_first)
    clock.ahead = DAY
    await two.start()
    async with asyncio.timeout(10):
        await others.heard.wait()


async def test_children_are_cancelled_however_their_task_ends(
    engines: Engines, request_of: RequestOf, clock: "Clock", monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(alarm, "LOOK", 0.02)
    others = Others()
    engine = engines(parent := Parent(), delegations=others.delegations)
    late = Caller(LOCAL.owner, deadline=time.time() + 1000)
    ending = [await begun(engine, request_of, text, parent) for text in ("complete", "fail")]
    ending.append(await begun(engine, request_of, "hang", parent, late))
    clock.ahead = 2000.0
    states = [(await engine.settled(task_id, LOCAL)).status.state for task_id in ending]
    assert states == [COMPLETED, FAILED, FAILED]
    cancelled = [await begun(engine, request_of, text, parent) for text in ("hang", "ask")]
    assert (await engine.settled(cancelled[1], LOCAL)).status.state == INPUT_REQUIRED
    assert not {task_id for task_id, _ in others.told}.intersection(cancelled)
    for task_id in cancelled:
        assert (await engine.cancel(task_id, LOCAL)).status.state == CANCELED
    await nothing_is_left(engine, clock)
    assert sorted(others.told) == sorted((task_id, child) for task_id in ending + cancelled for child in CHILDREN)


@pytest.mark.parametrize("why", ["lost too often", "too late"])
async def test_children_are_cancelled_though_the_answer_does_not_run_again(
    engines: Engines, request_of: RequestOf, clock: "Clock", why: str
) -> None:
    others = Others()
    one = engines(parent := Parent())
    task_id = await begun(one, request_of, "hang", parent)
    await one.close(0.0)
    two = engines(parent, delegations=others.delegations)
    if why == "too late":
        clock.ahead = DAY + 1
    else:
        assert await two.store.take(task_id, 1, Lease("dead", 0.0), attempts=5)
    await two.start()
    said = (await two.settled(task_id, LOCAL)).status.message.parts[0].text
    assert ("longer" if why == "too late" else "gives up") in said
    await nothing_is_left(two, clock)
    assert others.told == [(task_id, child) for child in CHILDREN]


async def test_a_cancel_on_another_replica_reaches_the_children(engines: Engines, request_of: RequestOf) -> None:
    others, parent = Others(), Parent()
    one = engines(parent, delegations=Others().delegations)
    task_id = await begun(one, request_of, "hang", parent)
    two = engines(parent, delegations=others.delegations)
    assert (await two.cancel(task_id, LOCAL)).status.state == CANCELED
    assert others.told == [(task_id, child) for child in CHILDREN]


async def test_an_agent_that_is_away_is_told_once_it_is_back_by_any_replica(
    engines: Engines, request_of: RequestOf, clock: "Clock"
) -> None:
    others, parent = Others("two"), Parent()
    one = engines(parent, delegations=others.delegations)
    task_id = await begun(one, request_of, "hang", parent)
    await one.cancel(task_id, LOCAL)
    assert others.told == [(task_id, CHILDREN[0])]
    await one.close(0.0)
    clock.ahead = 11.0
    others.away.clear()
    others.heard.clear()
    two = engines(parent, delegations=others.delegations)
    await two.start()
    await others.heard.wait()
    assert others.told == [(task_id, child) for child in CHILDREN]
    await nothing_is_left(two, clock)


async def test_a_replica_that_dies_between_the_end_and_the_cancelling_is_relieved(
    engines: Engines, request_of: RequestOf, clock: "Clock"
) -> None:
    others, parent, dying = Others(), Parent(), asyncio.Event()

    async def never(_cancellation: Any) -> list[Child]:
        dying.set()
        await asyncio.Event().wait()
        return []

    one = engines(parent, delegations=Delegations(others.delegations.open, never))
    task_id = await begun(one, request_of, "fail", parent)
    await dying.wait()
    two = engines(parent, delegations=others.delegations)
    assert await two.store.due_cancellations(10) == [], "the one that ended it is still at it"
    clock.ahead = 11.0
    await two.start()
    await others.heard.wait()
    assert others.told == [(task_id, child) for child in CHILDREN]


async def test_agents_that_stay_away_for_a_day_are_given_up(
    engines: Engines, request_of: RequestOf, clock: "Clock", caplog: pytest.LogCaptureFixture
) -> None:
    others, parent = Others("one", "two"), Parent()
    one = engines(parent, delegations=others.delegations)
    task_id = await begun(one, request_of, "fail", parent)
    await others.heard.wait()
    await one.close(0.0)
    clock.ahead = DAY + 100
    others.heard.clear()
    two = engines(parent, delegations=others.delegations)
    await two.start()
    await others.heard.wait()
    await nothing_is_left(two, clock)
    (said,) = [record for record in caplog.records if record.message == "children left alone"]
    assert vars(said)["task"] == task_id


async def test_children_are_told_again_and_again_but_ever_later(
    engines: Engines, request_of: RequestOf, clock: "Clock"
) -> None:
    others, parent = Others("one", "two"), Parent()
    engine = engines(parent, delegations=others.delegations)
    await begun(engine, request_of, "fail", parent)
    await others.heard.wait()
    await engine.close(0.0)
    tries = []
    for second in range(0, 1000, 5):
        clock.ahead = second
        tries += [second] * len(await engine.store.due_cancellations(10))
    pauses = [after - before for before, after in itertools.pairwise(tries)]
    assert pauses[:5] == sorted(pauses[:5])
    assert 4 < len(tries) < 10
