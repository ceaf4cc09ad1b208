"""When agents fail: the next best one is asked, the rest goes on, and the account says what went wrong."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from agentia.agents import Skill, Specialist, TaskFailed, TaskRejected, TaskRun, specialist

Serve = Callable[..., Awaitable[Any]]
RHYME = Skill("rhyme", "Finds a rhyme for a word", tags=["rhyme", "word"], examples=["Find a rhyme for spoon"])


@specialist(skills=[RHYME], description="Rhymes")
async def broken(_: TaskRun) -> str:
    """Never rhymes."""
    raise TaskFailed("The dictionary is lost.")


@specialist(skills=[Skill("rhyme", "Sometimes a rhyme", tags=["rhyme"])])
async def second(_: TaskRun) -> str:
    """Rhymes, though its card is less like the question."""
    return "moon"


async def test_the_next_best_agent_is_asked_when_the_best_one_fails(serve: Serve) -> None:
    told = await (await serve(broken, second)).ask("Find a rhyme for spoon")
    assert told.state == "COMPLETED"
    assert told.text == ("moon\n\nThe agent broken has FAILED its task. The dictionary is lost. second answered this.")
    assert told.account[0]["tried_before"] == [
        {"agent": "broken", "problem": "The agent broken has FAILED its task. The dictionary is lost."}
    ]
    assert any(
        text.startswith("The agent broken has FAILED") and "Instead, asking second" in text for text in told.progress
    )


async def test_without_another_agent_the_rest_goes_on_and_the_account_says_why(serve: Serve, calc: Specialist) -> None:
    told = await (await serve(broken, calc)).ask("Find a rhyme for spoon. What is 10 % of 50?")
    assert told.state == "COMPLETED"
    assert told.text.startswith(
        "10 % of 50 = 5.0.\n\n“Find a rhyme for spoon.” has no answer: The agent broken has FAILED its task."
        " The dictionary is lost.\n\ncalc answered “What is 10 % of 50?”."
    )


async def test_the_task_fails_only_when_nothing_was_answered(serve: Serve) -> None:
    told = await (await serve(broken)).ask("Find a rhyme for spoon")
    assert told.state == "FAILED"
    assert told.text == (
        "“Find a rhyme for spoon” has no answer: The agent broken has FAILED its task. The dictionary is lost."
    )
    assert told.account[0]["problem"] == "The agent broken has FAILED its task. The dictionary is lost."


async def test_what_builds_on_a_failed_need_says_so_and_asks_nobody(serve: Serve, calc: Specialist) -> None:
    @specialist(skills=[Skill("count", "Counts sheep", tags=["count", "sheep"])])
    async def shepherd(_: TaskRun) -> str:
        raise TaskRejected("It is raining.")

    told = await (await serve(shepherd, calc)).ask("Count the sheep. What is 50 % of that? What is 10 % of 50?")
    failed, dependent, independent = told.account
    assert failed["problem"] == "The agent shepherd has REJECTED its task. It is raining."
    assert dependent["problem"] == "It builds on “Count the sheep.”, which has no answer."
    assert (dependent["agent"], independent["value"]) == (None, 5)


async def test_an_answer_without_a_number_cannot_be_calculated_with(serve: Serve, calc: Specialist) -> None:
    told = await (await serve(second, calc)).ask("Find a rhyme for spoon. What is 50 % of that?")
    assert told.account[1]["problem"] == (
        "The answer to “Find a rhyme for spoon.” holds no single number to calculate with."
    )


@pytest.mark.usefixtures("short_pauses")
async def test_an_agent_that_dies_in_the_middle_is_replaced(mesh: Any) -> None:
    begun, over = asyncio.Event(), asyncio.Event()

    @specialist(skills=[RHYME])
    async def dying(_: TaskRun) -> str:
        begun.set()
        await over.wait()
        return "too late"

    await mesh.start(dying)
    await mesh.start(second)
    client = await mesh.client(patience=10)
    asking = asyncio.create_task(client.ask("Find a rhyme for spoon"))
    await begun.wait()
    stopping = asyncio.create_task(mesh.stop("dying"))
    told = await asking
    over.set()
    await stopping
    assert (told.state, told.account[0]["agent"]) == ("COMPLETED", "second")
    assert told.account[0]["tried_before"][0]["agent"] == "dying"


async def test_a_failed_try_is_not_tried_again_after_a_question(serve: Serve) -> None:
    tries = []

    @specialist(skills=[RHYME])
    async def flaky(_: TaskRun) -> str:
        tries.append(1)
        raise TaskFailed("Not today.")

    @specialist(skills=[Skill("rhyme", "Sometimes a rhyme", tags=["rhyme"])])
    async def asking(task: TaskRun) -> str:
        return f"moon, in {(await task.ask('In which language?')).text}"

    client = await serve(flaky, asking)
    asked = await client.ask("Find a rhyme for spoon")
    told = await client.ask("English", task_id=asked.id)
    assert (told.text.splitlines()[0], len(tries)) == ("moon, in English", 1)


async def test_a_cycle_of_delegations_is_refused_with_a_sentence(serve: Serve) -> None:
    @specialist(skills=[RHYME])
    async def circular(task: TaskRun) -> str:
        return (await task.delegate("Find a rhyme for spoon", agent="concierge")).text

    told = await (await serve(circular)).ask("Find a rhyme for spoon")
    assert told.state == "FAILED"
    assert "concierge" in told.text
    assert "circular has FAILED" in told.text


async def test_a_registry_that_is_away_fails_the_task_with_a_sentence(mesh: Any, calc: Specialist) -> None:
    await mesh.start(calc)
    client = await mesh.client(patience=0.05)
    await mesh.lose_registry()
    told = await client.ask("What is 15 % of 80?")
    assert told.state == "FAILED"
    assert "registry" in told.text
