"""Tools that need their user's word: asked for with what and why, held to it, across restarts."""

import json
from typing import Any

import pytest
from agents import Agent
from agents.testing import ScriptedModel, assistant_message, function_call

from agentia.agents import Skill, Specialist
from tests.agents.sdk.bank import Bank, paying

SKILLS = [Skill("pay", "Pay somebody an amount of money")]
REFUSED = "The user did not allow this call."


def question(task: Any) -> str:
    assert task["status"]["state"] == "TASK_STATE_INPUT_REQUIRED", task["status"]
    return str(task["status"]["message"]["parts"][0]["text"])


async def test_the_question_says_what_is_to_be_called_with_what_and_why(alone: Any) -> None:
    bank = Bank(paying(5), [assistant_message("Done.")])
    client = await alone.serve(bank.specialist)

    asked = await client.send("buy it")
    async for _, event in client.events(asked["id"]):
        told = event.get("statusUpdate", {}).get("metadata", {}).get("urn:agentia:approval:v1")
        if told:
            break

    assert told == {"agent": "bank", "tool": "pay", "arguments": '{"amount":5}'}
    assert question(asked) == (
        "bank wants to call pay with amount=5. What it does: Send money to the shop. It cannot be had back."
        " May it? Answer yes or no."
    )
    assert bank.paid == []


@pytest.mark.parametrize("answer", ["Yes, please", {"data": {"approved": True}}], ids=["words", "data"])
async def test_an_approved_call_is_made_once_and_the_model_is_not_asked_again(alone: Any, answer: Any) -> None:
    bank = Bank(paying(5), [assistant_message("Done.")])
    client = await alone.serve(bank.specialist)
    asked = await client.send("buy it")

    done = await client.send(answer, taskId=asked["id"])

    assert done["status"]["state"] == "TASK_STATE_COMPLETED"
    assert bank.paid == [5]
    assert len(bank.model.calls) == 2
    assert bank.model.calls[-1].input[-1]["output"] == "paid 5"


async def test_a_refused_call_is_not_made_and_the_model_hears_why(alone: Any) -> None:
    bank = Bank(paying(5), [assistant_message("As you like.")])
    client = await alone.serve(bank.specialist)
    asked = await client.send("buy it")

    done = await client.send("no, that is too much", taskId=asked["id"])

    assert done["status"]["state"] == "TASK_STATE_COMPLETED"
    assert bank.paid == []
    assert bank.model.calls[-1].input[-1]["output"] == f"{REFUSED} They said: no, that is too much"


async def test_what_is_neither_yes_nor_no_is_asked_again(alone: Any) -> None:
    bank = Bank(paying(5), [assistant_message("Done.")])
    client = await alone.serve(bank.specialist)
    asked = await client.send("buy it")

    again = await client.send("what for?", taskId=asked["id"])
    assert question(again).startswith("That was neither a yes nor a no. bank wants to call pay")
    await client.send("ok", taskId=asked["id"])

    assert bank.paid == [5]


async def test_each_of_several_calls_is_asked_for_and_an_id_used_twice_approves_nothing_else(alone: Any) -> None:
    """Some providers number the calls of each answer from call_0: an approval is for one call, not for its id."""
    bank = Bank(
        paying(1, call_id="call_0") + paying(2, call_id="call_1"), paying(3, call_id="call_0"), [assistant_message("!")]
    )
    client = await alone.serve(bank.specialist)

    task = await client.send("buy all")
    asked = [question(task)]
    for answer in ("yes", "no", "yes"):
        task = await client.send(answer, taskId=task["id"])
        asked.append(question(task) if "message" in task["status"] else "")

    assert [each.partition(".")[0][-8:] for each in asked] == ["amount=1", "amount=2", "amount=3", ""]
    assert bank.paid == [1, 3]


async def test_an_approval_survives_a_restart(alone: Any) -> None:
    bank = Bank(paying(5), [assistant_message("Done.")])
    first = await alone.serve(bank.specialist)
    asked = await first.send("buy it")
    await alone.leave(first)

    client = await alone.serve(bank.specialist)
    done = await client.send("yes", taskId=asked["id"])

    assert done["status"]["state"] == "TASK_STATE_COMPLETED"
    assert (bank.paid, len(bank.model.calls)) == ([5], 2)


async def test_an_approval_counts_once_and_from_its_owner_only(mesh: Any) -> None:
    bank = Bank(paying(5), [assistant_message("Done.")])
    client = await mesh.join(bank.specialist)
    ann, bob = await mesh.hop(client.url, "ann"), await mesh.hop(client.url, "bob")
    asked = await client.send("buy it", hop=ann)
    answer = {"messageId": "a1", "role": "ROLE_USER", "parts": [{"text": "yes"}], "taskId": asked["id"]}

    stranger = await client.rpc("SendMessage", {"message": {**answer, "messageId": "b1"}}, **{"Agentia-Hop": bob})
    assert stranger["error"]["message"].startswith("There is no task")
    assert bank.paid == []

    await client.send("yes", id="a1", taskId=asked["id"], hop=ann)
    again = await client.send("yes", id="a1", taskId=asked["id"], hop=ann)
    late = await client.rpc("SendMessage", {"message": {**answer, "messageId": "a2"}}, **{"Agentia-Hop": ann})

    assert again["status"]["state"] == "TASK_STATE_COMPLETED"
    assert "error" in late
    assert bank.paid == [5]


async def test_an_agent_that_is_a_tool_asks_in_its_own_name(alone: Any) -> None:
    bank = Bank(paying(5), [assistant_message("Paid.")])
    desk = ScriptedModel([[function_call("bank", {"input": "pay 5"}, call_id="c5")], [assistant_message("All done.")]])
    agent = Agent(name="desk", model=desk, tools=[bank.agent.as_tool("bank", "Pays.")])
    client = await alone.serve(Specialist(agent, skills=SKILLS))

    asked = await client.send("buy it")
    assert question(asked).startswith("bank wants to call pay with amount=5.")
    done = await client.send("yes", taskId=asked["id"])

    assert [part["text"] for part in done["artifacts"][0]["parts"]] == ["All done."]
    assert (bank.paid, len(bank.model.calls), len(desk.calls)) == ([5], 2, 2)


async def test_an_answer_counts_for_its_own_call_though_other_runs_number_theirs_alike(alone: Any) -> None:
    """Three are asked for at once: the agent's own call_0, and call_0 of both runs of the agent that is its tool."""
    bank = Bank(paying(2, call_id="call_0"), paying(3, call_id="call_0"), *[[assistant_message("Done.")]] * 2)
    runs = [function_call("bank", {"input": "pay"}, call_id=f"call_{number}") for number in (1, 2)]
    desk = ScriptedModel([[*paying(1, call_id="call_0"), *runs], [assistant_message("Done.")]])
    agent = Agent(name="bank", model=desk, tools=[*bank.agent.tools, bank.agent.as_tool("bank", "Pays.")])
    client = await alone.serve(Specialist(agent, skills=SKILLS))

    task, asked = await client.send("buy it"), []
    while task["status"]["state"] == "TASK_STATE_INPUT_REQUIRED":
        asked.append(question(task).partition(".")[0][-1])
        task = await client.send("yes" if asked[-1] == "2" else "no", taskId=task["id"])

    assert sorted(asked) == ["1", "2", "3"]
    assert bank.paid == [2]


@pytest.mark.parametrize("needed", [False, lambda _context, arguments, _id: arguments["amount"] > 5])
async def test_a_no_holds_though_the_call_needs_no_approval_any_more(alone: Any, text_of: Any, needed: Any) -> None:
    """Whose code has changed while its user was asked must not go on as if nobody had been."""
    bank = Bank(paying(5), [assistant_message("Paid.")])
    first = await alone.serve(bank.specialist)
    asked = await first.send("buy it")
    await alone.leave(first)
    bank.agent.tools[0].needs_approval = needed  # type: ignore[union-attr]
    second = await alone.serve(bank.specialist)

    done = await second.send("no", taskId=asked["id"])

    assert done["status"]["state"] == "TASK_STATE_FAILED"
    assert "is not the one that ran before" in text_of(done)
    assert bank.paid == []


async def test_a_renamed_agent_repeats_nothing_that_it_has_done_under_its_old_name(alone: Any, text_of: Any) -> None:
    bank = Bank(paying(5), paying(6), [assistant_message("Paid.")])
    first = await alone.serve(bank.specialist)
    asked = await first.send("buy it")
    asked = await first.send("yes", taskId=asked["id"])
    await alone.leave(first)
    renamed = Bank(paying(5), paying(6), [assistant_message("Paid.")])
    renamed.agent.name = "treasury"
    second = await alone.serve(Specialist(renamed.agent, skills=SKILLS, name="bank"))

    done = await second.send("yes", taskId=asked["id"])

    assert done["status"]["state"] == "TASK_STATE_FAILED"
    assert "is not the one that ran before" in text_of(done)
    assert (bank.paid, renamed.paid, len(renamed.model.calls)) == ([5], [], 0)


async def test_data_of_many_keys_is_the_same_question_after_the_answer(alone: Any) -> None:
    """The order of its keys is lost on the way, and must not be another one each time that it is read."""
    bank = Bank(paying(5), [assistant_message("Done.")])
    client = await alone.serve(bank.specialist)
    order = dict.fromkeys(("tea", "milk", "sugar", "bread", "salt", "rice", "jam", "oil"), 1)
    asked = await client.send({"data": order})

    done = await client.send("yes", taskId=asked["id"])

    assert done["status"]["state"] == "TASK_STATE_COMPLETED", done["status"]
    assert json.loads(bank.model.calls[0].input[0]["content"]) == order
