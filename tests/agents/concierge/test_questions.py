"""When nothing fits or an agent asks: the user is asked, and what was done before is not done again."""

from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any

from agentia.agents import Skill, Specialist, TaskRun, specialist

Serve = Callable[..., Awaitable[Any]]


async def test_what_nobody_can_do_is_asked_back_with_what_the_mesh_can(serve: Serve, calc: Specialist) -> None:
    told = await (await serve(calc)).ask("Book a flight to Rome")
    assert told.state == "INPUT_REQUIRED"
    assert told.text == (
        "No agent on this mesh fits “Book a flight to Rome”. The mesh has calc (Percentages). Say it in other words,"
        ' name the agent that shall do it, or answer "skip".'
    )


async def test_the_answer_may_say_it_in_other_words(serve: Serve, calc: Specialist) -> None:
    client = await serve(calc)
    asked = await client.ask("How much tip for a bill of eighty?")
    told = await client.ask("What is 15 % of 80?", task_id=asked.id)
    assert (told.state, told.account[0]["value"]) == ("COMPLETED", 12)


async def test_the_answer_may_name_an_agent(serve: Serve, calc: Specialist) -> None:
    @specialist(skills=[Skill("echo", "Says a text again", tags=["echo"])])
    async def parrot(task: TaskRun) -> str:
        return task.text

    client = await serve(calc, parrot)
    asked = await client.ask("Book a flight to Rome")
    told = await client.ask("Ask parrot.", task_id=asked.id)
    assert told.text.startswith("Book a flight to Rome\n\nparrot answered this.")


async def test_the_answer_may_skip_a_need_while_the_others_count(serve: Serve, calc: Specialist) -> None:
    client = await serve(calc)
    asked = await client.ask("What is 15 % of 80? Book a flight to Rome.")
    told = await client.ask("skip", task_id=asked.id)
    assert told.state == "COMPLETED"
    assert told.text.startswith(
        "15 % of 80 = 12.0.\n\n"
        "“Book a flight to Rome.” has no answer: No agent on this mesh fits, and you said to skip it."
    )


async def test_a_request_of_which_all_is_skipped_fails(serve: Serve, calc: Specialist) -> None:
    client = await serve(calc)
    asked = await client.ask("Book a flight to Rome")
    told = await client.ask("never mind", task_id=asked.id)
    assert (told.state, told.account[0]["state"]) == ("FAILED", "not answered")


async def test_nobody_is_asked_for_ever(serve: Serve, calc: Specialist) -> None:
    client = await serve(calc)
    told = await client.ask("Book a flight to Rome")
    for words in ("Fly me to Rome", "A seat to Rome, by air", "Rome!"):
        assert told.state == "INPUT_REQUIRED"
        told = await client.ask(words, task_id=told.id)
    assert told.state == "FAILED"


async def test_an_agents_question_is_asked_and_nothing_is_done_twice(serve: Serve, calc: Specialist) -> None:
    runs: Counter[str] = Counter()

    @specialist(skills=[Skill("rhyme", "Finds a rhyme for a word", tags=["rhyme"])])
    async def poet(task: TaskRun) -> str:
        runs["poet"] += 1
        answer = await task.ask("In which language?")
        return f"moon, in {answer.text}"

    @specialist(skills=[Skill("spell", "Spells a word aloud", tags=["spell"])])
    async def speller(_: TaskRun) -> str:
        runs["speller"] += 1
        return "s-p-o-o-n"

    client = await serve(poet, speller, calc)
    asked = await client.ask("Spell the word spoon. Find a rhyme for spoon. What is 10 % of 50?")
    assert (asked.state, asked.text) == ("INPUT_REQUIRED", "In which language?")
    told = await client.ask("English", task_id=asked.id)
    assert told.text.startswith("s-p-o-o-n. moon, in English. 10 % of 50 = 5.0.")
    assert runs == {"poet": 2, "speller": 1}  # the poet runs again from its start, as every answer function does


async def test_a_file_that_comes_with_an_answer_serves_the_needs_after_it(
    serve: Serve, calc: Specialist, sales: dict[str, Any]
) -> None:
    @specialist(
        input_modes=["text/plain", "text/csv"],
        skills=[
            Skill(
                "table",
                "Revenue and growth in a table",
                tags=["revenue", "region"],
                examples=["Which region grew fastest?"],
            )
        ],
    )
    async def reader(task: TaskRun) -> str:
        files = task.files or (await task.ask("Please attach the table.")).files
        assert files[0].name == "sales.csv"
        await task.artifact("result.json", {"subject": "North", "value": 200, "answer": f"Found: {task.text}"})
        return f"Found: {task.text}"

    client = await serve(reader, calc)
    asked = await client.ask("Which region grew fastest? And what is 15 % of its revenue?")
    assert asked.text == "Please attach the table."
    told = await client.ask("Here it is", sales, task_id=asked.id)
    assert [need["question"] for need in told.account] == [
        "Which region grew fastest?",
        "What is North's revenue?",
        "What is 15 % of 200?",
    ]
    assert told.state == "COMPLETED"
