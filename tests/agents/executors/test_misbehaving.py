"""Executors that err: each a clear end of the task, and nothing of it that its client should not see."""

import asyncio
import importlib
import logging
from collections.abc import Callable
from typing import Any

import pytest

from agentia.agents import Skill, Specialist

SKILLS = [Skill("count", "Count to three")]
DONE, FAILED = "TASK_STATE_COMPLETED", "TASK_STATE_FAILED"
Act = Callable[[Any, Any, Any], Any]


@pytest.fixture
def told(alone: Any) -> Any:
    """Serves an executor that does what a function says: it, and a client."""
    shelf: Any = importlib.import_module("tests.agents.executors.shelf")

    async def serve(act: Act, **settings: Any) -> Any:
        executor = shelf.Told(act)
        return executor, await alone.serve(Specialist(executor, SKILLS), **settings)

    return serve


async def raises(_context: Any, _queue: Any, said: Any) -> None:
    await said.start_work()
    raise RuntimeError("password: hunter2")


async def for_another(context: Any, queue: Any, _said: Any) -> None:
    from a2a.server.tasks import TaskUpdater

    await TaskUpdater(queue, "another", context.context_id).complete()


async def says_nothing(_context: Any, _queue: Any, said: Any) -> None:
    await said.start_work()


async def publishes_a_word(_context: Any, queue: Any, _said: Any) -> None:
    await queue.enqueue_event("done")


async def talks_beside_its_task(_context: Any, queue: Any, said: Any) -> None:
    from a2a.helpers.proto_helpers import new_text_message

    await said.start_work()
    await queue.enqueue_event(new_text_message("Hello"))


async def has_no_state(_context: Any, _queue: Any, said: Any) -> None:
    await said.update_status(0)


@pytest.mark.parametrize(
    ("act", "words"),
    [
        (raises, "Its log has the reason under incident"),
        (for_another, "an event for another task"),
        (says_nothing, "returned without saying how the task ended"),
        (publishes_a_word, "published a str, which is no event of A2A"),
        (talks_beside_its_task, "published a Message beside a task"),
        (has_no_state, "a status without a state"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
async def test_it_fails_its_task_with_a_sentence(
    told: Any, text_of: Callable[[Any], str], act: Act, words: str
) -> None:
    _, client = await told(act)
    task = await client.send("go")
    assert task["status"]["state"] == FAILED
    assert words in text_of(task)
    assert "hunter2" not in text_of(task)


async def test_what_it_publishes_after_the_end_is_dropped(told: Any, caplog: pytest.LogCaptureFixture) -> None:
    over = asyncio.Event()

    async def act(_context: Any, queue: Any, said: Any) -> None:
        from a2a.helpers.proto_helpers import new_text_part

        await said.complete()
        for _ in range(3):
            await said.add_artifact([new_text_part("late")])
        over.set()

    _, client = await told(act)
    task_id = (await client.send("go"))["id"]
    await over.wait()
    assert [number async for number, _ in client.events(task_id)] == [1, 2, 3]
    assert [record.getMessage() for record in caplog.records if "after the end" in record.getMessage()] == [
        "events after the end are dropped"
    ]


async def test_one_that_never_returns_ends_its_task_all_the_same_and_is_stopped_with_the_service(
    told: Any, alone: Any
) -> None:
    async def act(_context: Any, _queue: Any, said: Any) -> None:
        await said.complete()
        await asyncio.Event().wait()

    executor, client = await told(act)
    assert (await client.send("go"))["status"]["state"] == DONE
    assert not executor.stopped.is_set()
    await alone.leave(client)
    assert executor.stopped.is_set()


async def test_one_that_asks_and_does_not_return_is_stopped_before_it_is_run_again(
    told: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("agentia.agents.executors.answer.COMING", 0.02)
    going = []

    async def act(context: Any, _queue: Any, said: Any) -> None:
        going.append(context)
        try:
            assert len(going) == 1
            if context.current_task is None:
                await said.requires_input()
                await asyncio.Event().wait()
            await said.complete()
        finally:
            going.remove(context)

    _, client = await told(act)
    asked = await client.send("go")
    done = await client.send("on", taskId=asked["id"])
    assert done["status"]["state"] == DONE


async def test_one_that_floods_is_slowed_to_the_pace_of_the_disk(told: Any) -> None:
    """It gives no turn to anybody by itself; others are served meanwhile, and nothing is lost."""
    flooding = asyncio.Event()

    async def act(context: Any, _queue: Any, said: Any) -> None:
        from a2a.helpers.proto_helpers import new_text_part

        if context.get_user_input() == "flood":
            flooding.set()
            for number in range(3000):
                await said.add_artifact([new_text_part("x" * 10)], artifact_id="a", append=number > 0)
        await said.complete()

    _, client = await told(act)
    task_id = await client.begin("flood")
    await flooding.wait()
    assert (await client.send("quick"))["status"]["state"] == DONE
    task = await client.settled(task_id)
    assert len(task["artifacts"][0]["parts"][0]["text"]) == 30_000


async def test_a_piece_of_an_artifact_that_was_never_begun_begins_it(told: Any) -> None:
    async def act(_context: Any, _queue: Any, said: Any) -> None:
        from a2a.helpers.proto_helpers import new_text_part

        await said.add_artifact([new_text_part("one")], artifact_id="a", append=True)
        await said.complete()

    _, client = await told(act)
    task_id = (await client.send("go"))["id"]
    pieces = [event["artifactUpdate"] async for _, event in client.events(task_id) if "artifactUpdate" in event]
    assert [each.get("append", False) for each in pieces] == [False]


async def test_its_work_is_not_done_again_when_its_process_has_ended(
    told: Any, alone: Any, text_of: Callable[[Any], str], caplog: pytest.LogCaptureFixture
) -> None:
    """The service is stopped in the middle, as a drain would; what comes after it finds the task begun."""
    caplog.set_level(logging.ERROR)

    async def act(_context: Any, _queue: Any, said: Any) -> None:
        await said.start_work()
        await asyncio.Event().wait()

    executor, client = await told(act)
    task_id = await client.begin("go")
    await executor.begun.wait()
    await alone.leave(client)
    assert executor.stopped.is_set()
    assert not executor.canceled

    again, client = await told(act)
    task = await client.settled(task_id)
    assert task["status"]["state"] == FAILED
    assert "It is not done again by itself" in text_of(task)
    assert again.contexts == []
