"""An agent as a process on Postgres, as AGENTIA_DATABASE_URL asks for it."""

import asyncio
import json
import urllib.request
import uuid
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import asyncpg
import httpx
import pytest

from agentia.agents import Skill, TaskRun, specialist
from agentia.agents.service import create_app, local_url
from agentia.core.service import bind
from agentia.core.service import running as serving
from agentia.core.settings import Settings
from agentia.tasks.open import schema_of
from bench.servers import Server, free_port, python, running

if TYPE_CHECKING:
    from tests.postgres.conftest import Wire


@specialist(skills=[Skill("echo", "Say a text again")])
async def echo(task: TaskRun) -> str:
    """The text."""
    return task.text


def _send(server: Server, message_id: str) -> Any:
    """The answer to a SendMessage."""
    message = {"messageId": message_id, "role": "ROLE_USER", "parts": [{"text": "hello"}]}
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "SendMessage", "params": {"message": message}}).encode()
    headers = {"Content-Type": "application/json", "A2A-Version": "1.0"}
    with urllib.request.urlopen(urllib.request.Request(server.url, body, headers)) as answer:
        return json.load(answer)["result"]["task"]


async def test_two_replicas_on_one_database_are_one_agent(database: str, tmp_path: Path) -> None:
    with ExitStack() as stack:
        ports = [free_port(), free_port()]
        waiting = [
            running(
                f"agent-{port}", python("bench.ours", port, tmp_path, database), port=port, log=tmp_path / str(port)
            )
            for port in ports
        ]
        one, two = [stack.enter_context(each) for each in waiting]
        message_id = str(uuid.uuid4())
        task = _send(one, message_id)
        assert task["status"]["state"] == "TASK_STATE_COMPLETED"
        assert _send(two, message_id)["id"] == task["id"], "the other knows the message"
    connection = await asyncpg.connect(database)
    assert await connection.fetchval("SELECT count(*) FROM agentia_echo.events") == 4
    await connection.close()


async def test_an_agent_whose_database_is_away_is_not_ready_until_it_is_back(
    wire: "Wire", tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("agentia.agents.service.DATABASE_SECONDS", 0.3)
    settings = Settings(data=tmp_path, database_url=wire.url, registry_url="http://127.0.0.1:9")
    sock = bind("127.0.0.1", 0)
    app = await asyncio.to_thread(create_app, echo, settings, f"{local_url(sock)}/")
    async with serving(app, sock) as url, httpx.AsyncClient(base_url=url) as http:
        app.state.registered.set()
        assert (await http.get("/readyz")).status_code == 200
        await wire.cut()
        answer = await http.get("/readyz")
        assert (answer.status_code, answer.json()["reason"]) == (503, "The task database does not answer.")
        await wire.mend()
        async with asyncio.timeout(10):
            while (await http.get("/readyz")).status_code != 200:
                pass


def test_a_service_has_a_schema_of_its_own_whatever_its_name() -> None:
    assert schema_of("market-data") == "agentia_market_data"
    long = [schema_of(f"{'x' * 70}{number}") for number in range(2)]
    assert len(set(long)) == 2
    assert all(len(name) <= 63 for name in long)
