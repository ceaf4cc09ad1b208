"""How a run ends, whatever an author's answer does: in one last event, in words for people, with nothing after it."""

import asyncio
import time
from collections.abc import Callable
from typing import Any

import pytest
from a2a.types.a2a_pb2 import Part, SendMessageRequest
from google.protobuf.json_format import ParseDict

from agentia.tasks import jobs
from agentia.tasks.caller import LOCAL, Caller
from agentia.tasks.engine import Engine
from agentia.tasks.records import RunEnded
from agentia.tasks.run import Run
from agentia.tasks.states import CANCELED, COMPLETED, FAILED, INPUT_REQUIRED, name
from agentia.tasks.work import Answer

Engines = Callable[..., Engine]
RequestOf = Callable[..., SendMessageRequest]


async def _settled(engine: Engine, request: SendMessageRequest) -> tuple[str, str]:
    """State and words of the task that comes of a request; its log has just one ending, and that comes last."""
    accepted = await (await engine.send(request, LOCAL)).stored(settled=True)
    task = await engine.get(accepted.task_id, LOCAL)
    if task.status.state != INPUT_REQUIRED:
        ends = [event.ends async for event in engine.follow(accepted.task_id, LOCAL, 0)]
        assert ends == [False] * (len(ends) - 1) + [True]
    return name(task.status.state), "".join(part.text for part in task.status.message.parts)


async def _cancelled_inside(run: Run) -> None:
    inner = asyncio.create_task(asyncio.Event().wait())
    inner.cancel()
    await inner


async def _exits(run: Run) -> None:
    raise SystemExit(3)


async def _half_a_character(run: Run) -> str:
    return "\ud800"


async def _fails_with_half_a_character(run: Run) -> None:
    raise RunEnded from ValueError("\ud800")


async def _unwritable_question(run: Run) -> None:
    await run.ask("well?", {"key": object()})


@pytest.mark.parametrize(
    "answer",
    [_cancelled_inside, _exits, _half_a_character, _fails_with_half_a_character, _unwritable_question],
)
async def test_what_no_author_meant_fails_the_task_in_neutral_words(
    engines: Engines, request_of: RequestOf, answer: Answer
) -> None:
    state, words = await _settled(engines(answer), request_of())
    assert state == "FAILED"
    assert "incident" in words or "stopped working" in words


async def _same_step_twice(run: Run) -> None:
    for number in range(2):
        await run.step("fetch", _result(number))


async def _not_a_number(run: Run) -> None:
    await run.artifact("table", [ParseDict({"data": [1.5, float("nan")]}, Part())])


async def _deep(run: Run) -> None:
    value: Any = 1
    for _ in range(40):
        value = {"in": value}
    await run.artifact("tree", [ParseDict({"data": value}, Part())])


async def _deep_metadata(run: Run) -> None:
    value: Any = 1
    for _ in range(40):
        value = {"in": value}
    await run.status("thinking", value)


def _result(number: int) -> Any:
    async def call() -> int:
        return number

    return call


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (_same_step_twice, "'step/fetch' twice"),
        (_not_a_number, "NaN"),
        (_deep, "nested too deeply"),
        (_deep_metadata, "nested too deeply"),
    ],
)
async def test_what_cannot_be_kept_fails_the_task_and_says_why(
    engines: Engines, request_of: RequestOf, answer: Answer, sentence: str
) -> None:
    state, words = await _settled(engines(answer), request_of())
    assert state == "FAILED"
    assert sentence in words


async def test_a_branch_asked_for_twice_is_the_same_branch(engines: Engines, request_of: RequestOf) -> None:
    async def answer(run: Run) -> None:
        for _ in range(2):
            await run.branch("a/b").status("here")
        await run.branch("a").branch("b").status("there")
        await run.ask("again?")

    engine = engines(answer)
    accepted = await (await engine.send(request_of(), LOCAL)).stored(settled=True)
    events = [event async for event in _some(engine, accepted.task_id, 6)]
    assert [event.step for event in events][2:5] == [None] * 3 or len({event.step for event in events[2:5]}) == 3
    await _settled(engine, request_of("yes", task_id=accepted.task_id))
    texts = [event.response.status_update.status.message async for event in engine.follow(accepted.task_id, LOCAL, 0)]
    assert len([text for text in texts if text.parts and text.parts[0].text in ("here", "there")]) == 3


async def _some(engine: Engine, task_id: str, count: int) -> Any:
    async for event in engine.follow(task_id, LOCAL, 0):
        yield event
        if event.number == count:
            return


async def test_what_an_answer_left_running_writes_nothing_after_the_end(
    engines: Engines, request_of: RequestOf
) -> None:
    go, left = asyncio.Event(), []

    async def late(run: Run) -> None:
        await go.wait()
        await run.status("still here")

    async def answer(run: Run) -> str:
        left.append(asyncio.create_task(late(run)))
        return "done"

    engine = engines(answer)
    assert await _settled(engine, request_of()) == ("COMPLETED", "done")
    go.set()
    with pytest.raises(RunEnded):
        await left[0]


@pytest.mark.parametrize("by_deadline", [False, True])
async def test_an_answer_that_does_not_stop_loses_its_task(
    engines: Engines, request_of: RequestOf, monkeypatch: pytest.MonkeyPatch, by_deadline: bool
) -> None:
    monkeypatch.setattr(jobs, "GRACE", 0.01)
    go, over = asyncio.Event(), asyncio.Event()
    heard: list[type[BaseException]] = []

    async def answer(run: Run) -> None:
        while not go.is_set():
            try:
                await go.wait()
            except asyncio.CancelledError:
                heard.append(asyncio.CancelledError)
        try:
            await run.status("still here")
        except RunEnded:
            heard.append(RunEnded)
        over.set()

    engine = engines(answer)
    caller = Caller(LOCAL.owner, deadline=time.time() + 0.05 if by_deadline else None)
    accepted = await (await engine.send(request_of(), caller)).stored()
    if by_deadline:
        assert (await engine.settled(accepted.task_id, LOCAL)).status.state == FAILED
    else:
        assert (await engine.cancel(accepted.task_id, LOCAL)).status.state == CANCELED
    before = [event.json async for event in engine.follow(accepted.task_id, LOCAL, 0)]
    go.set()
    await over.wait()
    assert heard == [asyncio.CancelledError, RunEnded]
    assert [event.json async for event in engine.follow(accepted.task_id, LOCAL, 0)] == before


async def test_cancelling_again_does_not_disturb_the_cleaning_up(engines: Engines, request_of: RequestOf) -> None:
    cleaning, go, cleaned = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def answer(run: Run) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            cleaning.set()
            await go.wait()
            cleaned.set()

    engine = engines(answer)
    accepted = await (await engine.send(request_of(), LOCAL)).stored()
    both = [asyncio.create_task(engine.cancel(accepted.task_id, LOCAL)) for _ in range(2)]
    await cleaning.wait()
    for _ in range(20):
        await asyncio.sleep(0)
    go.set()
    assert [(await each).status.state for each in both] == [CANCELED, CANCELED]
    assert cleaned.is_set()


async def test_an_answer_that_fails_because_it_is_cancelled_is_cancelled(
    engines: Engines, request_of: RequestOf
) -> None:
    async def answer(run: Run) -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError as exc:
            raise ValueError("aborted") from exc

    engine = engines(answer)
    accepted = await (await engine.send(request_of(), LOCAL)).stored()
    assert (await engine.cancel(accepted.task_id, LOCAL)).status.state == CANCELED


@pytest.mark.parametrize("deadline", [1e12, 1e300])
async def test_a_deadline_far_away_is_no_trouble(engines: Engines, request_of: RequestOf, deadline: float) -> None:
    engine = engines()
    accepted = await (await engine.send(request_of(), Caller(LOCAL.owner, deadline=deadline))).stored(settled=True)
    assert (await engine.get(accepted.task_id, LOCAL)).status.state == COMPLETED
