"""What an agent remembers: the finished tasks of the same owner in the same conversation, each once."""

import json
from typing import Any

from agents import Agent
from agents.testing import assistant_message
from pydantic import BaseModel

from agentia.agents import Skill, Specialist
from agentia.agents.testing import Say, scripted
from tests.agents.sdk.bank import Bank, paying

SKILLS = [Skill("talk", "Talk about things")]


def heard(model: Any) -> list[list[tuple[str, str]]]:
    """Roles and texts of each call's input."""
    return [
        [(item.get("role", item.get("type")), item.get("content", "")) for item in call.input] for call in model.calls
    ]


async def test_a_conversation_goes_on_where_it_was(alone: Any) -> None:
    model = scripted(Say("Hello Ann."), Say("You are Ann."), Say("Who are you?"))
    client = await alone.serve(Specialist(Agent(name="friend", model=model), skills=SKILLS))

    first = await client.send("I am Ann.")
    await client.send("Who am I?", contextId=first["contextId"])
    await client.send("Who am I?")

    said = [("user", "I am Ann."), ("assistant", "Hello Ann.")]
    assert heard(model) == [[said[0]], [*said, ("user", "Who am I?")], [("user", "Who am I?")]]


async def test_the_conversation_of_another_owner_is_not_heard(mesh: Any) -> None:
    model = scripted(Say("Hello Ann."), Say("I cannot know."))
    client = await mesh.join(Specialist(Agent(name="friend", model=model), skills=SKILLS))
    ann, bob = await mesh.hop(client.url, "ann"), await mesh.hop(client.url, "bob")
    mine = await client.send("I am Ann.", hop=ann)

    message = {"messageId": "m", "role": "ROLE_USER", "parts": [{"text": "Who is she?"}]}
    stolen = await client.rpc(
        "SendMessage", {"message": {**message, "contextId": mine["contextId"]}}, **{"Agentia-Hop": bob}
    )

    assert "error" in stolen
    assert len(model.calls) == 1


async def test_a_rerun_hears_the_same_conversation_once_though_it_went_on_meanwhile(alone: Any) -> None:
    bank = Bank(paying(5), [assistant_message("Later.")], [assistant_message("Done.")])
    client = await alone.serve(bank.specialist)
    asked = await client.send("buy it")

    await client.send("Anything else?", contextId=asked["contextId"])
    done = await client.send("yes", taskId=asked["id"])

    assert done["status"]["state"] == "TASK_STATE_COMPLETED"
    assert [[text for role, text in call if role == "user"] for call in heard(bank.model)] == [
        ["buy it"],
        ["Anything else?"],
        ["buy it"],
    ]


async def test_what_was_deleted_is_forgotten(alone: Any) -> None:
    model = scripted(Say("Hello Ann."), Say("I do not know."))
    client = await alone.serve(Specialist(Agent(name="friend", model=model), skills=SKILLS))
    first = await client.send("I am Ann.")
    await client.rpc("DeleteTask", {"id": first["id"]})

    await client.send("Who am I?", contextId=first["contextId"])

    assert heard(model)[1] == [("user", "Who am I?")]


async def test_data_that_was_asked_and_answered_is_remembered_as_json(alone: Any) -> None:
    class Price(BaseModel):
        amount: float

    model = scripted(Say('{"amount": 92.5}'), Say('{"amount": 93}'))
    client = await alone.serve(Specialist(Agent(name="fx", model=model, output_type=Price), skills=SKILLS))

    first = await client.send({"data": {"amount": 100, "base": "USD"}})
    await client.send("And now?", contextId=first["contextId"])

    question, answer, _ = heard(model)[1]
    assert (question[0], json.loads(question[1])) == ("user", {"amount": 100, "base": "USD"})
    assert answer == ("assistant", '{"amount": 92.5}')
