"""What an author writes, and what a client of it sees."""

import asyncio
import base64
import functools
import importlib.util
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from agentia.agents import Request, Skill, Specialist, SpecialistInvalid, TaskFailed, TaskRejected, TaskRun, specialist
from agentia.cards import CardInvalid
from agentia.core.settings import Settings
from agentia.tasks.records import Owner

if TYPE_CHECKING:
    from tests.agents.conftest import Mesh

SKILLS = [Skill("shout", "Say a text louder", examples=["hello"])]
ANY = ["*/*"]

FIVE_LINES = """
from agentia.agents import Skill, TaskRun, specialist
@specialist(skills=[Skill("shout", "Say a text louder", examples=["hello"])])
async def shouter(task: TaskRun) -> None:
    await task.artifact("loud.txt", task.text.upper())
"""


def made(answer: Callable[[Any], Any], **fields: Any) -> Specialist:
    return Specialist(answer, SKILLS, **{"name": "shouter", "description": "Shouts.", **fields})


def sent(*parts: Any) -> dict[str, Any]:
    """The parameters of SendMessage."""
    return {"message": {"messageId": str(parts), "role": "ROLE_USER", "parts": list(parts)}}


async def failing(alone: "Mesh", answer: Callable[[Any], Any]) -> str:
    """The words of the FAILED status that an answer leads to."""
    task = await (await alone.serve(made(answer))).send("hello")
    assert task["status"]["state"] == "TASK_STATE_FAILED"
    return str(task["status"]["message"]["parts"][0]["text"])


async def test_five_lines_publish_an_agent(mesh: "Mesh") -> None:
    assert len(FIVE_LINES.strip().splitlines()) <= 5
    written: dict[str, Any] = {}
    exec(FIVE_LINES, written)
    agent = await mesh.join(written["shouter"])
    task = await agent.send("hello")
    assert [(each["name"], each["parts"][0]["text"]) for each in task["artifacts"]] == [("loud.txt", "HELLO")]
    assert [match.agent.id for match in await mesh.registry.discover("say a text louder")] == ["shouter"]


async def test_an_answer_reads_texts_files_and_data(alone: "Mesh") -> None:
    async def answer(task: TaskRun) -> None:
        found = [(file.name, file.media_type, (await file.read()).decode()) for file in task.files]
        await task.artifact("seen", {"text": task.text, "files": found, "data": task.data})

    agent = await alone.serve(made(answer, input_modes=ANY))
    raw = base64.b64encode(b"a,b").decode()
    parts = ["one", {"raw": raw, "filename": "t.csv"}, "two", {"data": {"n": 3, "x": [1.5, None]}}, {"raw": raw}]
    seen = (await agent.send(*parts))["artifacts"][0]["parts"][0]["data"]
    assert seen["text"] == "one\ntwo"
    assert seen["files"] == [["t.csv", "text/csv", "a,b"], ["file-5", "application/octet-stream", "a,b"]]
    assert seen["data"] == [{"n": 3, "x": [1.5, None]}]


async def test_artifacts_are_text_files_or_data_by_what_they_are_given(alone: "Mesh") -> None:
    async def answer(task: TaskRun) -> str:
        await task.artifact("words.md", "# Hi", description="Greeting")
        await task.artifact("pixels.png", b"\x89PNG")
        await task.artifact("rows", [{"n": 1}])
        await task.artifact("table", "a\tb", "text/tab-separated-values")
        return "Done."

    task = await (await alone.serve(made(answer))).send("hello")
    text, file, data, typed = (each["parts"][0] for each in task["artifacts"])
    assert (text["text"], text["mediaType"], text["filename"]) == ("# Hi", "text/markdown", "words.md")
    assert task["artifacts"][0]["description"] == "Greeting"
    assert (base64.b64decode(file["raw"]), file["mediaType"]) == (b"\x89PNG", "image/png")
    assert (data["data"], data["mediaType"]) == ([{"n": 1}], "application/json")
    assert typed["mediaType"] == "text/tab-separated-values"
    assert task["status"]["message"]["parts"][0]["text"] == "Done."


async def test_whole_numbers_that_json_would_round_are_handed_over_as_texts(alone: "Mesh") -> None:
    async def answer(task: TaskRun) -> None:
        await task.artifact("big", [2**53, 2**53 + 1])

    task = await (await alone.serve(made(answer))).send("hello")
    assert task["artifacts"][0]["parts"][0]["data"] == [2**53, str(2**53 + 1)]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ({"rows": [{"when": {1, 2}}]}, "what stands at rows[0].when is of type set"),
        (object(), "what stands is of type object"),
        ({"share": float("nan")}, "what stands at share is the number nan"),
        ({"a": {3: "x"}}, "The keys of JSON are texts; 3 in a is none."),
        ("\ud800", "half of a surrogate pair"),
    ],
)
async def test_an_artifact_of_a_wrong_type_fails_with_what_is_allowed(
    alone: "Mesh", content: object, said: str
) -> None:
    async def answer(task: TaskRun) -> None:
        await task.artifact("odd", content)

    words = await failing(alone, answer)
    assert said in words
    if "what stands" in said:
        assert "str for text, bytes for a file, or JSON" in words


async def test_an_answer_that_returns_something_else_than_words_fails_with_a_sentence(alone: "Mesh") -> None:
    async def answer(_task: TaskRun) -> Any:
        return {"n": 1}

    assert "returned something of type dict. It may return a text" in await failing(alone, answer)


async def test_a_stream_a_status_and_a_step_are_seen_in_order(alone: "Mesh") -> None:
    async def answer(task: TaskRun) -> None:
        await task.status("Thinking")
        async with task.stream("poem.md", "text/markdown") as out:
            await out.write("roses ")
            await out.write("are red")
        number = await task.step("count", functools.partial(asyncio.sleep, 0, 42))
        await task.artifact("count", {"number": number})

    agent = await alone.serve(made(answer))
    task_id = await agent.begin("hello")
    await agent.settled(task_id)
    events = [event async for _, event in agent.events(task_id)]
    kinds = [next(iter(event)) for event in events]
    assert kinds == ["task", "statusUpdate", "statusUpdate", "artifactUpdate", "artifactUpdate", "statusUpdate"]
    assert events[2]["statusUpdate"]["status"]["message"]["parts"][0]["text"] == "Thinking"
    assert events[3]["artifactUpdate"]["artifact"]["parts"][0]["text"] == "roses are red"
    assert events[4]["artifactUpdate"]["artifact"]["parts"][0]["data"] == {"number": 42}


async def test_a_question_waits_for_its_answer_and_the_steps_before_it_run_once(alone: "Mesh") -> None:
    steps = []

    async def answer(task: TaskRun) -> str:
        async def cost() -> int:
            steps.append("cost")
            return 7

        price = await task.step("cost", cost)
        said = await task.ask(f"It costs {price}. Go on?")
        return f"{said.text} for {price}, {len(task.history)} messages"

    agent = await alone.serve(made(answer))
    asked = await agent.send("buy")
    assert asked["status"]["state"] == "TASK_STATE_INPUT_REQUIRED"
    assert asked["status"]["message"]["parts"][0]["text"] == "It costs 7. Go on?"
    done = await agent.send("Yes", taskId=asked["id"])
    assert done["status"]["message"]["parts"][0]["text"] == "Yes for 7, 2 messages"
    assert steps == ["cost"]


async def test_a_step_may_take_an_idempotency_key_of_its_own(alone: "Mesh") -> None:
    async def pay(key: str) -> str:
        return key

    async def answer(task: TaskRun) -> str:
        await task.ask("Go on?")
        return " ".join([await task.step("pay", pay), await task.branch("b").step("pay", lambda key: pay(key))])

    agent = await alone.serve(made(answer))
    task_id = (await agent.send("buy"))["id"]
    done = await agent.send("Yes", taskId=task_id)
    assert done["status"]["message"]["parts"][0]["text"] == f"{task_id}/step/pay {task_id}/b/step/pay"


async def test_a_step_of_the_same_name_twice_fails_the_task_and_no_other(alone: "Mesh") -> None:
    async def answer(task: TaskRun) -> str:
        await task.branch("a").step("same", functools.partial(asyncio.sleep, 0))
        await task.step("same", functools.partial(asyncio.sleep, 0))
        if task.text == "twice":
            await task.branch("a").step("same", functools.partial(asyncio.sleep, 0))
        return "fine"

    agent = await alone.serve(made(answer))
    twice, once = [await agent.send(text) for text in ("twice", "once")]
    assert "Each step of a task needs a name of its own" in twice["status"]["message"]["parts"][0]["text"]
    assert once["status"]["state"] == "TASK_STATE_COMPLETED"


async def test_a_step_cannot_take_the_place_of_a_delegation(alone: "Mesh") -> None:
    async def answer(task: TaskRun) -> None:
        await task.step("delegate/0/choose", functools.partial(asyncio.sleep, 0))

    assert "'delegate/0/choose' is no name for a step" in await failing(alone, answer)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: 5, "What the step 'x' calls must be async"),
        (functools.partial(asyncio.sleep, 0, {1, 2}), "The result of the step 'x' must be JSON"),
    ],
)
async def test_a_step_that_cannot_be_kept_says_why(alone: "Mesh", call: Callable[[], Any], said: str) -> None:
    async def answer(task: TaskRun) -> None:
        await task.step("x", call)

    assert said in await failing(alone, answer)


async def test_an_author_ends_a_task_with_a_sentence(alone: "Mesh", text_of: Callable[[Any], str]) -> None:
    async def answer(task: TaskRun) -> None:
        raise TaskRejected("Too loud already.") if task.text == "HELLO" else TaskFailed("No voice today.")

    agent = await alone.serve(made(answer))
    rejected, failed = await agent.send("HELLO"), await agent.send("hello")
    assert (rejected["status"]["state"], text_of(rejected)) == ("TASK_STATE_REJECTED", "Too loud already.")
    assert (failed["status"]["state"], text_of(failed)) == ("TASK_STATE_FAILED", "No voice today.")


async def test_a_crash_fails_the_task_in_neutral_words(alone: "Mesh") -> None:
    async def answer(_task: TaskRun) -> None:
        raise RuntimeError("password: hunter2")

    words = await failing(alone, answer)
    assert "hunter2" not in words
    assert "incident" in words


async def test_a_direct_specialist_replies_without_a_task(alone: "Mesh", text_of: Callable[[Any], str]) -> None:
    async def answer(request: Request) -> str:
        if request.text == "no":
            raise TaskRejected("Not that.")
        return {"dict": {"n": 1}}.get(request.text) or request.text[::-1]  # type: ignore[return-value]

    agent = await alone.serve(made(answer, direct=True))
    assert text_of(await agent.send("abc")) == "cba"
    assert await agent.tasks() == []
    refused = await agent.rpc("SendMessage", sent({"text": "no"}))
    assert refused["error"]["message"] == "Not that."
    wrong = await agent.rpc("SendMessage", sent({"text": "dict"}))
    assert wrong["error"]["code"] == -32603
    assert "It may return a text" in wrong["error"]["message"]


async def test_a_lifespan_is_entered_once_and_what_it_yields_serves_all_tasks(alone: "Mesh") -> None:
    seen = []

    @asynccontextmanager
    async def lifespan() -> AsyncIterator[dict[str, int]]:
        seen.append("open")
        yield {"calls": 0}
        seen.append("closed")

    async def answer(task: TaskRun) -> str:
        task.services["calls"] += 1
        return str(task.services["calls"])

    agent = await alone.serve(made(answer, lifespan=lifespan))
    assert [(await agent.send("x"))["status"]["message"]["parts"][0]["text"] for _ in range(2)] == ["1", "2"]
    await alone.leave(agent)
    assert seen == ["open", "closed"]


async def test_a_specialist_that_keeps_something_of_its_own_deletes_it_when_its_owner_wants_all_deleted(
    alone: "Mesh",
) -> None:
    kept, deleted = set[Owner](), list[Owner]()

    @asynccontextmanager
    async def lifespan(settings: Settings) -> AsyncIterator[Path]:
        yield settings.data

    async def delete(folder: Path, owner: Owner) -> None:
        assert folder == alone.settings.data
        kept.discard(owner)
        deleted.append(owner)

    async def answer(task: TaskRun) -> None:
        kept.add(task.run.caller.owner)

    agent = await alone.serve(made(answer, lifespan=lifespan, deletes=delete))
    await agent.send("x")
    assert kept
    await agent.rpc("DeleteTasks")
    assert (kept, len(deleted)) == (set(), 1)


async def test_only_media_types_of_the_card_are_taken_however_they_are_spelled(alone: "Mesh") -> None:
    async def answer(task: TaskRun) -> str:
        return task.text

    agent = await alone.serve(made(answer, input_modes=["Text/Plain; charset=utf-8"]))
    assert (await agent.send({"text": "x", "mediaType": "text/plain"}))["status"]["state"] == "TASK_STATE_COMPLETED"
    refused = await agent.rpc("SendMessage", sent({"text": "x", "mediaType": "image/png"}))
    assert refused["error"]["code"] == -32005


def sync(_task: TaskRun) -> str:
    return ""


async def two(_task: TaskRun, _more: str) -> str:
    return ""


async def pieces(_task: TaskRun) -> AsyncIterator[str]:
    yield ""


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (sync, "The answer of the specialist 'shouter' is a plain function, and must be an async function"),
        (two, "must take one argument, the TaskRun"),
        (pieces, "yields, and must return"),
        ("hello", "is of type str"),
    ],
)
def test_an_answer_that_could_never_run_is_refused_with_a_sentence(answer: Any, said: str) -> None:
    with pytest.raises(SpecialistInvalid) as refused:
        made(answer)
    assert said in refused.value.message
    assert "async def answer(task: TaskRun)" in refused.value.fix


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"input_modes": "text/csv"}, "input_modes must be a list."),
        ({"skills": SKILLS[0]}, "skills must be a list."),
        ({"skills": ["shout"]}, "skills must hold Skills; 'shout' is none."),
        ({"lifespan": pieces}, "The lifespan is an async generator."),
        ({"lifespan": 5}, "must be a function that gives an async context manager"),
    ],
)
def test_a_definition_with_something_else_in_it_is_refused_with_a_sentence(fields: Any, said: str) -> None:
    async def answer(_task: TaskRun) -> None:
        """Shout."""

    with pytest.raises(SpecialistInvalid) as refused:
        Specialist(answer, **{"skills": SKILLS, **fields})
    assert said in refused.value.message


def test_a_specialist_without_skills_is_refused() -> None:
    with pytest.raises(CardInvalid, match="skills"):
        Specialist(functools.partial(two, _more="x"), [])


def test_an_answer_may_be_any_async_callable_of_one_argument() -> None:
    class Shouter:
        """Shouts through an object."""

        async def __call__(self, task: TaskRun) -> str:
            return task.text.upper()

    assert (Specialist(Shouter(), SKILLS).name, Specialist(Shouter(), SKILLS).description) == (
        "Shouter",
        "Shouts through an object.",
    )
    assert Specialist(functools.partial(two, _more="x"), SKILLS).id == "two"


def test_name_and_description_come_from_the_function_and_its_skills() -> None:
    async def loud_speaker(_task: TaskRun) -> None: ...

    found = Specialist(loud_speaker, iter(SKILLS))  # type: ignore[arg-type]
    assert (found.id, found.description, found.skills) == ("loud-speaker", "Say a text louder", tuple(SKILLS))


def test_the_agents_sdk_still_has_the_names_that_the_check_goes_by() -> None:
    spec = importlib.util.find_spec("agents")
    assert spec is not None
    assert spec.submodule_search_locations
    source = Path(spec.submodule_search_locations[0], "agent.py").read_text()
    assert "\nclass Agent(AgentBase" in source


def test_the_decorator_makes_the_same_specialist() -> None:
    @specialist(skills=SKILLS, direct=True, version="2.1", output_modes=["text/csv"])
    async def shouter(request: Request) -> str:
        """Shout."""
        return request.text

    assert (shouter.id, shouter.description, shouter.direct) == ("shouter", "Shout.", True)
    assert (shouter.version, shouter.output_modes) == ("2.1", ("text/csv",))
