"""The analyst as a service on a real socket, with its worker: progress, artifacts, questions, and how tasks end."""

import base64
import json
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import httpx
import pytest
import pytest_asyncio
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route

from agentia.agents.analyst import analyst
from agentia.agents.analyst.agent import Services, services
from agentia.agents.service import create_app
from agentia.core.fetch import SafeFetcher
from agentia.core.service import running
from agentia.core.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path

    from agentia.agents.analyst.tables.source import Source

pytestmark = pytest.mark.asyncio(loop_scope="module")


@dataclass
class Client:
    """Sends tasks and looks at what comes back."""

    http: httpx.AsyncClient

    async def send(self, *parts: dict[str, Any], task: str = "") -> dict[str, Any]:
        """The task at its end, or when it asks."""
        message = {"messageId": str(uuid.uuid4()), "role": "ROLE_USER", "parts": list(parts)}
        params = {"message": message | ({"taskId": task} if task else {})}
        body = {"jsonrpc": "2.0", "id": 1, "method": "SendMessage", "params": params}
        answered = (await self.http.post("/", json=body, headers={"A2A-Version": "1.0"})).json()
        found: dict[str, Any] = answered.get("result", {}).get("task") or answered
        return found

    async def progress(self, *parts: dict[str, Any]) -> list[str]:
        """What is said on the way, up to the last message."""
        message = {"messageId": str(uuid.uuid4()), "role": "ROLE_USER", "parts": list(parts)}
        body = {"jsonrpc": "2.0", "id": 1, "method": "SendStreamingMessage", "params": {"message": message}}
        said = []
        async with self.http.stream("POST", "/", json=body, headers={"A2A-Version": "1.0"}) as response:
            async for line in response.aiter_lines():
                if line.startswith("data:"):
                    update = json.loads(line[5:])["result"].get("statusUpdate", {})
                    said += [part["text"] for part in update.get("status", {}).get("message", {}).get("parts", [])]
        return said


def text(words: str) -> dict[str, Any]:
    return {"text": words}


def file(name: str, body: bytes, media_type: str = "text/csv") -> dict[str, Any]:
    return {"raw": base64.b64encode(body).decode(), "filename": name, "mediaType": media_type}


def state(task: dict[str, Any]) -> str:
    return str(task["status"]["state"]).removeprefix("TASK_STATE_")


def said(task: dict[str, Any]) -> str:
    return "".join(part["text"] for part in task["status"]["message"]["parts"])


def artifacts(task: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {artifact["name"]: artifact["parts"][0] for artifact in task.get("artifacts", [])}


@asynccontextmanager
async def served(data: "Path", **changes: Any) -> AsyncIterator[Client]:
    """The service; `changes` are made to what its lifespan yields."""

    @asynccontextmanager
    async def lifespan() -> AsyncIterator[Services]:
        async with services() as given:
            yield replace(given, **changes)

    settings = Settings(data=data, registry_url="http://127.0.0.1:9")
    app = create_app(replace(analyst, lifespan=lifespan), settings, "http://127.0.0.1/")
    async with running(app) as url, httpx.AsyncClient(base_url=url, timeout=60, verify=False) as http:
        yield Client(http)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def client(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Client]:
    async with served(tmp_path_factory.mktemp("analyst")) as serving:
        yield serving


async def test_a_question_about_a_file_completes_with_words_data_csv_and_a_picture(
    client: Client, example: "Source"
) -> None:
    task = await client.send(text("Which region grew fastest?"), file("sales.csv", example.body))
    assert state(task) == "COMPLETED"
    assert said(task).startswith("North grew fastest: its revenue rose by 132.8 % (+74,510)")
    assert "```sql\nWITH periods AS (" in said(task)
    published = artifacts(task)
    assert list(published) == ["result.json", "result.csv", "result.md"]
    data = published["result.json"]["data"]
    assert (data["subject"], data["unit"], data["measure"]) == ("North", "%", "revenue")
    assert data["value"] == pytest.approx(132.8014857)
    assert (
        base64.b64decode(published["result.csv"]["raw"]).decode().splitlines()[0]
        == "region,2025-01,2026-06,change,change %"
    )
    assert "| North |" in published["result.md"]["text"]


async def test_progress_is_said_at_reading_finding_and_computing(client: Client, example: "Source") -> None:
    progress = await client.progress(text("total revenue by region"), file("sales.csv", example.body))
    assert progress[:3] == [
        "Reading sales.csv",
        "Found sales.csv: 216 rows × 5 columns",
        "Working out revenue by region",
    ]
    assert progress[3].startswith("Total revenue by region: South (3,552,722.70)")


async def test_a_data_part_is_a_table_too(client: Client) -> None:
    records = [{"region": "North", "revenue": 3}, {"region": "South", "revenue": 4}]
    task = await client.send(text("total revenue"), {"data": records})
    assert artifacts(task)["result.json"]["data"]["value"] == 7


async def test_no_question_gives_a_profile(client: Client, example: "Source") -> None:
    task = await client.send(file("sales.csv", example.body))
    assert "216 rows and 5 columns" in said(task)


async def test_what_cannot_be_read_is_asked_and_the_answer_goes_on(client: Client, example: "Source") -> None:
    task = await client.send(text("Which region had the highest profit?"), file("sales.csv", example.body))
    assert state(task) == "INPUT_REQUIRED"
    assert "“profit” is neither a column nor a value" in said(task)
    task = await client.send(text("revenue"), task=task["id"])
    assert state(task) == "COMPLETED"
    assert artifacts(task)["result.json"]["data"]["subject"] == "South"


async def test_without_data_it_asks_for_them(client: Client, example: "Source") -> None:
    task = await client.send(text("Which region grew fastest?"))
    assert state(task) == "INPUT_REQUIRED"
    assert said(task).startswith("Which data shall I look at?")
    task = await client.send(file("sales.csv", example.body), task=task["id"])
    assert said(task).startswith("North grew fastest")


async def test_without_any_data_in_the_end_the_task_is_rejected(client: Client) -> None:
    task = await client.send(text("Which region grew fastest?"))
    task = await client.send(text("I have none"), task=task["id"])
    assert (state(task), said(task).split(".")[0]) == ("REJECTED", "There are no data to look at")


async def test_a_table_may_be_pasted(client: Client) -> None:
    task = await client.send(text("total revenue by region\nregion,revenue\nNorth,1\nSouth,2\n"))
    assert said(task).startswith("Total revenue by region: South (2) and North (1).")


async def test_an_earlier_answer_tells_whom_its_refers_to(client: Client, example: "Source") -> None:
    earlier = await client.send(text("Which region grew fastest?"), file("sales.csv", example.body))
    result = artifacts(earlier)["result.json"]["data"]
    task = await client.send(
        text("What is its last month's revenue?"), file("sales.csv", example.body), {"data": result}
    )
    data = artifacts(task)["result.json"]["data"]
    assert (data["subject"], data["value"]) == ("North", pytest.approx(130616.30))


async def test_several_questions_have_artifacts_each(client: Client, example: "Source") -> None:
    task = await client.send(
        text("Which region grew fastest? And what is 15 % of its last month's revenue?"),
        file("sales.csv", example.body),
    )
    published = artifacts(task)
    assert published["result-2.json"]["data"]["value"] == pytest.approx(130616.30 * 0.15)


async def test_cells_that_a_spreadsheet_would_run_are_disarmed_in_the_csv(client: Client) -> None:
    body = b'name,amount\n"=HYPERLINK(""http://x"")",1\n+1-1,2\n@SUM(A1),3\n-x,4\nplain,-5\n'
    task = await client.send(text("amount by name"), file("x.csv", body))
    rows = base64.b64decode(artifacts(task)["result.csv"]["raw"]).decode().splitlines()[1:]
    assert rows == ["'-x,4", "'@SUM(A1),3", "'+1-1,2", '"\'=HYPERLINK(""http://x"")",1', "plain,-5"]


@pytest.mark.parametrize(
    ("part", "question", "ending", "words"),
    [
        (file("p.csv", b"\x89PNG\r\n\x1a\n" + bytes(99)), "total", "FAILED", "“p.csv” is a PNG image, not a table."),
        (file("t.csv", b"a,b\n1\n"), "total", "FAILED", "“t.csv” is ragged: line 2 has 1 cells, the header has 2."),
        (file("t.csv", b"a\n1\n"), "sql: DROP TABLE t", "REJECTED", "DROP statements are not run."),
        (file("t.csv", b"a\n1\n"), "sql: SELECT b FROM t", "FAILED", 'Referenced column "b" not found'),
        ({"url": "http://127.0.0.1:1/t.csv", "filename": "t.csv"}, "total", "REJECTED", "address that is not public"),
        ({"url": "http://169.254.169.254/latest.csv"}, "total", "REJECTED", "address that is not public"),
        ({"url": "ftp://example.com/t.csv"}, "total", "REJECTED", "http"),
        (text("the data are at http://10.0.0.1/t.csv"), "total", "REJECTED", "address that is not public"),
    ],
)  # fmt: skip
async def test_bad_input_ends_the_task_with_a_sentence(
    part: dict[str, Any], question: str, ending: str, words: str, client: Client
) -> None:
    task = await client.send(text(question), part)
    assert state(task) == ending
    assert words in said(task)


async def test_a_media_type_without_tables_is_not_even_taken(client: Client) -> None:
    answered = await client.send(text("total"), file("photo.png", b"\x89PNG", "image/png"))
    assert "image/png" in answered["error"]["message"]


async def test_a_query_that_takes_too_long_is_stopped_and_the_next_task_finds_a_new_worker(
    tmp_path: "Path", example: "Source"
) -> None:
    five = "sales a, sales b, sales c, sales d, sales e"
    endless = f"sql: SELECT count(*) FROM {five} WHERE a.units + b.units > c.units + d.units"
    async with served(tmp_path, seconds=2.0) as impatient:
        task = await impatient.send(text(endless), file("sales.csv", example.body))
        assert state(task) == "FAILED"
        assert said(task).startswith("The work took longer than 2 s and was stopped.")
        task = await impatient.send(text("total revenue"), file("sales.csv", example.body))
        assert state(task) == "COMPLETED"


async def test_a_url_in_the_text_is_fetched_when_it_may_be(tmp_path: "Path", example: "Source") -> None:
    async def csv(_: Any) -> Response:
        return Response(example.body, media_type="text/csv")

    async with running(Starlette(routes=[Route("/sales.csv", csv)])) as url:
        async with served(tmp_path, fetcher=SafeFetcher(allow_private=True)) as trusting:
            task = await trusting.send(text(f"Which region had the highest revenue in {url}/sales.csv?"))
    assert artifacts(task)["result.json"]["data"]["subject"] == "South"


async def test_the_card_says_what_the_analyst_can_do() -> None:
    card = analyst.card("http://127.0.0.1/")
    assert [skill.id for skill in card.skills] == [
        "profile_table", "aggregate_data", "rank_and_compare", "growth_and_trends", "find_outliers", "query_sql",
    ]  # fmt: skip
    assert all(skill.examples and skill.tags and skill.description for skill in card.skills)
    assert {"text/csv", "application/json", "application/vnd.apache.parquet"} <= set(card.default_input_modes)
