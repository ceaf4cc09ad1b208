"""What the engine promises about tasks, whatever binding they come through."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from a2a.types.a2a_pb2 import Part, SendMessageRequest
from a2a.utils.errors import (
    InvalidParamsError,
    TaskNotCancelableError,
    TaskNotFoundError,
    UnsupportedOperationError,
)

from agentia.tasks.caller import LOCAL, Caller
from agentia.tasks.engine import Engine
from agentia.tasks.errors import TaskFailed, TaskRejected
from agentia.tasks.events import Event
from agentia.tasks.records import Lease, Owner
from agentia.tasks.run import Run
from agentia.tasks.states import (
    CANCELED,
    COMPLETED,
    FAILED,
    INPUT_REQUIRED,
    REJECTED,
    SUBMITTED,
    WORKING,
)

pytestmark = pytest.mark.parametrize("store_kind", ["sqlite", "postgres"])

Engines = Callable[..., Engine]
RequestOf = Callable[..., SendMessageRequest]
STRANGER = Caller(Owner("", "stranger"))


async def _finished(engine: Engine, request: SendMessageRequest, caller: Caller = LOCAL) -> str:
    accepted = await (await engine.send(request, caller)).stored(settled=True)
    return accepted.task_id


async def test_a_task_has_four_events_numbered_from_one(engines: Engines, request_of: RequestOf) -> None:
    engine = engines()
    task_id = await _finished(engine, request_of())
    events = [event async for event in engine.follow(task_id, LOCAL, 0)]
    assert [event.number for event in events] == [1, 2, 3, 4]
    assert [event.state for event in events] == [SUBMITTED, WORKING, None, COMPLETED]


async def test_a_follower_of_a_running_task_and_one_of_the_finished_task_see_the_same(
    engines: Engines, request_of: RequestOf
) -> None:
    go = asyncio.Event()

    async def answer(run: Run) -> None:
        for number in range(5):
            await run.status(f"step {number}")
        await go.wait()
        async with run.stream("words") as out:
            await out.write("one ")
            out.flush()
            await out.write("two")

    engine = engines(answer)
    accepted = await (await engine.send(request_of(), LOCAL)).stored()
    live = [event.json async for event in _opening(engine.follow(accepted.task_id, LOCAL, 0), go)]
    later = [event.json async for event in engine.follow(accepted.task_id, LOCAL, 0)]
    assert live == later
    assert [event.json async for event in engine.follow(accepted.task_id, LOCAL, 6)] == later[6:]


async def _opening(events: AsyncIterator[Event], go: asyncio.Event) -> AsyncIterator[Event]:
    async for event in events:
        yield event
        if event.number == 4:
            go.set()


async def test_the_same_message_twice_is_one_task(engines: Engines, request_of: RequestOf) -> None:
    runs = []

    async def answer(run: Run) -> None:
        runs.append(run.task_id)

    engine = engines(answer)
    request = request_of("once", "m-1")
    both = await asyncio.gather(_finished(engine, request), _finished(engine, request))
    assert both[0] == both[1] == await _finished(engine, request)
    assert len(runs) == 1


async def test_the_same_message_sent_to_two_replicas_is_one_task(engines: Engines, request_of: RequestOf) -> None:
    one, two = engines(), engines()
    request = request_of("once", "m-1")
    assert await _finished(one, request) == await _finished(two, request)


async def test_a_message_id_used_for_another_message_is_an_error(engines: Engines, request_of: RequestOf) -> None:
    engine = engines()
    await _finished(engine, request_of("one", "m-1"))
    with pytest.raises(InvalidParamsError, match="used before"):
        await _finished(engine, request_of("two", "m-1"))
    assert await _finished(engine, request_of("two", "m-1"), STRANGER), "another principal has ids of its own"


async def test_nobody_sees_what_is_not_theirs(engines: Engines, request_of: RequestOf) -> None:
    engine = engines()
    task_id = await _finished(engine, request_of())
    for call in (engine.get, engine.cancel):
        with pytest.raises(TaskNotFoundError):
            await call(task_id, STRANGER)
    with pytest.raises(TaskNotFoundError):
        [event async for event in engine.follow(task_id, STRANGER, 0)]
    context = (await engine.get(task_id, LOCAL)).context_id
    with pytest.raises(InvalidParamsError, match="contextId"):
        await _finished(engine, request_of(context_id=context), STRANGER)


async def test_a_running_task_is_not_seen_by_strangers_either(engines: Engines, request_of: RequestOf) -> None:
    async def answer(run: Run) -> None:
        await asyncio.Event().wait()

    engine = engines(answer)
    accepted = await (await engine.send(request_of(), LOCAL)).stored()
    for call in (engine.get, engine.cancel, engine.settled):
        with pytest.raises(TaskNotFoundError):
            await call(accepted.task_id, STRANGER)


async def test_a_question_pauses_the_task_and_its_answer_goes_on_by_task_id_alone(
    engines: Engines, request_of: RequestOf
) -> None:
    calls: list[str] = []

    async def answer(run: Run) -> str:
        await run.status("thinking")
        price = await run.step("price", _counted(calls, "price", 12))
        colour = await run.ask("Which colour?")
        size = await run.ask("Which size?")
        await run.artifact("order", [Part(text=f"{colour.parts[0].text} {size.parts[0].text} {price}")])
        return "ordered"

    engine = engines(answer)
    task_id = await _finished(engine, request_of("a shirt"))
    first = await engine.get(task_id, LOCAL)
    assert first.status.state == INPUT_REQUIRED
    assert first.status.message.parts[0].text == "Which colour?"

    later = engines(answer)  # as after a restart: nothing of the first engine is needed
    await _finished(later, request_of("blue", task_id=task_id))
    await _finished(later, request_of("L", task_id=task_id))
    task = await later.get(task_id, LOCAL)
    assert task.status.state == COMPLETED
    assert [artifact.parts[0].text for artifact in task.artifacts] == ["blue L 12"]
    assert [past.parts[0].text for past in task.history] == ["a shirt", "Which colour?", "blue", "Which size?", "L"]
    assert calls == ["price"], "a finished step is not repeated"
    numbers = [event.number async for event in later.follow(task_id, LOCAL, 0)]
    assert numbers == list(range(1, len(numbers) + 1))


def _counted(calls: list[str], name: str, result: object) -> Callable[[], Awaitable[object]]:
    async def call() -> object:
        calls.append(name)
        return result

    return call


async def test_a_changed_step_fails_the_task_and_names_it(engines: Engines, request_of: RequestOf) -> None:
    async def first(run: Run) -> None:
        await run.step("load", _counted([], "load", 1), given="v1")
        await run.ask("go on?")

    async def second(run: Run) -> None:
        await run.step("load", _counted([], "load", 1), given="v2")
        await run.ask("go on?")

    task_id = await _finished(engines(first), request_of())
    later = engines(second)
    await _finished(later, request_of("yes", task_id=task_id))
    task = await later.get(task_id, LOCAL)
    assert task.status.state == FAILED
    assert "step/load" in task.status.message.parts[0].text


@pytest.mark.parametrize(
    ("error", "state", "words"),
    [
        (TaskFailed("The file is empty."), FAILED, "The file is empty."),
        (TaskRejected("I do not cook."), REJECTED, "I do not cook."),
        (ValueError("password=secret"), FAILED, "incident"),
    ],
)
async def test_an_error_ends_the_task_in_words_for_people(
    engines: Engines, request_of: RequestOf, error: Exception, state: int, words: str
) -> None:
    async def answer(run: Run) -> None:
        raise error

    engine = engines(answer)
    task = await engine.get(await _finished(engine, request_of()), LOCAL)
    assert task.status.state == state
    assert words in task.status.message.parts[0].text
    assert "secret" not in task.status.message.parts[0].text


async def test_cancel_reaches_a_silent_answer(engines: Engines, request_of: RequestOf) -> None:
    cleaned = asyncio.Event()

    async def answer(run: Run) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            cleaned.set()

    engine = engines(answer)
    accepted = await (await engine.send(request_of(), LOCAL)).stored()
    assert (await engine.cancel(accepted.task_id, LOCAL)).status.state == CANCELED
    assert cleaned.is_set()
    with pytest.raises(TaskNotCancelableError, match="CANCELED"):
        await engine.cancel(accepted.task_id, LOCAL)


async def test_a_paused_task_can_be_cancelled(engines: Engines, request_of: RequestOf) -> None:
    async def answer(run: Run) -> None:
        await run.ask("well?")

    engine = engines(answer)
    task_id = await _finished(engine, request_of())
    assert (await engine.cancel(task_id, LOCAL)).status.state == CANCELED
    with pytest.raises(UnsupportedOperationError, match="CANCELED"):
        await engine.send(request_of("yes", task_id=task_id), LOCAL)


async def test_a_message_to_a_finished_task_says_how_to_go_on(engines: Engines, request_of: RequestOf) -> None:
    engine = engines()
    task_id = await _finished(engine, request_of())
    with pytest.raises(UnsupportedOperationError, match="contextId"):
        await engine.send(request_of("more", task_id=task_id), LOCAL)


async def test_a_wrong_context_is_refused(engines: Engines, request_of: RequestOf) -> None:
    async def answer(run: Run) -> None:
        await run.ask("well?")

    engine = engines(answer)
    task_id = await _finished(engine, request_of())
    with pytest.raises(InvalidParamsError, match="contextId"):
        await engine.send(request_of("yes", task_id=task_id, context_id="other"), LOCAL)


async def test_a_deadline_ends_a_task_with_a_sentence(engines: Engines, request_of: RequestOf) -> None:
    async def answer(run: Run) -> None:
        await asyncio.Event().wait()

    engine = engines(answer)
    soon = Caller(LOCAL.owner, deadline=0.0)
    task = await engine.get(await _finished(engine, request_of(), soon), LOCAL)
    assert task.status.state == FAILED
    assert "deadline" in task.status.message.parts[0].text


async def test_a_stream_is_one_text_in_the_task_and_ends_with_its_last_chunk(
    engines: Engines, request_of: RequestOf
) -> None:
    async def answer(run: Run) -> None:
        async with run.stream("story.txt") as out:
            for number in range(100):
                await out.write(f"{number} ")
                if number % 10 == 0:
                    out.flush()

    engine = engines(answer)
    task_id = await _finished(engine, request_of())
    task = await engine.get(task_id, LOCAL)
    assert [part.text for part in task.artifacts[0].parts] == ["".join(f"{number} " for number in range(100))]
    chunks = [e.response.artifact_update async for e in engine.follow(task_id, LOCAL, 2) if e.state is None]
    assert [chunk.append for chunk in chunks] == [False] + [True] * (len(chunks) - 1)
    assert [chunk.last_chunk for chunk in chunks] == [False] * (len(chunks) - 1) + [True]


async def test_a_follower_on_another_replica_sees_events_as_they_come(engines: Engines, request_of: RequestOf) -> None:
    go = asyncio.Event()

    async def answer(run: Run) -> None:
        await run.status("before")
        await go.wait()

    one, two = engines(answer), engines(answer)
    accepted = await (await one.send(request_of(), LOCAL)).stored()
    numbers = []
    async for event in two.follow(accepted.task_id, LOCAL, 0):
        numbers.append(event.number)
        if event.number == 3:
            go.set()
    assert numbers == [1, 2, 3, 4]


async def test_direct_replies_have_no_task_and_are_given_once(engines: Engines, request_of: RequestOf) -> None:
    asked = []

    async def direct(message: object, caller: Caller) -> str:
        asked.append(message)
        return "pong"

    engine = engines(direct=direct)
    request = request_of("ping")
    first, again = await engine.send(request, LOCAL), await engine.send(request, LOCAL)
    assert first.reply is not None
    assert first.reply == again.reply
    assert first.reply.parts[0].text == "pong"
    assert len(asked) == 1


async def test_an_interrupted_task_goes_on_after_a_restart_and_repeats_no_finished_step(
    engines: Engines, request_of: RequestOf
) -> None:
    calls: list[str] = []
    reached, go = asyncio.Event(), asyncio.Event()

    async def answer(run: Run) -> str:
        await run.status("begun")
        first = await run.step("first", _counted(calls, "first", 1))
        async with run.stream("words") as out:
            await out.write("half ")
            out.flush()
            reached.set()
            await go.wait()
            await out.write("whole")
        return f"done after {first}"

    one = engines(answer)
    accepted = await (await one.send(request_of(), LOCAL)).stored()
    await reached.wait()
    await one.close(0.0)
    go.set()
    two = engines(answer, lease_seconds=1.0)
    await two.start()
    task = await two.settled(accepted.task_id, LOCAL)
    assert task.status.state == COMPLETED
    assert [part.text for part in task.artifacts[0].parts] == ["half whole"]
    assert calls == ["first"]
    events = [event async for event in two.follow(accepted.task_id, LOCAL, 0)]
    assert [event.number for event in events] == list(range(1, len(events) + 1))
    texts = [event.response.status_update.status.message.parts for event in events]
    assert sum(bool(parts) and parts[0].text == "begun" for parts in texts) == 1


async def test_nothing_is_done_for_a_message_before_it_is_stored(engines: Engines, request_of: RequestOf) -> None:
    stored: list[object] = []

    async def answer(run: Run) -> None:
        async def look() -> None:
            stored.append(await engine.store.find_message(LOCAL.owner, "begin"))

        await run.step("look", look)
        await run.ask("go on?")
        stored.append(await engine.store.find_message(LOCAL.owner, "go on"))

    engine = engines(answer)
    task_id = await _finished(engine, request_of("begin", "begin"))
    await _finished(engine, request_of("yes", "go on", task_id=task_id))
    assert len(stored) == 2
    assert None not in stored


async def test_a_task_that_is_interrupted_again_and_again_is_given_up(engines: Engines, request_of: RequestOf) -> None:
    async def answer(run: Run) -> None:
        await asyncio.Event().wait()

    engine = engines(answer)
    accepted = await (await engine.send(request_of(), LOCAL)).stored()
    await engine.close(0.0)
    later = engines(answer)
    assert await later.store.take(accepted.task_id, 1, Lease("dead", 0.0), attempts=5)
    await later.start()
    task = await later.settled(accepted.task_id, LOCAL)
    assert task.status.state == FAILED
    assert "gives up" in task.status.message.parts[0].text
