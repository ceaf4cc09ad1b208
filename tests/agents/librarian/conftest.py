"""A desk of the librarian on SQLite or Postgres, and the librarian as a service."""

import asyncio
import base64
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio

from agentia.agents.librarian import librarian
from agentia.agents.librarian.keeping.desk import Desk, desk
from agentia.agents.librarian.keeping.place import Place
from agentia.agents.service import create_app
from agentia.core.service import running
from agentia.core.settings import Settings
from agentia.tasks.records import Owner

NOBODY = "http://127.0.0.1:1"
"""A registry that is not there."""


@pytest.fixture
def wordless(monkeypatch: pytest.MonkeyPatch) -> None:
    """No model of meaning is installed."""
    monkeypatch.setattr("agentia.core.meaning.model.installed", lambda: False)


@pytest.fixture(params=["sqlite", "postgres"])
async def open_desk(request: pytest.FixtureRequest, tmp_path: Path, wordless: None) -> AsyncIterator[Callable[[], Any]]:
    """Opens desks at one database, as replicas have them; without a model, which is slow."""
    url = request.getfixturevalue("database") if request.param == "postgres" else None
    settings = Settings(data=tmp_path, database_url=url)
    async with AsyncExitStack() as stack:

        async def open_one() -> Desk:
            return await stack.enter_async_context(await asyncio.to_thread(desk, settings))

        yield open_one


@pytest.fixture
def place() -> Callable[..., Place]:
    """A place in somebody's memory."""
    return lambda principal="ann", context="c", author="", tenant="": Place(Owner(tenant, principal), context, author)


@dataclass
class Client:
    """Asks the librarian, and looks at what comes back."""

    http: httpx.AsyncClient
    data: Path

    def files(self) -> list[Path]:
        """What the service has written."""
        return [path for path in self.data.rglob("*") if path.is_file()]

    async def send(self, *parts: Any, task: str = "", context: str = "", id: str = "") -> "Told":
        """The task at its end, or when it asks; a dict is a request as data unless it is a part."""
        fields = ({"taskId": task} if task else {}) | ({"contextId": context} if context else {})
        message = {"messageId": id or str(uuid.uuid4()), "role": "ROLE_USER", "parts": [_part(part) for part in parts]}
        answered = await self.rpc("SendMessage", {"message": message | fields})
        assert "result" in answered, answered
        return Told(answered["result"]["task"])

    async def refused(self, *parts: Any) -> str:
        """Why a message was not taken."""
        message = {"messageId": str(uuid.uuid4()), "role": "ROLE_USER", "parts": [_part(part) for part in parts]}
        return str((await self.rpc("SendMessage", {"message": message}))["error"]["message"])

    async def rpc(self, method: str, params: Any = None) -> Any:
        """The answer to one call."""
        body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params or {}}
        return (await self.http.post("/", json=body, headers={"A2A-Version": "1.0"})).json()


@dataclass
class Told:
    """A task as its client sees it."""

    task: dict[str, Any]

    @property
    def id(self) -> str:
        return str(self.task["id"])

    @property
    def state(self) -> str:
        return str(self.task["status"]["state"]).removeprefix("TASK_STATE_")

    @property
    def text(self) -> str:
        return "".join(part.get("text", "") for part in self.task["status"]["message"]["parts"])

    @property
    def data(self) -> Any:
        return self.task["artifacts"][0]["parts"][0]["data"]


def _part(part: Any) -> Any:
    if isinstance(part, str):
        return {"text": part}
    return {"data": part} if "do" in part else part


@pytest.fixture
def file() -> Callable[..., dict[str, str]]:
    """A file part."""

    def part(name: str, content: str | bytes, media_type: str = "text/markdown") -> dict[str, str]:
        raw = content.encode() if isinstance(content, str) else content
        return {"raw": base64.b64encode(raw).decode(), "filename": name, "mediaType": media_type}

    return part


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def client(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Client]:
    """Speaks to a librarian with a registry that never comes, and with the real model of meaning."""
    settings = Settings(data=tmp_path_factory.mktemp("librarian"), registry_url=NOBODY)
    app = create_app(librarian, settings, "http://127.0.0.1/")
    async with running(app) as url, httpx.AsyncClient(base_url=url, timeout=60, trust_env=False, verify=False) as http:
        yield Client(http, settings.data)


@pytest_asyncio.fixture(autouse=True, loop_scope="module")
async def emptied(request: pytest.FixtureRequest) -> AsyncIterator[None]:
    """Each test finds an empty memory."""
    yield
    if "client" in request.fixturenames:
        await request.getfixturevalue("client").rpc("DeleteTasks")
