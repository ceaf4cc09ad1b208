"""quant as a service on a real socket, with its worker: progress, artifacts, questions, and how tasks end."""

import base64
import json
import uuid
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio

from agentia.agents import Specialist
from agentia.agents.quant import quant
from agentia.agents.quant.agent import Services
from agentia.agents.quant.request import Request
from agentia.agents.service import create_app
from agentia.cards.lint import lint
from agentia.core.offload import Offload
from agentia.core.service import running
from agentia.core.settings import Settings

Said = Callable[[Any], str]
_HEADERS = {"A2A-Version": "1.0"}


pytestmark = pytest.mark.asyncio(loop_scope="module")


@dataclass
class Client:
    """Sends messages to quant and looks at what comes back."""

    http: httpx.AsyncClient

    async def send(self, *parts: Any, task: str = "") -> dict[str, Any]:
        """The task at its end, or when it asks."""
        answered = (await self.http.post("/", json=_call("SendMessage", parts, task), headers=_HEADERS)).json()
        assert "result" in answered, answered
        found: dict[str, Any] = answered["result"]["task"]
        return found

    async def progress(self, *parts: Any) -> list[str]:
        """What is said on the way."""
        said = []
        body = _call("SendStreamingMessage", parts, "")
        async with self.http.stream("POST", "/", json=body, headers=_HEADERS) as response:
            async for line in response.aiter_lines():
                if line.startswith("data:"):
                    update = json.loads(line[5:])["result"].get("statusUpdate", {})
                    said += [part["text"] for part in update.get("status", {}).get("message", {}).get("parts", [])]
        return said


def _call(method: str, parts: Sequence[Any], task: str) -> dict[str, Any]:
    made = [{"text": part} if isinstance(part, str) else part for part in parts]
    message = {"messageId": str(uuid.uuid4()), "role": "ROLE_USER", "parts": made} | ({"taskId": task} if task else {})
    return {"jsonrpc": "2.0", "id": 1, "method": method, "params": {"message": message}}


@asynccontextmanager
async def served(specialist: Specialist, data: Path) -> AsyncIterator[Client]:
    """The service on a socket of its own, with a registry that never comes."""
    app = create_app(specialist, Settings(data=data, registry_url="http://127.0.0.1:1"), "http://127.0.0.1/")
    async with running(app) as url, httpx.AsyncClient(base_url=url, timeout=60, verify=False) as http:
        yield Client(http)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def client(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Client]:
    """Speaks to quant, whose worker stays for all tests here."""
    async with served(quant, tmp_path_factory.mktemp("quant")) as serving:
        yield serving


def state(task: dict[str, Any]) -> str:
    return str(task["status"]["state"]).removeprefix("TASK_STATE_")


def artifacts(task: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {artifact["name"]: artifact["parts"][0] for artifact in task.get("artifacts", [])}


async def test_a_question_completes_with_the_answer_first_data_and_working(client: Client, text_of: Said) -> None:
    task = await client.send("What is 15 % of 48,210.50?")
    assert state(task) == "COMPLETED"
    assert text_of(task) == ("15 % of 48,210.50 = 7,231.575.\nWorking:\n1. 15 % = 0.15\n2. 0.15 × 48,210.5 = 7,231.575")
    published = artifacts(task)
    assert list(published) == ["result.json", "working.md"]
    assert published["result.json"]["data"] == {
        "subject": None,
        "question": "What is 15 % of 48,210.50?",
        "sentence": "15 % of 48,210.50 = 7,231.575.",
        "value": 7231.575,
        "exact": "7231.575",
        "decimal": "7231.575",
        "unit": None,
        "values": [],
        "steps": ["15 % = 0.15", "0.15 × 48,210.5 = 7,231.575"],
        "notes": [],
    }
    assert published["working.md"]["mediaType"] == "text/markdown"
    assert published["working.md"]["text"].startswith("## What is 15 % of 48,210.50?")


async def test_progress_names_each_question_before_it_is_worked_out(client: Client) -> None:
    said = await client.progress("2 + 2\n5 km in m")
    assert [text for text in said if text.startswith("Working out")] == ["Working out 2 + 2", "Working out 5 km in m"]


async def test_several_questions_are_answered_in_order_by_the_worker_and_without(client: Client, text_of: Said) -> None:
    task = await client.send("What is 15% of 200? Then what is 10 more than that? And convert 5 miles to km.")
    assert [part.splitlines()[0] for part in text_of(task).split("\n\n")] == [
        "15 % of 200 = 30.",
        "30 + 10 = 40.",
        "5 miles = 8.04672 km.",
    ]
    published = artifacts(task)
    assert list(published) == ["result.json", "result-2.json", "result-3.json", "working.md"]
    assert [published[name]["data"]["value"] for name in list(published)[:3]] == [30, 40, 8.04672]


async def test_data_parts_and_json_files_are_calculated_with(client: Client) -> None:
    task = await client.send("What is 15 % of its revenue?", {"data": {"subject": "West", "value": 48210.5}})
    assert artifacts(task)["result.json"]["data"]["exact"] == "7231.575"
    raw = base64.b64encode(json.dumps([{"revenue": 1}, {"revenue": 2}]).encode()).decode()
    task = await client.send("mean revenue", {"raw": raw, "filename": "r.json", "mediaType": "application/json"})
    assert artifacts(task)["result.json"]["data"]["exact"] == "1.5"


async def test_a_file_that_is_no_json_is_named_and_does_no_harm(client: Client, text_of: Said) -> None:
    raw = base64.b64encode(b"a note").decode()
    task = await client.send("2 + 2", {"raw": raw, "filename": "note.txt", "mediaType": "text/plain"})
    assert state(task) == "COMPLETED"
    assert text_of(task).endswith("(note.txt was not used: I take text and JSON.)")


async def test_what_cannot_be_read_is_asked_and_the_reply_is_answered(client: Client, text_of: Said) -> None:
    task = await client.send("15 % of its revenue")
    assert state(task) == "INPUT_REQUIRED"
    assert text_of(task).startswith(
        'About “15 % of its revenue”: I understood "15 % of", but I was given no number for "its revenue".'
    )
    assert "convert 5 miles to km" in text_of(task)
    task = await client.send("15 % of 200", task=task["id"])
    assert state(task) == "COMPLETED"
    assert artifacts(task)["result.json"]["data"]["value"] == 30


async def test_a_short_reply_completes_the_question(client: Client) -> None:
    task = await client.send("compound interest on 1000 at 5 %")
    assert state(task) == "INPUT_REQUIRED"
    task = await client.send("for 2 years", task=task["id"])
    assert artifacts(task)["result.json"]["data"]["exact"] == "102.5"


async def test_a_unit_that_only_the_worker_knows_to_be_none_is_asked_back(client: Client, text_of: Said) -> None:
    task = await client.send("convert 3 foos to km")
    assert state(task) == "INPUT_REQUIRED"
    assert 'I do not know "foos" as a unit.' in text_of(task)
    task = await client.send("convert 3 feet to cm", task=task["id"])
    assert artifacts(task)["result.json"]["data"]["exact"] == "91.44"


async def test_an_answered_question_before_the_unclear_one_is_kept(client: Client, text_of: Said) -> None:
    task = await client.send("5 km in m\nflurb the gnarl\nadd 1 to 2")
    assert state(task) == "INPUT_REQUIRED"
    task = await client.send("7 * 6", task=task["id"])
    assert [part.splitlines()[0] for part in text_of(task).split("\n\n")] == [
        "5 km = 5,000 m.",
        "7 × 6 = 42.",
        "2 + 1 = 3.",
    ]


async def test_without_any_question_it_asks_what_to_work_out(client: Client, text_of: Said) -> None:
    task = await client.send({"data": [1, 2, 6]})
    assert state(task) == "INPUT_REQUIRED"
    assert text_of(task).startswith("What shall I work out?")
    task = await client.send("the mean", task=task["id"])
    assert artifacts(task)["result.json"]["data"]["value"] == 3


async def test_asking_ends_when_the_replies_stay_unreadable(client: Client, text_of: Said) -> None:
    task = await client.send("flurb")
    while state(task) == "INPUT_REQUIRED":
        task = await client.send("gnarl the flurb of it all", task=task["id"])
    assert state(task) == "REJECTED"
    assert text_of(task) == "I still cannot read the question. Ask it in other words, in a new task."


async def test_what_has_no_answer_fails_with_the_reason(client: Client, text_of: Said) -> None:
    task = await client.send("convert 5 kg to m")
    assert (state(task), text_of(task)) == ("FAILED", "Cannot convert kg to m: mass and length.")


async def test_a_question_without_an_answer_does_not_keep_others_from_theirs(client: Client, text_of: Said) -> None:
    task = await client.send("1/0\n2 + 2")
    assert state(task) == "COMPLETED"
    assert text_of(task).splitlines()[0] == "1/0: Cannot divide 1 by 0: division by zero has no result."
    assert artifacts(task)["result.json"]["data"]["value"] == 4


async def test_a_text_beyond_the_bounds_is_rejected(client: Client, text_of: Said) -> None:
    task = await client.send("1+" * 20_000 + "1")
    assert state(task) == "REJECTED"
    assert text_of(task).startswith("The text is 40,001 characters long; I read up to 20,000.")


async def test_the_date_of_today_is_the_real_one(client: Client) -> None:
    before = datetime.now(UTC).date()
    task = await client.send("0 days from today")
    assert artifacts(task)["result.json"]["data"]["value"] in {str(before), str(datetime.now(UTC).date())}


async def test_what_takes_too_long_is_stopped_with_a_sentence(tmp_path: Path, text_of: Said) -> None:
    @asynccontextmanager
    async def hurried() -> AsyncIterator[Services]:
        async with Offload() as offload:
            yield Services(offload, seconds=0.5)

    async with served(replace(quant, lifespan=hurried), tmp_path) as client:
        task = await client.send("sum of k! from k=1 to 1000000")
        assert state(task) == "FAILED"
        assert text_of(task) == "It took longer than 0.5 s, so it was stopped; ask for something smaller or simpler."
        assert state(await client.send("2 + 2")) == "COMPLETED"


async def test_what_the_library_stumbles_over_fails_in_neutral_words(client: Client, text_of: Said) -> None:
    task = await client.send("15 i mod 48,210.50")
    assert (state(task), text_of(task)) == ("FAILED", "I know no way to work this out.")


async def test_the_card_has_nothing_to_complain_about() -> None:
    found = lint(quant.card("http://127.0.0.1:8011/"))
    assert [finding for finding in found if finding.level != "hint"] == []


async def test_every_example_on_the_card_can_be_answered(work: Callable[..., Any]) -> None:
    for skill in quant.skills:
        for example in skill.examples:
            if "its last month" not in example:
                assert work(example).exact


async def test_the_module_that_a_worker_loads_first_is_there_for_every_kind() -> None:
    homes = {request.home for request in Request.__subclasses__() if request.home}
    assert len(homes) > 8
    for home in homes:
        assert find_spec(home), home
