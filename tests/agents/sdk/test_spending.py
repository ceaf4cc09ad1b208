"""What models cost: told with the answer, held to a budget, counted once, and shared with whom a task is given to."""

from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

import pytest
from a2a.types.a2a_pb2 import Artifact, StreamResponse, Task, TaskStatus
from agents import Agent, Runner, function_tool

from agentia.agents import Skill, Specialist, send_task
from agentia.agents.child import Child
from agentia.agents.peer import Peer
from agentia.agents.spending import Spending
from agentia.agents.testing import Call, Say, scripted
from agentia.cards.extensions import USAGE
from agentia.core.settings import Settings
from agentia.tasks.states import COMPLETED

SKILLS = [Skill("convert", "Convert an amount between currencies")]
PRICE = "1000000,2000000"
"""One a token of a question, two a token of an answer."""


@function_tool
def again() -> str:
    """Does nothing."""
    return "again"


def agent(*steps: Say, name: str = "fx", tools: Any = (again,)) -> Specialist:
    return Specialist(Agent(name=name, model=scripted(*steps), tools=list(tools)), skills=SKILLS)


def usage(task: Any) -> dict[str, float]:
    """What the answer of a task says that was used."""
    return dict(next(each["metadata"][USAGE] for each in task["artifacts"] if USAGE in each.get("metadata", {})))


async def last_event(client: Any, task: Any) -> Any:
    return [event async for _, event in client.events(task["id"])][-1]["statusUpdate"]


def test_children_that_work_at_once_cannot_spend_more_than_is_left() -> None:
    spending = Spending(Settings(task_cost=100.0))
    spending.add({"cost": 20.0})
    lent: list[float] = []
    with ExitStack() as at_work:
        for place in "abcdef":
            assert spending.share is not None
            lent.append(spending.share)
            at_work.enter_context(spending.lending(place, spending.share))

    assert lent[:3] == [40.0, 20.0, 10.0]
    assert sum(lent) < 80.0
    assert spending.left == 80.0


@pytest.mark.parametrize(
    ("told", "lent", "counted"),
    [
        ({"total_tokens": 15, "cost": 2.0}, None, {"total_tokens": 15, "cost": 2.0}),
        ({"total_tokens": 15, "cost": 2.0}, 1.5, {"total_tokens": 15, "cost": 1.5}),
        ({"total_tokens": -15, "cost": "much", "more": 1}, 1.5, {}),
        ("nonsense", None, {}),
    ],
)
def test_the_usage_of_a_child_whose_last_status_is_gone_is_that_of_its_answer_as_far_as_it_makes_sense(
    told: Any, lent: float | None, counted: dict[str, float]
) -> None:
    child = Child(Peer("fx", ("http://127.0.0.1:9/",), "1.0"), "step/delegate/0", b"", lent=lent)
    task = Task(id="t", status=TaskStatus(state=COMPLETED), artifacts=[Artifact(artifact_id="a")])
    task.artifacts[0].metadata.update({USAGE: told})
    child.take(1, StreamResponse(task=task))

    assert child.used == counted


async def test_an_answer_and_the_end_of_a_task_say_what_it_has_cost(alone: Any) -> None:
    client = await alone.serve(agent(Say(calls=[Call("again")]), Say("92")), model_price=PRICE)

    task = await client.send("100 USD in EUR")

    assert (usage(task)["total_tokens"], usage(task)["cost"]) == (30, 40)
    assert (await last_event(client, task))["metadata"][USAGE] == usage(task)


async def test_without_a_price_no_cost_is_told(alone: Any) -> None:
    client = await alone.serve(agent(Say("92")))

    assert "cost" not in usage(await client.send("100 USD in EUR"))


@pytest.mark.parametrize(("budget", "calls"), [(0.0, 0), (1.0, 1), (20.0, 1), (21.0, 2)])
async def test_a_budget_of_money_ends_a_task_with_a_sentence(
    alone: Any, text_of: Callable[[Any], str], budget: float, calls: int
) -> None:
    made = agent(*[Say(calls=[Call("again")])] * 5)
    client = await alone.serve(made, model_price=PRICE, task_cost=budget)

    task = await client.send("go")

    assert task["status"]["state"] == "TASK_STATE_FAILED"
    assert f"have cost {20 * calls}, of a budget of {budget:g}" in text_of(task)
    assert "AGENTIA_TASK_COST" in text_of(task)
    told = (await last_event(client, task)).get("metadata", {}).get(USAGE, {})
    assert told.get("requests", 0) == calls


async def test_a_budget_needs_a_price(alone: Any, text_of: Callable[[Any], str]) -> None:
    client = await alone.serve(agent(Say("92")), task_cost=1.0)

    task = await client.send("go")

    assert task["status"]["state"] == "TASK_STATE_REJECTED"
    assert "AGENTIA_MODEL_PRICE" in text_of(task)


async def test_what_was_paid_before_a_restart_is_counted_once_and_at_its_price_then(alone: Any) -> None:
    @function_tool(needs_approval=True)
    def pay() -> str:
        """Send money."""
        return "paid"

    made = agent(Say(calls=[Call("pay")]), Say("Done."), tools=[pay])
    client = await alone.serve(made, model_price=PRICE)
    asked = await client.send("pay")
    await alone.leave(client)
    client = await alone.serve(made, model_price="3000000,0")

    task = await client.send("yes", taskId=asked["id"])

    assert (usage(task)["requests"], usage(task)["cost"]) == (2, 20 + 30)


async def test_what_others_use_for_a_task_is_counted_in_it(mesh: Any) -> None:
    desk = agent(
        Say(calls=[Call("send_task", {"agent": "fx", "message": "100 USD in EUR"})]),
        Say("92"),
        name="desk",
        tools=[send_task],
    )
    await mesh.join(agent(Say("It is 92.", tokens=(100, 50))), model_price=PRICE)
    client = await mesh.join(desk, model_price=PRICE)

    task = await client.send("100 USD in EUR")

    used = usage(task)
    assert (used["requests"], used["total_tokens"], used["cost"]) == (3, 180, 20 + 200 + 20)


async def test_what_was_used_within_a_tool_counts_after_a_restart_too(mesh: Any) -> None:
    """A finished tool is not called again, and so neither its own runs nor the agents that it has sent tasks."""
    poet = Agent(name="poet", model=scripted(Say("roses")))

    @function_tool
    async def rhyme() -> str:
        return str((await Runner.run(poet, "a line")).final_output)

    @function_tool(needs_approval=True)
    def pay() -> str:
        """Send money."""
        return "paid"

    both = [Call("rhyme", id="r"), Call("send_task", {"agent": "fx", "message": "100 USD in EUR"}, id="s")]
    steps = Say(calls=both), Say(calls=[Call("pay", id="p")]), Say("Done.")
    await mesh.join(agent(Say("92")), model_price=PRICE)
    client = await mesh.join(agent(*steps, name="desk", tools=[rhyme, send_task, pay]), model_price=PRICE)
    asked = await client.send("go")

    task = await client.send("yes", taskId=asked["id"])

    assert (usage(task)["requests"], usage(task)["cost"]) == (5, 5 * 20)


async def test_others_may_spend_half_of_what_is_left_and_a_failed_one_is_paid_for(mesh: Any) -> None:
    model = scripted(
        Say(calls=[Call("send_task", {"agent": "fx", "message": "100 USD in EUR"})]),
        Say("It was too much."),
    )
    desk = Specialist(Agent(name="desk", model=model, tools=[send_task]), skills=SKILLS)
    other = await mesh.join(agent(*[Say(calls=[Call("again")])] * 5), model_price=PRICE)
    client = await mesh.join(desk, model_price=PRICE, task_cost=100.0)

    task = await client.send("100 USD in EUR")

    (told,) = [item["output"] for item in model.calls[-1].input if item.get("type") == "function_call_output"]
    assert "have cost 40, of a budget of 40. Ask for less at once; ask with a larger budget." in told
    assert (usage(task)["requests"], usage(task)["cost"]) == (4, 20 + 40 + 20)
    assert other.name == "fx"
