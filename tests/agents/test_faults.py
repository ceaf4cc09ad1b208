"""An author's fault is told with its line: to the log and the terminal, and never to a client."""

import asyncio
import functools
import itertools
import json
import logging
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from agentia.agents import (
    AnswerInvalid,
    AuthorError,
    Request,
    Skill,
    Specialist,
    SpecialistInvalid,
    StepInvalid,
    TaskOver,
    TaskRun,
    specialist,
)
from agentia.cards import CardInvalid
from agentia.tasks.errors import CountedInStep, StepChanged, StepRepeated

SKILLS = [Skill("shout", "Say a text louder")]
HERE = Path(__file__)
numbers = itertools.count()


def line(mark: str) -> str:
    """The line of this file that ends with a comment of that name."""
    found = [number for number, text in enumerate(HERE.read_text().splitlines(), 1) if text.endswith(f"# {mark}")]
    assert len(found) == 1, mark
    return f"{HERE.relative_to(Path.cwd())}:{found[0]}"


async def nothing() -> None: ...


async def wrong_artifact(task: TaskRun) -> None:
    await task.artifact("odd", {1, 2})  # wrong artifact


async def wrong_parts(task: TaskRun) -> None:
    await task.delegate("shout", [object()])  # wrong parts


async def not_async(task: TaskRun) -> None:
    await task.step("x", lambda: 5)  # type: ignore[arg-type]  # not async


async def not_json(task: TaskRun) -> None:
    await task.step("x", functools.partial(asyncio.sleep, 0, {1, 2}))  # not json


async def twice(task: TaskRun) -> None:
    await task.step("x", nothing)
    await task.step("x", nothing)  # twice


async def counted(task: TaskRun) -> None:
    async def inside() -> None:
        await task.status("inside")

    await task.step("x", inside)
    await task.status("beside")  # counted


async def changed(task: TaskRun) -> None:
    await task.status(str(next(numbers)))  # changed
    await task.ask("Go on?")


async def returns(_task: TaskRun) -> Any:  # returns
    return {"n": 1}


async def in_a_group(task: TaskRun) -> None:
    async with asyncio.TaskGroup() as group:
        group.create_task(wrong_artifact(task))


FAULTS = [
    (wrong_artifact, "wrong artifact", AnswerInvalid),
    (wrong_parts, "wrong parts", AnswerInvalid),
    (not_async, "not async", StepInvalid),
    (not_json, "not json", StepInvalid),
    (twice, "twice", StepRepeated),
    (counted, "counted", CountedInStep),
    (changed, "changed", StepChanged),
    (returns, "returns", AnswerInvalid),
    (in_a_group, "wrong artifact", AnswerInvalid),
]


@pytest.mark.parametrize(("answer", "mark", "kind"), FAULTS, ids=[fault[0].__name__ for fault in FAULTS])
async def test_the_log_names_the_line_and_the_client_gets_the_sentence_alone(
    alone: Any, caplog: pytest.LogCaptureFixture, text_of: Callable[[Any], str], answer: Any, mark: str, kind: Any
) -> None:
    client = await alone.serve(Specialist(answer, SKILLS, "shouter"))
    task = await client.send("hello")
    if task["status"]["state"] == "TASK_STATE_INPUT_REQUIRED":
        task = await client.send("yes", taskId=task["id"])

    assert task["status"]["state"] == "TASK_STATE_FAILED"
    (record,) = [record for record in caplog.records if record.getMessage() == "author's code at fault"]
    assert (record.place, record.task) == (line(mark), task["id"])  # type: ignore[attr-defined]
    assert record.reason in text_of(task)  # type: ignore[attr-defined]
    assert ".py" not in text_of(task)
    assert issubclass(kind, AuthorError)


async def test_a_crash_is_logged_with_the_authors_line_and_not_that_of_the_library_it_came_from(
    alone: Any, caplog: pytest.LogCaptureFixture, text_of: Callable[[Any], str]
) -> None:
    async def crash(_task: TaskRun) -> None:
        json.loads("{")  # crash

    task = await (await alone.serve(Specialist(crash, SKILLS))).send("hello")
    (record,) = [record for record in caplog.records if record.getMessage() == "answer failed"]
    assert record.place == line("crash")  # type: ignore[attr-defined]
    assert record.incident in text_of(task)  # type: ignore[attr-defined]
    assert ".py" not in text_of(task)


async def test_a_direct_answer_at_fault_is_logged_with_its_line(alone: Any, caplog: pytest.LogCaptureFixture) -> None:
    async def number(_request: Request) -> Any:  # number
        return 5

    client = await alone.serve(Specialist(number, SKILLS, direct=True))
    message = {"messageId": "1", "role": "ROLE_USER", "parts": [{"text": "x"}]}
    assert "error" in await client.rpc("SendMessage", {"message": message})
    (record,) = [record for record in caplog.records if record.getMessage() == "author's code at fault"]
    assert record.place == line("number")  # type: ignore[attr-defined]


async def test_a_task_that_is_over_takes_nothing_more_and_the_error_names_who_tried(alone: Any) -> None:
    kept: list[TaskRun] = []

    async def leaves(task: TaskRun) -> None:
        kept.append(task.branch("later"))

    await (await alone.serve(Specialist(leaves, SKILLS))).send("hello")
    with pytest.raises(TaskOver, match=r"task.status was called after the answer had returned") as over:
        await kept[0].status("still here")  # over
    assert over.value.place == line("over")


async def test_calls_in_a_step_are_no_fault_where_none_come_after_it(
    alone: Any, caplog: pytest.LogCaptureFixture
) -> None:
    async def inside(task: TaskRun) -> str:
        async def call() -> int:
            await task.status("inside")
            await task.branch("side").status("too")
            return 5

        await task.branch("side").status("before")
        found = await task.step("x", call)
        await task.ask("Go on?")
        return str(found)

    caplog.set_level(logging.ERROR)
    client = await alone.serve(Specialist(inside, SKILLS))
    asked = await client.send("hello")
    assert (await client.send("yes", taskId=asked["id"]))["status"]["state"] == "TASK_STATE_COMPLETED"
    assert not caplog.records


def test_a_definition_names_its_own_line() -> None:
    async def shouter(_task: TaskRun) -> None: ...

    def plain(_task: TaskRun) -> None: ...

    with pytest.raises(SpecialistInvalid) as wrong:
        Specialist(plain, SKILLS)  # type: ignore[arg-type]  # plain
    assert wrong.value.place == line("plain")
    with pytest.raises(CardInvalid) as empty:
        specialist(skills=[])(shouter)  # empty
    assert empty.value.place == line("empty")
    with pytest.raises(CardInvalid) as same:
        Specialist(shouter, [*SKILLS, *SKILLS])  # same
    assert same.value.place == line("same")


async def test_a_line_that_blocks_the_event_loop_is_told_while_it_does(
    alone: Any, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("agentia.agents.watch.SECONDS", 0.05)
    told = threading.Event()

    class Heard(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if "blocks" in record.getMessage():
                told.set()

    heard = Heard()
    logging.getLogger("agentia.agents").addHandler(heard)

    async def blocks(_task: TaskRun) -> None:
        told.wait(10)  # blocks

    client = await alone.serve(Specialist(blocks, SKILLS))
    await client.send("hello")
    logging.getLogger("agentia.agents").removeHandler(heard)
    records = [record for record in caplog.records if "blocks the event loop" in record.getMessage()]
    assert [record.place for record in records] == [line("blocks")]  # type: ignore[attr-defined]


async def text(text: str) -> None: ...
async def task_of_direct(task: TaskRun) -> None: ...
async def gives_data(task: TaskRun) -> dict[str, int]: ...  # type: ignore[empty-body]


@pytest.mark.parametrize(
    ("answer", "direct", "said"),
    [
        (text, False, "takes a str, and is given a TaskRun"),
        (task_of_direct, True, "takes a TaskRun; with direct=True there is none"),
        (gives_data, False, "returns a dict; it may return a text"),
    ],
)
def test_types_that_an_author_counts_on_in_vain_are_told(answer: Any, direct: bool, said: str) -> None:
    with pytest.raises(SpecialistInvalid) as wrong:
        Specialist(answer, SKILLS, direct=direct)
    assert said in wrong.value.message
