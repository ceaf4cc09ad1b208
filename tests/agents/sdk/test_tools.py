"""Tools: what they do and make within a task, and what becomes of those that fail."""

import asyncio
import base64
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from agents import (
    Agent,
    FunctionTool,
    RunContextWrapper,
    Runner,
    ToolOutputFileContent,
    ToolOutputImage,
    ToolOutputText,
    function_tool,
)

from agentia.agents import Skill, Specialist, SpecialistInvalid, TaskFailed, TaskRejected, TaskRun
from agentia.agents.errors import TaskEnded
from agentia.agents.testing import Call, Say, scripted

SKILLS = [Skill("work", "Work with tools")]
PNG = b"\x89PNG not really"
LINES = Path(__file__).read_text().splitlines()


def outputs(model: Any) -> list[Any]:
    """What the model was given by tools, in its last call."""
    return [item["output"] for item in model.calls[-1].input if item.get("type") == "function_call_output"]


@pytest.fixture
def work(alone: Any) -> Callable[..., Any]:
    """Has an agent with these tools work on a task: the task and its model."""

    async def start(*tools: FunctionTool, calls: list[Call], **settings: Any) -> Any:
        model = scripted(Say(calls=calls), Say("Done."))
        client = await alone.serve(Specialist(Agent(name="worker", model=model, tools=list(tools)), SKILLS), **settings)
        return await client.send("work"), model

    return start


async def test_a_tool_reports_and_publishes_through_the_task(work: Any) -> None:
    @function_tool
    async def draw(context: RunContextWrapper[TaskRun], title: str) -> str:
        await context.context.status(f"Drawing {title}")
        await context.context.artifact(f"{title}.txt", "a picture")
        return "drawn"

    task, model = await work(draw, calls=[Call("draw", {"title": "one"}), Call("draw", {"title": "two"})])

    assert sorted(each["name"] for each in task["artifacts"]) == ["answer.txt", "one.txt", "two.txt"]
    assert outputs(model) == ["drawn", "drawn"]


async def test_files_of_tools_reach_the_model_and_the_user(work: Any) -> None:
    inline = f"data:image/png;base64,{base64.b64encode(PNG).decode()}"

    @function_tool
    def chart() -> ToolOutputImage:
        return ToolOutputImage(image_url=inline)

    @function_tool
    def report() -> ToolOutputFileContent:
        return ToolOutputFileContent(file_data=base64.b64encode(b"%PDF").decode(), filename="report.pdf")

    task, model = await work(chart, report, calls=[Call("chart"), Call("report")])

    made = {each["name"]: base64.b64decode(each["parts"][0].get("raw", "")) for each in task["artifacts"]}
    assert (made["chart-0.png"], made["report.pdf"]) == (PNG, b"%PDF")
    assert outputs(model)[0] == [{"type": "input_image", "image_url": inline}]


@pytest.mark.parametrize(
    ("made", "seen"),
    [
        ({"a": [1, None]}, "{'a': [1, None]}"),
        ("ä" * 10_000_000, "ä" * 200_000 + "\n[9800000 more characters were left out]"),
        (("a", 1), "('a', 1)"),
        (None, "None"),
    ],
    ids=["data", "10-MB", "tuple", "nothing"],
)
async def test_what_a_tool_returns_is_what_its_model_would_see(work: Any, made: Any, seen: str) -> None:
    @function_tool
    def make() -> Any:
        return made

    _, model = await work(make, calls=[Call("make")])

    assert outputs(model) == [seen]


async def test_texts_and_files_of_a_tool_are_together_as_long_as_a_model_can_take_them(work: Any) -> None:
    @function_tool
    def make() -> Any:
        picture = ToolOutputImage(image_url="data:image/png;base64," + "A" * 15_000_000)
        return [ToolOutputText(text="x" * 150_000), {"type": "text", "text": "y" * 100_000}, picture]

    _, model = await work(make, calls=[Call("make")])

    ((first, second, third),) = outputs(model)
    assert first["text"] == "x" * 150_000
    assert second["text"] == "y" * 50_000 + "\n[50000 more characters were left out]"
    assert third["text"] == "[a file of 15000022 characters was left out]"


async def test_a_tool_that_raises_is_told_to_its_model_and_its_line_to_the_log(
    work: Any, caplog: pytest.LogCaptureFixture
) -> None:
    @function_tool
    def fail() -> str:
        raise ValueError("no such table")  # the line

    task, model = await work(fail, calls=[Call("fail")])

    assert task["status"]["state"] == "TASK_STATE_COMPLETED"
    assert outputs(model)[0].startswith("An error occurred while running the tool.")
    (record,) = [record for record in caplog.records if record.getMessage() == "tool failed"]
    number = LINES.index('        raise ValueError("no such table")  # the line') + 1
    assert record.place.endswith(f"test_tools.py:{number}")  # type: ignore[attr-defined]
    assert (record.tool, record.reason) == ("fail", "ValueError: no such table")  # type: ignore[attr-defined]


async def test_a_tool_that_shall_not_fail_ends_the_task_in_neutral_words(
    work: Any, text_of: Callable[[Any], str]
) -> None:
    @function_tool(failure_error_function=None)
    def fail() -> str:
        raise ValueError("the password is hunter2")

    task, _ = await work(fail, calls=[Call("fail")])

    assert task["status"]["state"] == "TASK_STATE_FAILED"
    assert "hunter2" not in text_of(task)
    assert "log has the reason" in text_of(task)


async def test_a_tool_that_hangs_is_given_up_when_it_has_a_limit(work: Any) -> None:
    @function_tool(timeout=0.05)
    async def hang() -> str:
        await asyncio.Event().wait()
        return ""

    task, model = await work(hang, calls=[Call("hang")])

    assert task["status"]["state"] == "TASK_STATE_COMPLETED"
    assert "timed out" in outputs(model)[0]


async def test_runs_inside_of_a_tool_are_journaled_in_branches_of_their_own(alone: Any) -> None:
    """The tool asks its user in between: when it runs again its models are not asked again."""
    models = [scripted(Say("roses")), scripted(Say("violets"))]
    inner = [Agent(name="poet", model=each) for each in models]

    @function_tool
    async def rhyme(context: RunContextWrapper[TaskRun]) -> str:
        lines = [(await Runner.run(each, "a line")).final_output for each in inner]
        answer = await context.context.ask("Which colour?")
        return f"{' '.join(lines)} {answer.text}"

    model = scripted(Say(calls=[Call("rhyme")]), Say("Done."))
    client = await alone.serve(Specialist(Agent(name="worker", model=model, tools=[rhyme]), SKILLS))

    asked = await client.send("a poem")
    assert asked["status"]["message"]["parts"][0]["text"] == "Which colour?"
    await client.send("blue", taskId=asked["id"])

    assert outputs(model) == ["roses violets blue"]
    assert [len(each.calls) for each in models] == [1, 1]


async def test_the_same_agent_runs_outside_of_tasks_as_it_did(alone: Any) -> None:
    @function_tool
    def add(a: int, b: int) -> int:
        return a + b

    agent = Agent(name="sum", model=scripted(Say(calls=[Call("add", {"a": 1, "b": 2})]), Say("3")), tools=[add])
    await alone.serve(Specialist(agent, SKILLS))

    assert (await Runner.run(agent, "1 + 2?")).final_output == "3"


async def test_code_that_has_changed_while_its_user_was_asked_fails_the_task_by_name(
    alone: Any, text_of: Callable[[Any], str]
) -> None:
    def agent(*steps: Say, name: str = "pay") -> Specialist:
        tool = function_tool(lambda: "paid", name_override=name, needs_approval=True, description_override="Pays.")
        return Specialist(Agent(name="bank", model=scripted(*steps), tools=[tool]), SKILLS)

    first = await alone.serve(agent(Say(calls=[Call("pay")])))
    asked = await first.send("buy it")
    await alone.leave(first)

    second = await alone.serve(agent(name="transfer"))
    done = await second.send("yes", taskId=asked["id"])

    assert done["status"]["state"] == "TASK_STATE_FAILED"
    assert "its step 'step/model/bank/0' is not the one that ran before" in text_of(done)
    assert "Send the request again" in text_of(done)


@pytest.mark.parametrize("ending", [TaskRejected, TaskFailed])
@pytest.mark.parametrize("nested", [False, True], ids=["tool", "agent-in-a-tool"])
async def test_a_tool_may_end_its_task_with_a_sentence(
    alone: Any, text_of: Callable[[Any], str], ending: type[TaskEnded], nested: bool
) -> None:
    @function_tool
    def sell() -> str:
        """Sell something."""
        raise ending("We are closed until Monday.")

    tools: list[Any] = [sell]
    if nested:
        clerk = Agent(name="clerk", model=scripted(Say(calls=[Call("sell")])), tools=tools)
        tools = [clerk.as_tool("sell", "Sells.")]
    asking = Say(calls=[Call("sell", {"input": "it"} if nested else {})])
    agent = Agent(name="shop", model=scripted(asking, Say("Sold.")), tools=tools)
    client = await alone.serve(Specialist(agent, SKILLS))

    task = await client.send("sell it")

    assert task["status"]["state"] == f"TASK_STATE_{ending.__name__.removeprefix('Task').upper()}"
    assert text_of(task) == "We are closed until Monday."


@pytest.mark.parametrize("blocking", [False, True], ids=["async", "thread"])
async def test_a_tool_that_hangs_ends_with_the_time_that_a_task_has(
    alone: Any, text_of: Callable[[Any], str], blocking: bool
) -> None:
    released = threading.Event()

    @function_tool
    async def hang() -> str:
        await asyncio.Event().wait()
        return ""

    @function_tool
    def block() -> str:
        released.wait()
        return ""

    tool = block if blocking else hang
    agent = Agent(name="worker", model=scripted(Say(calls=[Call(tool.name)])), tools=[tool])
    client = await alone.serve(Specialist(agent, SKILLS), task_seconds=1.0, lease_seconds=1.0)

    task = await client.send("work")
    released.set()

    assert task["status"]["state"] == "TASK_STATE_FAILED"
    assert "AGENTIA_TASK_SECONDS" in text_of(task)


def test_an_agent_of_the_sdk_answers_with_tasks_only() -> None:
    with pytest.raises(SpecialistInvalid, match="works on tasks"):
        Specialist(Agent(name="x"), SKILLS, direct=True)
