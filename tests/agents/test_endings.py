"""How a delegation can end before it is done: failures, cancelling, deadlines, cycles, agents that go away."""

import asyncio
import time
from contextlib import nullcontext
from typing import TYPE_CHECKING

import pytest

from agentia.agents import (
    NoAgentFits,
    PeerError,
    PeerFailed,
    Request,
    TaskFailed,
    TaskRejected,
    TaskRun,
)
from tests.agents.family import child, parent, pass_on, shout, words

if TYPE_CHECKING:
    from tests.agents.conftest import Mesh

DEADLINE = "urn:agentia:deadline:v1"
NAMES = ("ping", "pong")


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (TaskFailed("No voice today."), "The agent shouter has FAILED its task. No voice today."),
        (TaskRejected("Too loud."), "The agent shouter has REJECTED its task. Too loud."),
        (RuntimeError("secret"), "The agent shouter has FAILED its task. The agent failed while it worked"),
    ],
)
async def test_how_a_child_failed_reaches_the_user(mesh: "Mesh", error: Exception, said: str) -> None:
    async def fail(_task: TaskRun) -> str:
        raise error

    await mesh.join(child(fail))
    task = await (await mesh.join(parent(pass_on))).send("hello")
    assert task["status"]["state"] == "TASK_STATE_FAILED"
    assert words(task).startswith(said)
    assert "secret" not in words(task)


async def test_a_failed_delegation_that_the_author_caught_is_the_same_at_the_next_attempt(mesh: "Mesh") -> None:
    seen: list[str] = []

    async def careful(task: TaskRun) -> str:
        for need in ("say a text louder", "fly to the moon"):
            try:
                await task.delegate(need, task.text)
            except PeerError as exc:
                seen.append(f"{type(exc).__name__}: {exc.message}")
        return (await task.ask("What now?")).text

    async def fail(_task: TaskRun) -> str:
        raise TaskFailed("No voice.")

    shouter = await mesh.join(child(fail))
    boss = await mesh.join(parent(careful))
    asked = await boss.send("hello")
    await mesh.leave(shouter)
    await mesh.join(child(shout, "moon", "fly to the moon"))
    done = await boss.send("stop", taskId=asked["id"])
    assert words(done) == "stop"
    assert seen[:2] == seen[2:]
    assert seen[0] == f"{PeerFailed.__name__}: The agent shouter has FAILED its task. No voice."
    assert seen[1].startswith(NoAgentFits.__name__)


async def test_cancelling_the_parent_cancels_the_child(mesh: "Mesh") -> None:
    begun = asyncio.Event()

    async def endless(_task: TaskRun) -> str:
        begun.set()
        await asyncio.Event().wait()
        return ""

    shouter, boss = await mesh.join(child(endless)), await mesh.join(parent(pass_on))
    task_id = await boss.begin("hello")
    await begun.wait()
    canceled = (await boss.rpc("CancelTask", {"id": task_id}))["result"]
    assert canceled["status"]["state"] == "TASK_STATE_CANCELED"
    assert [each["status"]["state"] for each in await shouter.tasks()] == ["TASK_STATE_CANCELED"]


async def test_cancelling_a_parent_that_waits_for_its_user_cancels_the_child_that_asked(mesh: "Mesh") -> None:
    async def asking(task: TaskRun) -> str:
        return (await task.ask("How loud?")).text

    shouter, boss = await mesh.join(child(asking)), await mesh.join(parent(pass_on))
    asked = await boss.send("hello")
    await boss.rpc("CancelTask", {"id": asked["id"]})
    assert [each["status"]["state"] for each in await shouter.tasks()] == ["TASK_STATE_CANCELED"]


async def test_a_question_that_the_author_swallows_is_asked_all_the_same_and_the_child_waits(mesh: "Mesh") -> None:
    async def asking(task: TaskRun) -> str:
        return (await task.ask("How loud?")).text

    async def swallowing(task: TaskRun) -> str:
        try:
            return (await task.delegate("say a text louder", task.text)).text
        except BaseException:  # noqa: BLE001  what no author should do
            return "never mind"

    shouter, boss = await mesh.join(child(asking)), await mesh.join(parent(swallowing))
    asked = await boss.send("hello")
    assert words(asked) == "How loud?"
    assert words(await boss.send("very", taskId=asked["id"])) == "very"
    assert [each["status"]["state"] for each in await shouter.tasks()] == ["TASK_STATE_COMPLETED"]


async def test_a_parent_that_fails_leaves_no_child_behind(mesh: "Mesh") -> None:
    begun = asyncio.Event()

    async def endless(_task: TaskRun) -> str:
        begun.set()
        await asyncio.Event().wait()
        return ""

    async def careless(task: TaskRun) -> None:
        waiting = asyncio.create_task(task.branch("a").delegate("say a text louder", "x"))
        await begun.wait()
        raise TaskFailed(f"I give up{'' if waiting.done() else ' while it works'}.")

    shouter, boss = await mesh.join(child(endless)), await mesh.join(parent(careless))
    task = await boss.send("hello")
    assert words(task) == "I give up while it works."
    assert [event async for _, event in boss.events(task["id"])][-1]["statusUpdate"]["status"] == task["status"]
    (theirs,) = await shouter.tasks()
    assert (await shouter.settled(theirs["id"]))["status"]["state"] == "TASK_STATE_CANCELED"


async def test_a_parent_that_stops_in_good_order_leaves_its_child_working(mesh: "Mesh") -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def waiting(task: TaskRun) -> str:
        begun.set()
        await go_on.wait()
        return task.text

    shouter, boss = await mesh.join(child(waiting)), await mesh.join(parent(pass_on))
    task_id = await boss.begin("hello")
    await begun.wait()
    await mesh.leave(boss)
    assert [each["status"]["state"] for each in await shouter.tasks()] == ["TASK_STATE_WORKING"]
    boss = await mesh.join(parent(pass_on))
    go_on.set()
    assert words(await boss.settled(task_id)) == "shouter said hello"
    assert len(await shouter.tasks()) == 1


async def test_a_deadline_goes_along_and_fails_child_and_parent_with_a_sentence(mesh: "Mesh") -> None:
    async def endless(_task: TaskRun) -> str:
        await asyncio.Event().wait()
        return ""

    shouter, boss = await mesh.join(child(endless)), await mesh.join(parent(pass_on))
    hop = await mesh.hop(boss.url, deadline=time.time() + 1)
    task = await boss.send("hello", hop=hop)
    assert task["status"]["state"] == "TASK_STATE_FAILED"
    assert words(task).startswith("The deadline of this task has passed")
    ann = {"Agentia-Hop": await mesh.hop(shouter.url)}
    theirs = await shouter.tasks(**ann)
    while theirs[0]["status"]["state"] == "TASK_STATE_WORKING":
        theirs = await shouter.tasks(**ann)
    assert theirs[0]["status"]["state"] == "TASK_STATE_FAILED"
    assert words(theirs[0]).startswith("The deadline of this task has passed")


async def test_a_message_may_carry_its_deadline_itself(mesh: "Mesh") -> None:
    async def endless(_task: TaskRun) -> str:
        await asyncio.Event().wait()
        return ""

    shouter = await mesh.join(child(endless))
    soon = {DEADLINE: time.time() + 0.1}
    assert "deadline" in words(await shouter.send("hello", metadata=soon))
    wrong = {
        "messageId": "1",
        "role": "ROLE_USER",
        "parts": [{"text": "x"}],
        "metadata": {DEADLINE: "soon"},
    }
    refused = await shouter.rpc("SendMessage", {"message": wrong})
    assert "is not a time. Give unix seconds" in refused["error"]["message"]


async def test_a_direct_reply_has_a_deadline_too(mesh: "Mesh") -> None:
    async def endless(_request: Request) -> str:
        await asyncio.Event().wait()
        return ""

    shouter = await mesh.join(child(endless, direct=True))
    soon = {"messageId": "1", "role": "ROLE_USER", "parts": [{"text": "x"}], "metadata": {DEADLINE: time.time() + 0.1}}
    refused = await shouter.rpc("SendMessage", {"message": soon})
    assert refused["error"]["message"] == "The deadline has passed before the answer was ready."


async def test_a_delegation_has_a_deadline_of_its_own(mesh: "Mesh") -> None:
    async def endless(_task: TaskRun) -> str:
        await asyncio.Event().wait()
        return ""

    async def impatient(task: TaskRun) -> str:
        try:
            return (await task.delegate("say a text louder", "x", deadline=time.time() + 1)).text
        except PeerFailed as exc:
            return exc.message

    shouter, boss = await mesh.join(child(endless)), await mesh.join(parent(impatient))
    done = await boss.send("hello")
    assert done["status"]["state"] == "TASK_STATE_COMPLETED"
    assert words(done).startswith("The agent shouter has FAILED its task. The deadline of this task has passed")
    assert [each["status"]["state"] for each in await shouter.tasks()] == ["TASK_STATE_FAILED"]


async def test_the_principal_of_the_hop_token_owns_the_child(mesh: "Mesh") -> None:
    shouter, boss = await mesh.join(child(shout)), await mesh.join(parent(pass_on))
    await boss.send("hello", hop=await mesh.hop(boss.url, "ann"))
    ann, bob = [{"Agentia-Hop": await mesh.hop(shouter.url, who)} for who in ("ann", "bob")]
    (task,) = await shouter.tasks(**ann)
    assert await shouter.tasks(**bob) == []
    assert await shouter.tasks() == []
    assert (await shouter.rpc("GetTask", {"id": task["id"]}, **bob))["error"]["code"] == -32001


async def test_a_cycle_of_delegations_is_refused_with_a_sentence_that_reaches_the_user(mesh: "Mesh") -> None:
    async def to(task: TaskRun) -> str:
        other = {"ping": "pong", "pong": "ping"}[task.services]
        return (await task.delegate("play", task.text, agent=other)).text

    ping, pong = (child(to, name, f"Play {name}", lifespan=lambda name=name: nullcontext(name)) for name in NAMES)
    client, other = await mesh.join(ping), await mesh.join(pong)
    task = await client.send("hello")
    assert task["status"]["state"] == "TASK_STATE_FAILED"
    assert "The agent ping refused: ping already works on this task: ping → pong → ping." in words(task)
    assert len(await client.tasks()) == len(await other.tasks()) == 1


async def test_an_agent_is_never_chosen_for_what_led_to_it(mesh: "Mesh") -> None:
    async def again(task: TaskRun) -> str:
        return (await task.delegate("say a text louder", task.text)).text

    boss = await mesh.join(parent(again))
    await mesh.join(child(again))
    said = words(await boss.send("hello"))
    assert said == "The agent shouter has FAILED its task. No agent on this mesh can do this: 'say a text louder'."


async def test_a_task_that_was_handed_on_eight_times_goes_no_further(mesh: "Mesh") -> None:
    shouter, boss = await mesh.join(child(shout)), await mesh.join(parent(pass_on))
    token: str | None = None
    chain: tuple[str, ...] = ()
    names = [f"agent-{number}" for number in range(8)]
    for name, following in zip(names, [*names[1:], "boss"], strict=True):
        audience = boss.url if following == "boss" else following
        token = await mesh.hop(audience, issuer=name, chain=chain, previous=token)
        chain = (*chain, name)
    task = await boss.send("hello", hop=token)
    assert "The agent shouter refused: The task was handed on more than 8 times." in words(task)
    assert await shouter.tasks(**{"Agentia-Hop": await mesh.hop(shouter.url)}) == []


async def test_a_child_whose_agent_moves_is_followed_to_its_new_address(mesh: "Mesh") -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def waiting(task: TaskRun) -> str:
        async with task.stream("loud.txt") as out:
            await out.write("one ")
        begun.set()
        await go_on.wait()
        await task.artifact("more", "two")
        return "done"

    async def collecting(task: TaskRun) -> str:
        result = await task.delegate("say a text louder", task.text)
        return " ".join(f"{each.name}={''.join(part.text for part in each.parts)}" for each in result.artifacts)

    shouter, boss = await mesh.join(child(waiting)), await mesh.join(parent(collecting))
    task_id = await boss.begin("hello")
    await begun.wait()
    await mesh.leave(shouter)
    go_on.set()
    moved = await mesh.join(child(waiting))
    assert moved.url != shouter.url
    assert words(await boss.settled(task_id)) == "loud.txt=one  more=two"
    assert len(await moved.tasks()) == 1


async def test_a_parent_that_restarts_while_the_childs_agent_is_away_waits_for_it(mesh: "Mesh") -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def waiting(_task: TaskRun) -> str:
        begun.set()
        await go_on.wait()
        return "back"

    shouter, boss = await mesh.join(child(waiting)), await mesh.join(parent(pass_on))
    task_id = await boss.begin("hello")
    await begun.wait()
    await asyncio.gather(mesh.leave(boss), mesh.leave(shouter))
    go_on.set()
    boss = await mesh.join(parent(pass_on))
    shouter = await mesh.join(child(waiting))
    assert words(await boss.settled(task_id)) == "shouter said back"
    assert len(await shouter.tasks()) == 1


async def test_an_agent_that_stays_away_is_given_up_with_a_sentence(mesh: "Mesh") -> None:
    begun = asyncio.Event()

    async def endless(_task: TaskRun) -> str:
        begun.set()
        await asyncio.Event().wait()
        return ""

    shouter, boss = await mesh.join(child(endless)), await mesh.join(parent(pass_on), patience=1.0)
    task_id = await boss.begin("hello")
    await begun.wait()
    await mesh.leave(shouter)
    said = words(await boss.settled(task_id))
    assert said == "The agent shouter does not answer any more. It takes no connections."
