"""The concierge at work: agents found at run time, files and answers passed on, and an account of it."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any

from agentia.agents import Skill, Specialist, TaskRun, specialist

Serve = Callable[..., Awaitable[Any]]


def test_the_newcomers_sentence_goes_through_two_agents(newcomer: Any) -> None:
    assert newcomer.state == "COMPLETED"
    assert newcomer.text == (
        "North grew fastest (+84.2 %). 15 % of North's last month's revenue (48,210.50 EUR) is 7,231.58.\n\n"
        "tables answered “Which region grew fastest?” and “What is North's last month's revenue?”;"
        " calc answered “What is 15 % of 48210.5?”."
    )


def test_each_step_is_said_with_why_its_agent_was_chosen(newcomer: Any) -> None:
    assert newcomer.progress[0] == (
        "I split this into 3 needs: (1) Which region grew fastest? (2) What is its last month's revenue?"
        " (3) What is 15 % of answer 2?"
    )
    asking = [text for text in newcomer.progress if text.startswith("asking")]
    assert asking[0].startswith("asking tables: Which region grew fastest? (matches skill 'growth' on: ")
    assert asking[2].startswith("asking calc: What is 15 % of 48210.5? (matches skill 'percentages' on: ")
    assert "tables: reading sales.csv" in newcomer.progress


def test_the_artifacts_of_all_agents_are_published_under_names_of_their_own(newcomer: Any) -> None:
    assert list(newcomer.artifacts) == [
        "1-tables-result.json",
        "1-tables-result.csv",
        "2-tables-result.json",
        "2-tables-result.csv",
        "3-calc-working.json",
        "account.json",
    ]
    assert newcomer.artifacts["1-tables-result.csv"][0]["text"] == "region,value\nNorth,84.2\n"


def test_the_account_names_need_agent_task_question_and_answer(newcomer: Any) -> None:
    first, looked_up, calculated = newcomer.account
    assert (first["agent"], first["subject"], first["state"]) == ("tables", "North", "answered")
    assert (looked_up["question"], looked_up["value"]) == ("What is North's last month's revenue?", 48210.5)
    assert (calculated["agent"], calculated["value"], calculated["builds_on"]) == ("calc", 7231.575, [2])
    assert calculated["answer"] == "15 % of 48210.5 = 7231.575."
    assert len({need["task"] for need in newcomer.account}) == 3
    assert calculated["artifacts"] == ["3-calc-working.json"]


async def test_a_single_need_is_passed_through_with_its_answer_first(serve: Serve, calc: Specialist) -> None:
    told = await (await serve(calc)).ask("What is 15 % of 80?")
    assert told.text == "15 % of 80 = 12.0.\n\ncalc answered this."
    assert len(told.progress) == 1


async def test_agents_that_take_no_such_file_get_none(
    serve: Serve, tables: Specialist, calc: Specialist, sales: dict[str, Any]
) -> None:
    told = await (await serve(tables, calc)).ask("Which region grew fastest? What is 15 % of 80?", sales)
    assert told.state == "COMPLETED"  # calc refuses to work when it gets a file
    assert [need["agent"] for need in told.account] == ["tables", "calc"]


async def test_a_file_without_words_goes_to_who_takes_its_type(
    serve: Serve, tables: Specialist, calc: Specialist, sales: dict[str, Any]
) -> None:
    told = await (await serve(tables, calc)).ask("", {**sales, "mediaType": "application/csv"})
    assert [need["agent"] for need in told.account] == ["tables"]


async def test_needs_that_build_on_nothing_run_at_the_same_time(serve: Serve) -> None:
    both = asyncio.Barrier(2)

    @specialist(skills=[Skill("rhyme", "Finds a rhyme for a word", tags=["rhyme"])])
    async def poet(_: TaskRun) -> str:
        await both.wait()
        return "moon"

    @specialist(skills=[Skill("spell", "Spells a word aloud", tags=["spell"])])
    async def speller(_: TaskRun) -> str:
        await both.wait()
        return "s-p-o-o-n"

    told = await (await serve(poet, speller)).ask("Find a rhyme for spoon. Spell the word spoon.")
    assert told.text.startswith("moon. s-p-o-o-n.\n\n")


async def test_it_is_the_whole_result_for_who_works_on_content(serve: Serve) -> None:
    seen: list[Any] = []

    @specialist(skills=[Skill("write", "Writes a poem", tags=["poem", "write"])])
    async def poet(task: TaskRun) -> str:
        await task.artifact("poem.txt", "roses are red")
        return "A poem about roses."

    @specialist(skills=[Skill("translate", "Translates a text into French", tags=["french", "translate"])])
    async def translator(task: TaskRun) -> str:
        seen.extend(part.text for part in task.history[0].parts)
        return "les roses sont rouges"

    told = await (await serve(poet, translator)).ask("Write a poem and then translate it to French")
    assert seen == ["Translate it to French", "roses are red"]
    assert told.text.startswith("A poem about roses. les roses sont rouges.")


async def test_an_answer_in_plain_words_can_be_calculated_with(serve: Serve, calc: Specialist) -> None:
    @specialist(direct=True, skills=[Skill("weather", "The temperature of a place", tags=["weather", "temperature"])])
    async def weather(_: Any) -> str:
        return "The temperature is 20 degrees."

    told = await (await serve(weather, calc)).ask("What is the temperature in Rome? What is 50 % of that?")
    assert [need["question"] for need in told.account] == ["What is the temperature in Rome?", "What is 50 % of 20?"]
    assert told.text.startswith("The temperature is 20 degrees. 50 % of 20 is 10.\n\n")
    assert told.account[0]["task"] is None


async def test_a_greeting_introduces_the_agents_that_are_there(
    serve: Serve, tables: Specialist, calc: Specialist
) -> None:
    client = await serve(tables, calc)
    told = await client.ask("Hello!")
    assert told.state == "COMPLETED"
    assert "- calc: Percentages. Try: “What is 15 % of 80?”." in told.text
    assert "- tables: Questions about tables. Try: “Which region grew fastest?”." in told.text
    assert "- concierge" not in told.text
    assert (await client.ask("what can you do?")).text == told.text


async def test_an_empty_mesh_says_that_it_is_empty(serve: Serve) -> None:
    assert "no other agent is here" in (await (await serve()).ask("help")).text


async def test_a_cancelled_request_cancels_what_it_delegated(serve: Serve) -> None:
    stopped = asyncio.Event()

    @specialist(skills=[Skill("wait", "Waits for ever", tags=["wait"])])
    async def waiter(task: TaskRun) -> None:
        await task.status("waiting")
        try:
            await asyncio.Event().wait()
        finally:
            stopped.set()

    client = await serve(waiter)
    task_id = await client.begin("Wait for me", until="waiter: waiting")
    assert (await client.cancel(task_id))["status"]["state"] == "TASK_STATE_CANCELED"
    await stopped.wait()


async def test_another_replica_goes_on_where_one_stopped(mesh: Any, calc: Specialist) -> None:
    runs: Counter[str] = Counter()
    over = asyncio.Event()

    @specialist(skills=[Skill("wait", "Waits for the train", tags=["wait", "train"])])
    async def waiter(task: TaskRun) -> str:
        runs["waiter"] += 1
        await task.status("waiting")
        await over.wait()
        return "It is here."

    @specialist(skills=[Skill("rhyme", "Finds a rhyme for a word", tags=["rhyme", "word"])])
    async def poet(_: TaskRun) -> str:
        runs["poet"] += 1
        return "moon"

    await mesh.start(waiter)
    await mesh.start(poet)
    client = await mesh.client()
    task_id = await client.begin("Find a rhyme for spoon. Wait for the train.", until="waiter: waiting")
    await mesh.stop("concierge")
    client = await mesh.client()
    over.set()
    told = await client.ended(task_id)
    assert told.text.startswith("moon. It is here.\n\n")
    assert runs == {"waiter": 1, "poet": 1}


async def test_a_document_is_passed_on_whole_and_quoted_in_short(serve: Serve) -> None:
    @specialist(skills=[Skill("count", "Counts the words of a text", tags=["count", "words"])])
    async def counter(task: TaskRun) -> str:
        return f"{len(task.text.split())} words."

    told = await (await serve(counter)).ask("Count the words: " + "and then what? " * 1000)
    assert told.text.startswith("3003 words.\n\n")
    assert len(told.progress[0]) < 300
