"""The mesh that authors' tests get in one call."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from agentia.agents import PeerRefused, Request, Skill, TaskRun, specialist
from agentia.agents.testing import mesh


@specialist(skills=[Skill("shout", "Say a text louder")])
async def shouter(task: TaskRun) -> str:
    """Shouts."""
    if task.text == "whom":
        return (await task.ask("Whom do you mean?")).text.upper()
    if task.text == "for ever":
        await asyncio.Event().wait()
    async with task.stream("loud.txt") as out:
        await out.write(task.text.upper())
    await task.artifact("size", {"length": len(task.text)})
    await task.artifact("raw.bin", task.text.encode())
    return "Done."


@specialist(skills=[Skill("organise", "Organise the others")])
async def boss(task: TaskRun) -> str:
    """Hands its text on."""
    return (await task.delegate("say a text louder", task.text)).artifacts[0].parts[0].text


@specialist(skills=[Skill("turn", "Turn a text around")], direct=True)
async def mirror(request: Request) -> str:
    """Replies."""
    return request.text[::-1]


async def test_agents_are_served_found_and_asked() -> None:
    async with mesh(shouter, boss) as m:
        task = await m.send("shouter", "hello")
        passed = await m.send("boss", "hello")
        found = await m.find("say a text louder")

    assert (task.state, task.text, task.agent) == ("COMPLETED", "Done.", "shouter")
    assert task.artifacts == {"loud.txt": "HELLO", "size": {"length": 5}, "raw.bin": b"hello"}
    assert passed.text == "HELLO"
    assert found == ["shouter"]


async def test_a_question_is_answered_and_a_task_cancelled() -> None:
    async with mesh(shouter) as m:
        asked = await m.send("shouter", "whom")
        done = await m.answer(asked, "bob")
        begun = await m.begin("shouter", "for ever")
        canceled = await m.cancel(begun)
        again = await m.settled(begun)
    assert (asked.state, asked.text) == ("INPUT_REQUIRED", "Whom do you mean?")
    assert (done.id, done.text) == (asked.id, "BOB")
    assert (begun.state in ("SUBMITTED", "WORKING"), canceled.state, again.state) == (True, "CANCELED", "CANCELED")


async def test_events_come_one_by_one_and_a_direct_reply_has_no_task() -> None:
    async with mesh(shouter, mirror) as m:
        kinds = [event.WhichOneof("payload") async for event in m.stream("shouter", "hello")]
        reply = await m.send("mirror", "abc")
    assert kinds == ["task", "status_update", *["artifact_update"] * 3, "status_update"]
    assert (reply.state, reply.text, reply.id, reply.artifacts) == ("REPLIED", "cba", "", {})


async def test_what_an_agent_does_not_take_is_refused_with_its_sentence() -> None:
    async with mesh(shouter) as m:
        with pytest.raises(PeerRefused, match="which this agent does not take"):
            await m.send("shouter", b"\x00")


async def test_it_can_be_asked_through_a_gateway() -> None:
    async with mesh(shouter, gateway=True) as m:
        task = await m.send("shouter", "hello")
    assert m.url
    assert task.artifacts["loud.txt"] == "HELLO"


async def test_what_the_environment_says_does_not_count(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("AGENTIA_DATABASE_URL", "postgresql://elsewhere/tasks")
    monkeypatch.setenv("OPENAI_API_KEY", "a real one")
    async with mesh(shouter, data=tmp_path, model="small") as m:
        settings: Any = m.settings
        assert (await m.send("shouter", "hello")).state == "COMPLETED"
    assert (settings.openai_api_key, settings.model) == (None, "small")
    assert (tmp_path / "db" / "shouter.sqlite").exists()
