"""Delegating: choosing an agent, what it gets and gives back, its progress, and its questions."""

import asyncio
import base64
from typing import TYPE_CHECKING, Any

import pytest
from a2a.types.a2a_pb2 import Part

from agentia.agents import (
    Request,
    TaskRun,
)
from tests.agents.family import child, parent, pass_on, shout, words

if TYPE_CHECKING:
    from tests.agents.conftest import Mesh

PEER = "urn:agentia:peer:v1"


async def test_the_result_of_another_agent_comes_back_in_words_and_artifacts(mesh: "Mesh") -> None:
    shouter, boss = await mesh.join(child(shout)), await mesh.join(parent(pass_on))
    task = await boss.send("hello")
    assert words(task) == "shouter said HELLO!"
    assert task["artifacts"][0]["parts"][0]["text"] == "HELLO"
    assert task["artifacts"][1]["parts"][0]["data"] == {"length": 5}
    assert len(await shouter.tasks()) == 1


async def test_progress_is_relayed_with_the_agent_and_the_task_that_it_comes_from(mesh: "Mesh") -> None:
    shouter, boss = await mesh.join(child(shout)), await mesh.join(parent(pass_on))
    task = await boss.send("hello")
    told = [
        event async for _, event in boss.events(task["id"]) if PEER in event.get("statusUpdate", {}).get("metadata", {})
    ]
    assert [each["statusUpdate"]["status"]["message"]["parts"][0]["text"] for each in told] == ["shouter: Breathing in"]
    about = {"agent": "shouter", "task": (await shouter.tasks())[0]["id"], "state": "WORKING"}
    assert told[0]["statusUpdate"]["metadata"][PEER] == about


async def test_parts_of_all_kinds_are_passed_on(mesh: "Mesh") -> None:
    async def look(task: TaskRun) -> None:
        files = [[file.name, (await file.read()).decode()] for file in task.files]
        await task.artifact("seen", {"text": task.text, "files": files, "data": task.data})

    async def hand_over(task: TaskRun) -> None:
        result = await task.delegate("look at things", ["look", *task.files, b"raw", {"n": 1}, *task.message.parts[:1]])
        await task.artifact("seen", result.data[0])

    await mesh.join(child(look, "looker", "look at things", input_modes=["*/*"]))
    boss = await mesh.join(parent(hand_over))
    file = {"raw": base64.b64encode(b"a,b").decode(), "filename": "t.csv", "mediaType": "text/csv"}
    seen = (await boss.send("please", file))["artifacts"][0]["parts"][0]["data"]
    assert seen == {"text": "look\nplease", "files": [["t.csv", "a,b"], ["file-3", "raw"]], "data": [{"n": 1}]}


@pytest.mark.parametrize(
    ("parts", "seen"),
    [((), "look at things []"), ("just this", "just this []"), ({"n": 1}, "look at things [{'n': 1}]")],
)
async def test_the_need_goes_along_when_no_text_says_what_is_wanted(mesh: "Mesh", parts: Any, seen: str) -> None:
    async def look(task: TaskRun) -> str:
        return f"{task.text} {task.data}"

    async def hand_over(task: TaskRun) -> str:
        return (await task.delegate("look at things", parts)).text

    await mesh.join(child(look, "looker", "look at things", input_modes=["*/*"]))
    assert words(await (await mesh.join(parent(hand_over))).send("go")) == seen


async def test_artifacts_of_one_agent_can_be_handed_to_the_next(mesh: "Mesh") -> None:
    async def count(task: TaskRun) -> str:
        return f"{len(task.text)} {task.text.splitlines()[0]} {[part.filename for part in task.message.parts]}"

    async def chain(task: TaskRun) -> str:
        first = await task.delegate("say a text louder", task.text)
        second = await task.delegate("count the letters", first.parts, agent="counter")
        return second.text

    await mesh.join(child(shout))
    await mesh.join(child(count, "counter", "Count the letters", input_modes=["text/plain", "application/json"]))
    said = words(await (await mesh.join(parent(chain))).send("hello"))
    assert said == "23 count the letters ['', 'loud.txt', 'size']"


async def test_an_agent_that_replies_directly_gives_its_words(mesh: "Mesh") -> None:
    async def reply(request: Request) -> str:
        return request.text[::-1]

    await mesh.join(child(reply, direct=True))
    task = await (await mesh.join(parent(pass_on))).send("hello")
    assert words(task) == "shouter said olleh"
    assert [each["name"] for each in task["artifacts"]] == ["reply"]


async def test_when_nobody_fits_the_user_is_told_what_was_needed(mesh: "Mesh") -> None:
    task = await (await mesh.join(parent(pass_on))).send("hello")
    assert task["status"]["state"] == "TASK_STATE_FAILED"
    assert words(task) == "No agent on this mesh can do this: 'say a text louder'."


async def test_an_agent_is_called_by_its_name_and_a_wrong_name_is_said(mesh: "Mesh") -> None:
    async def by_name(task: TaskRun) -> str:
        return (await task.delegate("anything at all", task.text, agent=task.text)).text

    await mesh.join(child(shout, "Crème Shouter"))
    boss = await mesh.join(parent(by_name))
    assert words(await boss.send("Crème Shouter")) == "CRÈME SHOUTER!"
    assert words(await boss.send("nobody")) == "There is no agent 'nobody' on this mesh."


@pytest.mark.parametrize(
    ("part", "kind"), [({"n": 1}, "application/json"), (Part(text="a,b", media_type="text/csv"), "text/csv")]
)
async def test_an_agent_that_cannot_take_what_is_handed_over_is_not_chosen(mesh: "Mesh", part: Any, kind: str) -> None:
    await mesh.join(child(shout))

    async def hand_over(task: TaskRun) -> str:
        return (await task.delegate("say a text louder", [part])).text

    boss = await mesh.join(parent(hand_over))
    assert f"No agent on this mesh can do this with {kind}" in words(await boss.send("x"))


async def test_agents_are_called_past_any_proxy_of_the_environment(
    mesh: "Mesh", monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")
    await mesh.join(child(shout))
    assert words(await (await mesh.join(parent(pass_on))).send("hello")) == "shouter said HELLO!"


async def test_a_childs_question_becomes_the_parents_and_its_answer_continues_the_child(mesh: "Mesh") -> None:
    runs: list[str] = []

    async def asking(task: TaskRun) -> str:
        first = await task.ask("How loud?")
        second = await task.ask("Really?")
        return f"{first.text} {second.text}"

    async def relaying(task: TaskRun) -> str:
        runs.append("run")
        return (await task.delegate("say a text louder", task.text)).text

    shouter, boss = await mesh.join(child(asking)), await mesh.join(parent(relaying))
    asked = await boss.send("hello")
    assert (asked["status"]["state"], words(asked)) == ("TASK_STATE_INPUT_REQUIRED", "How loud?")
    again = await boss.send("very", taskId=asked["id"])
    assert (again["status"]["state"], words(again)) == ("TASK_STATE_INPUT_REQUIRED", "Really?")
    await mesh.leave(boss)
    boss = await mesh.join(parent(relaying))
    done = await boss.send("yes", taskId=asked["id"])
    assert (done["status"]["state"], words(done)) == ("TASK_STATE_COMPLETED", "very yes")
    assert [each["status"]["state"] for each in await shouter.tasks()] == ["TASK_STATE_COMPLETED"]
    assert len(runs) == 3


async def test_children_in_branches_work_side_by_side_and_one_that_asks_does_not_end_the_others(mesh: "Mesh") -> None:
    begun, go_on, runs = asyncio.Event(), asyncio.Event(), []

    async def work(task: TaskRun) -> str:
        runs.append(task.text)
        if task.text == "ask":
            await begun.wait()
            return (await task.ask("Which?")).text
        begun.set()
        await go_on.wait()
        return task.text

    async def fan_out(task: TaskRun) -> str:
        async with asyncio.TaskGroup() as group:
            made = [group.create_task(task.branch(text).delegate("say a text louder", text)) for text in ("ask", "b")]
        return " and ".join(each.result().text for each in made)

    shouter, boss = await mesh.join(child(work)), await mesh.join(parent(fan_out))
    asked = await boss.send("go")
    assert words(asked) == "Which?"
    go_on.set()
    done = await boss.send("this", taskId=asked["id"])
    assert (done["status"]["state"], words(done)) == ("TASK_STATE_COMPLETED", "this and b")
    assert len(await shouter.tasks()) == 2
    assert sorted(runs) == ["ask", "ask", "b"]
