"""Orchestrate and refine over real agents: plans, workers and syntheses; drafts, verdicts and versions."""

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from agentia.agents import (
    Delegated,
    Draft,
    Need,
    TaskFailed,
    TaskRun,
    Verdict,
    orchestrate,
    refine,
)
from tests.agents.family import agent, boss, words

if TYPE_CHECKING:
    from tests.agents.conftest import Mesh

VERSION = "urn:agentia:version:v1"


async def fold(task: TaskRun) -> str:
    if "fail" in task.text:
        raise TaskFailed("The sheet is torn.")
    return f"folded {len(task.message.parts)}"


async def bind(task: TaskRun) -> str:
    return " + ".join(f"{part.filename}:{part.text}" for part in task.message.parts)


async def test_a_plan_is_made_once_each_need_finds_its_worker_and_the_results_are_put_together(mesh: "Mesh") -> None:
    plans: list[str] = []

    async def plan(task: TaskRun) -> list[str | Need]:
        size = (await task.delegate("choose a size")).text
        plans.append("planned")
        return [f"fold {size} sheet {len(plans)}", Need("bind sheets", ["bind", b"raw"])]

    async def choose(task: TaskRun) -> str:
        return (await task.ask("Which size?")).text

    async def gather(task: TaskRun, results: list[Delegated]) -> str:
        answer = await task.ask("In which order?")
        return f"{answer.text} {[(each.agent, each.text) for each in results]}"

    async def organise(task: TaskRun) -> str:
        return await orchestrate(task, plan, gather)

    await mesh.join(agent(fold, "folder", "Fold a sheet"))
    await mesh.join(agent(bind, "binder", "Bind sheets"))
    await mesh.join(agent(choose, "chooser", "Choose a size"))
    client = await mesh.join(boss(organise))
    asked = await client.send("go")
    assert words(asked) == "Which size?"
    asked = await client.send("big", taskId=asked["id"])
    assert words(asked) == "In which order?"
    done = words(await client.send("this", taskId=asked["id"]))
    assert done == f"this {[('folder', 'folded 1'), ('binder', ':bind + :')]}"
    assert plans == ["planned"]
    told = [str(event) async for _, event in client.events(asked["id"]) if "The plan has" in str(event)]
    assert len(told) == 1
    assert "The plan has 2 needs: (1) 'fold big sheet 1' (2) 'bind sheets'" in told[0]


async def test_agents_plan_and_synthesise_and_are_told_what_failed(mesh: "Mesh") -> None:
    async def plan(task: TaskRun) -> str:
        await task.artifact("plan.json", {"needs": ["fold it", {"need": "fold and fail", "agent": "folder"}]})
        return "Planned."

    async def organise(task: TaskRun) -> str:
        made = await orchestrate(task, "plan a booklet", "bind sheets", partial=True)
        return f"{made.agent} {made.text}"

    await mesh.join(agent(fold, "folder", "Fold a sheet"))
    await mesh.join(agent(bind, "binder", "Bind sheets"))
    await mesh.join(agent(plan, "planner", "Plan a booklet"))
    said = words(await (await mesh.join(boss(organise))).send("go"))
    torn = "fold and fail: The agent folder has FAILED its task. The sheet is torn."
    assert said == f"binder :bind sheets + folder.txt:folded 1 + failed.txt:{torn}"


async def test_a_plan_that_is_none_or_has_no_end_is_said_to_be(mesh: "Mesh") -> None:
    async def plan(task: TaskRun) -> str:
        await task.artifact("plan.json", [{"nead": "fold"}] if "nonsense" in task.text else ["fold"] * 21)
        return ""

    async def organise(task: TaskRun) -> str:
        return (await orchestrate(task, f"plan a {task.text}", "bind sheets")).text

    await mesh.join(agent(plan, "planner", "Plan a booklet"))
    client = await mesh.join(boss(organise))
    assert words(await client.send("booklet of nonsense")) == (
        'The agent planner has made no plan: data such as ["…", {"need": "…"}] was expected of it.'
    )
    assert words(await client.send("booklet")) == "The plan has 21 needs, and may have 20."


async def test_cancelling_the_orchestrator_cancels_its_workers(mesh: "Mesh") -> None:
    both = asyncio.Barrier(3)

    async def work(task: TaskRun) -> str:
        await both.wait()
        await asyncio.Event().wait()
        return ""

    async def plan(task: TaskRun) -> list[str]:
        return ["fold a", "fold b"]

    async def organise(task: TaskRun) -> str:
        return (await orchestrate(task, plan, "bind sheets")).text

    folder, client = await mesh.join(agent(work, "folder", "Fold a sheet")), await mesh.join(boss(organise))
    task_id = await client.begin("go")
    await both.wait()
    await client.rpc("CancelTask", {"id": task_id})
    for each in await folder.tasks():
        assert (await folder.settled(each["id"]))["status"]["state"] == "TASK_STATE_CANCELED"


async def test_drafts_are_versions_of_one_artifact_until_one_is_accepted(mesh: "Mesh") -> None:
    async def write(task: TaskRun) -> str:
        await task.artifact("sheet.txt", "".join(f"[{part.text}]" for part in task.message.parts))
        return ""

    async def judge(task: TaskRun) -> str:
        accepted = "Longer" in task.text
        await task.artifact("verdict", {"accepted": accepted, "feedback": "" if accepted else "Longer, please."})
        return "Judged."

    async def organise(task: TaskRun) -> str:
        draft = await refine(task, Need("write a sheet"), "judge a sheet", name="poem")
        return f"{draft.version} {draft.verdict} {draft.text}"

    await mesh.join(agent(write, "writer", "Write a sheet"))
    await mesh.join(agent(judge, "critic", "Judge a sheet"))
    client = await mesh.join(boss(organise))
    task = await client.send("go")
    text = "[write a sheet][[write a sheet]][Longer, please.]"
    assert words(task) == f"2 {Verdict(accepted=True, feedback='Judged.')} {text}"
    (kept,) = task["artifacts"]
    assert (kept["name"], kept["metadata"], kept["parts"][0]["text"]) == ("poem", {VERSION: 2}, text)
    events = [event async for _, event in client.events(task["id"])]
    updates = [event["artifactUpdate"] for event in events if "artifactUpdate" in event]
    assert [each["artifact"]["metadata"][VERSION] for each in updates] == [1, 2]
    assert {each["artifact"]["artifactId"] for each in updates} == {kept["artifactId"]}
    assert not any(each.get("append") for each in updates)
    assert [each for each in map(str, events) if "Version 1 is not accepted: Longer, please." in each]


async def test_functions_refine_too_in_steps_of_their_own_until_the_rounds_are_over(mesh: "Mesh") -> None:
    async def write(task: TaskRun, before: Draft | None) -> Any:
        async def grown() -> list[int]:
            return [0] if before is None else [*before.data[0], int(before.verdict.feedback)]

        return await task.step("write", grown)

    async def judge(task: TaskRun, draft: Draft) -> Verdict:
        return Verdict(accepted=False, feedback=str(draft.version))

    async def organise(task: TaskRun) -> str:
        draft = await refine(task, write, judge, rounds=3)
        await task.ask("Good enough?")
        return f"{draft.version} {draft.data} {draft.verdict.accepted}"

    client = await mesh.join(boss(organise))
    asked = await client.send("go")
    done = await client.send("yes", taskId=asked["id"])
    assert words(done) == "3 [[0, 1, 2]] False"
    assert [each["metadata"] for each in done["artifacts"]] == [{VERSION: 3}]


@pytest.mark.parametrize(("verdict", "said"), [({"accepted": "yes"}, "has given no verdict"), (None, "is torn")])
async def test_an_evaluator_that_fails_or_gives_no_verdict_is_named(mesh: "Mesh", verdict: Any, said: str) -> None:
    async def judge(task: TaskRun) -> str:
        if verdict is None:
            raise TaskFailed("It is torn.")
        await task.artifact("verdict", verdict)
        return ""

    async def write(task: TaskRun, before: Draft | None) -> str:
        return "a sheet"

    async def organise(task: TaskRun) -> str:
        return (await refine(task, write, "judge a sheet")).text

    await mesh.join(agent(judge, "critic", "Judge a sheet"))
    task = await (await mesh.join(boss(organise))).send("go")
    assert "critic" in words(task)
    assert said in words(task)
