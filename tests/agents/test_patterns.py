"""Chain, route and parallel over real agents: what goes from one to the next, and what is said when one fails."""

import asyncio
import time
from typing import TYPE_CHECKING, Any

import pytest

from agentia.agents import (
    Failed,
    Need,
    PatternFailed,
    TaskFailed,
    TaskRun,
    chain,
    parallel,
    route,
)
from tests.agents.family import agent, boss, words

if TYPE_CHECKING:
    from tests.agents.conftest import Client, Mesh

CANCELED = "TASK_STATE_CANCELED"


def state(task: Any) -> str:
    return str(task["status"]["state"])


async def statuses(client: "Client", task_id: str) -> list[str]:
    """What a task said on its way, without its end."""
    updates = [event["statusUpdate"] async for _, event in client.events(task_id) if "statusUpdate" in event]
    return [words(each) for each in updates[:-1] if "message" in each["status"]]


def sheet(task: TaskRun) -> list[tuple[str, str]]:
    """The parts of a request: the name of each, and its text."""
    return [(part.filename, part.text) for part in task.message.parts]


async def fold(task: TaskRun) -> str:
    await task.artifact("sheet.txt", f"folded {sheet(task)[-1][1]}")
    return "Folded."


async def stamp(task: TaskRun) -> str:
    return f"{sheet(task)}"


async def refuse(task: TaskRun) -> str:
    raise TaskFailed(f"Out of ink for {task.text.splitlines()[0]}.")


async def test_each_link_gets_the_need_and_what_the_one_before_it_made(mesh: "Mesh") -> None:
    async def organise(task: TaskRun) -> str:
        last = (await chain(task, [Need("fold", "paper"), "stamp a sheet", "fold a sheet", "stamp it"]))[-1]
        shorter = await chain(
            task, [Need("fold", "card"), lambda before: Need("stamp", before.artifacts[0].parts[0].text)]
        )
        return f"{last.text} {[each.agent for each in shorter]} {shorter[-1].text}"

    await mesh.join(agent(fold, "folder", "Fold a sheet"))
    await mesh.join(agent(stamp, "stamper", "Stamp a sheet"))
    said = words(await (await mesh.join(boss(organise))).send("go"))
    first = [("", "stamp a sheet"), ("sheet.txt", "folded paper")]
    last = [("", "stamp it"), ("sheet.txt", f"folded {first}")]
    assert said == f"{last} ['folder', 'stamper'] {[('', 'folded card')]}"


async def test_a_chain_ends_at_the_link_that_fails_and_says_which_who_and_why(mesh: "Mesh") -> None:
    caught: list[PatternFailed] = []

    async def organise(task: TaskRun) -> str:
        try:
            await chain(task, [Need("fold", "paper"), "stamp a sheet", "fold a sheet"])
        except PatternFailed as exc:
            caught.append(exc)
            raise
        return ""

    folder = await mesh.join(agent(fold, "folder", "Fold a sheet"))
    await mesh.join(agent(refuse, "stamper", "Stamp a sheet"))
    task = await (await mesh.join(boss(organise))).send("go")
    why = "The agent stamper has FAILED its task. Out of ink for stamp a sheet."
    assert (state(task), words(task)) == ("TASK_STATE_FAILED", f"Link 2 of 3, 'stamp a sheet', failed: {why}")
    assert caught[0].failures == (Failed("stamp a sheet", "stamper", why),)
    assert len(await folder.tasks()) == 1


async def test_a_route_says_whom_it_has_chosen_and_why_and_goes_to_the_next_best_when_told_so(mesh: "Mesh") -> None:
    async def organise(task: TaskRun) -> str:
        done = await route(task, "stamp a sheet of paper in red", tries=2)
        other = await route(task, "stamp a sheet of paper in red", "only this", among=["fold", "paper-folder"])
        await task.ask("Well?")
        return f"{done.agent}: {done.why} / {other.agent}: {other.text}"

    await mesh.join(agent(refuse, "red-stamper", "Stamp a sheet of paper in red"))
    stamper = await mesh.join(agent(stamp, "stamper", "Stamp a sheet of paper"))
    await mesh.join(agent(fold, "paper-folder", "Fold a sheet of paper"))
    client = await mesh.join(boss(organise))
    asked = await client.send("go")
    await asyncio.gather(mesh.leave(client), mesh.leave(stamper))
    client = await mesh.join(boss(organise))
    task = await client.send("well", taskId=asked["id"])
    first, second, third = [text for text in await statuses(client, task["id"]) if "matches" in text]
    assert words(task) == f"stamper: {second.partition('stamper: it ')[2]} / paper-folder: Folded."
    assert first.startswith("Asking red-stamper: it matches skill 'stamp' on:")
    assert second.startswith(
        "The agent red-stamper has FAILED its task. Out of ink for stamp a sheet of paper in red. "
        "Instead, asking stamper: it matches skill 'stamp' on:"
    )
    assert third.startswith("Asking paper-folder: it matches skill 'fold' on:")


async def test_a_route_that_leads_nowhere_says_what_was_needed_and_among_whom(mesh: "Mesh") -> None:
    async def organise(task: TaskRun) -> str:
        return (await route(task, "stamp a sheet", among=["sing", "dance"])).text

    await mesh.join(agent(stamp, "stamper", "Stamp a sheet"))
    task = await (await mesh.join(boss(organise))).send("go")
    assert words(task) == "No agent among dance, sing can do this: 'stamp a sheet'."


async def test_results_stand_in_the_order_of_their_needs_however_long_each_took_and_after_questions(
    mesh: "Mesh",
) -> None:
    """All are begun before the first ends, no more than two at once; one asks, upwards; the rerun swaps nothing."""
    at_work, most, gate = 0, 0, asyncio.Event()

    async def work(task: TaskRun) -> str:
        nonlocal at_work, most
        at_work += 1
        most = max(most, at_work)
        if most == 2:
            gate.set()
        try:
            await gate.wait()
            await asyncio.sleep(0.05)  # long enough for a third one to come, if it may
            answer = (await task.ask("Which colour?")).text if "b" in task.text.split() else ""
        finally:
            at_work -= 1
        return f"{task.text} {answer}".strip()

    async def organise(task: TaskRun) -> str:
        runs.append("run")
        return ", ".join(each.text for each in await parallel(task, [f"stamp {name}" for name in "abcd"], at_once=2))

    runs: list[str] = []
    stamper, client = await mesh.join(agent(work, "stamper", "Stamp a sheet")), await mesh.join(boss(organise))
    asked = await client.send("go")
    assert (state(asked), words(asked)) == ("TASK_STATE_INPUT_REQUIRED", "Which colour?")
    await mesh.leave(client)
    client = await mesh.join(boss(organise))
    done = await client.send("red", taskId=asked["id"])
    assert (state(done), words(done)) == ("TASK_STATE_COMPLETED", "stamp a, stamp b red, stamp c, stamp d")
    assert (len(await stamper.tasks()), len(runs), most) == (4, 2, 2)


async def test_one_that_fails_ends_the_others_and_a_rerun_meets_the_same_failure_at_once(
    mesh: "Mesh", monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = asyncio.Event()

    async def work(task: TaskRun) -> str:
        if "b" in task.text.split():
            await begun.wait()
            raise TaskFailed("Out of ink.")
        begun.set()
        await asyncio.Event().wait()
        return ""

    async def organise(task: TaskRun) -> str:
        try:
            await parallel(task, ["stamp a", "stamp b"])
        except PatternFailed as exc:
            answer = await task.ask(f"{exc.message} {[each.agent for each in exc.failures]}")
            return f"{answer.text}: {exc.message}"
        return ""

    stamper, client = await mesh.join(agent(work, "stamper", "Stamp a sheet")), await mesh.join(boss(organise))
    asked = await client.send("go")
    failed = "One of 2 needs has failed, 'stamp b': The agent stamper has FAILED its task. Out of ink."
    assert words(asked) == f"{failed} ['stamper']"
    assert sorted(map(state, await stamper.tasks())) == [CANCELED, "TASK_STATE_FAILED"]
    monkeypatch.delattr("agentia.agents.patterns.parallelizing.hand_over")
    assert words(await client.send("so", taskId=asked["id"])) == f"so: {failed}"


async def test_with_partial_the_others_are_returned_beside_who_failed(mesh: "Mesh") -> None:
    async def organise(task: TaskRun) -> str:
        needs: list[str | Need] = [Need("stamp", "x"), "fold a sheet", Need("juggle", agent="nobody")]
        done = await parallel(task, needs, partial=True)
        assert isinstance(done[0], Failed)
        assert isinstance(done[2], Failed)
        await task.ask("Well?")
        return f"{done[0].agent}: {done[0].reason} {done[1]!r:.9} {done[2]}"

    await mesh.join(agent(refuse, "stamper", "Stamp a sheet"))
    await mesh.join(agent(fold, "folder", "Fold a sheet"))
    client = await mesh.join(boss(organise))
    said = words(await client.send("well", taskId=(await client.send("go"))["id"]))
    nobody = Failed("juggle", "", "There is no agent 'nobody' on this mesh.")
    assert said == f"stamper: The agent stamper has FAILED its task. Out of ink for x. Delegated {nobody}"


async def test_a_deadline_goes_down_to_all_children(mesh: "Mesh") -> None:
    async def work(task: TaskRun) -> str:
        await asyncio.Event().wait()
        return ""

    async def organise(task: TaskRun) -> str:
        done = await parallel(task, ["stamp a", "stamp b"], partial=True, deadline=time.time() + 0.4)
        return " ".join(each.reason for each in done if isinstance(each, Failed))

    stamper, client = await mesh.join(agent(work, "stamper", "Stamp a sheet")), await mesh.join(boss(organise))
    assert words(await client.send("go")).count("The deadline of this task has passed") == 2
    assert {state(each) for each in await stamper.tasks()} == {"TASK_STATE_FAILED"}


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (lambda task: chain(task, "fold a sheet"), "The links of a chain come in a list. Write ['fold a sheet']."),
        (lambda task: chain(task, [str]), "A need is a text or a Need; <class 'str'> is none."),
        (lambda task: parallel(task, "fold"), "Needs come in a list. Write ['fold']."),
        (
            lambda task: parallel(task, ["fold"], at_once=0),
            "At least one need must be worked on at once; at_once is 0.",
        ),
    ],
    ids=["text", "function", "one", "none"],
)
async def test_what_is_no_list_of_needs_is_said_to_be_none(alone: "Mesh", wrong: Any, said: str) -> None:
    async def organise(task: TaskRun) -> None:
        await wrong(task)

    assert words(await (await alone.serve(boss(organise))).send("go")) == said
