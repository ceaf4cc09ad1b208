"""A small mesh on real sockets: a registry, specialists of the tests, and the concierge as a client meets it."""

import asyncio
import base64
import json
import re
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from agentia.agents import Skill, Specialist, TaskRun, specialist
from agentia.agents.concierge import concierge
from agentia.agents.service import create_app
from agentia.core.service import bind, running
from agentia.core.settings import Settings
from agentia.registry.client import RegistryClient
from agentia.registry.main import create_app as registry_app

NEWCOMER = "Which region grew fastest? And what is 15 % of its last month's revenue?"
SALES = b"region,month,revenue\nNorth,2025-01,100\nNorth,2025-02,48210.5\nSouth,2025-01,90\nSouth,2025-02,95\n"


@dataclass
class Told:
    """A task of the concierge as its client sees it."""

    task: dict[str, Any]
    events: list[dict[str, Any]]

    @property
    def id(self) -> str:
        return str(self.task["id"])

    @property
    def state(self) -> str:
        return str(self.task["status"]["state"]).removeprefix("TASK_STATE_")

    @property
    def text(self) -> str:
        """Its last words: the account, or a question."""
        return "\n".join(part["text"] for part in self.task["status"]["message"]["parts"])

    @property
    def progress(self) -> list[str]:
        """What it said on the way."""
        updates = [event["statusUpdate"]["status"] for event in self.events if "statusUpdate" in event]
        return [update["message"]["parts"][0]["text"] for update in updates if "message" in update][:-1]

    @property
    def artifacts(self) -> dict[str, Any]:
        """The parts of each artifact by its name."""
        return {artifact["name"]: artifact["parts"] for artifact in self.task.get("artifacts", ())}

    @property
    def account(self) -> list[dict[str, Any]]:
        """What account.json says of each need."""
        needs: list[dict[str, Any]] = self.artifacts["account.json"][0]["data"]["needs"]
        return needs


@dataclass
class Client:
    """Speaks JSON-RPC to the concierge."""

    http: httpx.AsyncClient

    async def ask(self, text: str, *files: dict[str, Any], task_id: str = "") -> Told:
        """Send a message; comes back when the task is done or asks something."""
        parts = [*([{"text": text}] if text else []), *files]
        message = {"messageId": str(uuid.uuid4()), "role": "ROLE_USER", "parts": parts}
        result = await self._call("SendMessage", {"message": {**message, **({"taskId": task_id} if task_id else {})}})
        task = result["result"]["task"]
        return Told(task, [event async for event in self._events(task)])

    async def cancel(self, task_id: str) -> dict[str, Any]:
        """The task once it is cancelled."""
        result: dict[str, Any] = (await self._call("CancelTask", {"id": task_id}))["result"]
        return result

    async def begin(self, text: str, until: str) -> str:
        """The id of a task that goes on, once it says `until`."""
        message = {"messageId": str(uuid.uuid4()), "role": "ROLE_USER", "parts": [{"text": text}]}
        async for event in self._stream("SendStreamingMessage", {"message": message}):
            if until in str(event.get("statusUpdate", "")):
                return str(event["statusUpdate"]["taskId"])
        raise AssertionError(f"it never said {until!r}")

    async def ended(self, task_id: str) -> Told:
        """The task when it has ended."""
        events = [event async for event in self._events({"id": task_id, "status": {"state": ""}})]
        return Told((await self._call("GetTask", {"id": task_id}))["result"], events)

    async def _call(self, method: str, params: Any) -> Any:
        body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
        return (await self.http.post("/", json=body, headers={"A2A-Version": "1.0"})).json()

    async def _events(self, task: dict[str, Any]) -> AsyncIterator[dict[str, Any]]:
        if task["status"]["state"].endswith("INPUT_REQUIRED"):
            return  # its stream goes on
        async for event in self._stream("SubscribeToTask", {"id": task["id"]}, {"Last-Event-ID": "0"}):
            yield event

    async def _stream(
        self, method: str, params: Any, headers: dict[str, str] | None = None
    ) -> AsyncIterator[dict[str, Any]]:
        body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
        sent = {"A2A-Version": "1.0", **(headers or {})}
        async with self.http.stream("POST", "/", json=body, headers=sent) as response:
            async for line in response.aiter_lines():
                if line.startswith("data:"):
                    yield json.loads(line.removeprefix("data:"))["result"]


@dataclass
class Mesh:
    """The services that run, and how to start and stop them."""

    settings: Settings
    registry: RegistryClient
    stack: AsyncExitStack
    lose_registry: Callable[[], Awaitable[None]]
    services: dict[str, AsyncExitStack] = field(default_factory=dict)

    async def start(self, specialist: Specialist, **options: Any) -> str:
        """Serve a specialist and have it registered; its URL is returned."""
        service = await self.stack.enter_async_context(AsyncExitStack())
        sock = bind("127.0.0.1", 0)
        url = f"http://127.0.0.1:{sock.getsockname()[1]}/"
        app = create_app(specialist, self.settings, url, **options)
        await service.enter_async_context(running(app, sock, on_drain=lambda: app.state.engine.drain()))
        await self.registry.register(url)
        self.services[specialist.id] = service
        return url

    async def stop(self, name: str) -> None:
        """Close a service."""
        await self.services.pop(name).aclose()

    async def client(self, **options: Any) -> Client:
        """The concierge, served."""
        url = await self.start(concierge, **options)
        return Client(await self.stack.enter_async_context(httpx.AsyncClient(base_url=url, timeout=60, verify=False)))


@asynccontextmanager
async def meshed(data: Path) -> AsyncIterator[Mesh]:
    """A registry without agents."""
    async with AsyncExitStack() as stack:
        settings = Settings(data=data, allow_private=True, drain_seconds=0.0)
        service = await stack.enter_async_context(AsyncExitStack())
        url = await service.enter_async_context(running(registry_app(settings)))
        registry = await stack.enter_async_context(RegistryClient(url))
        yield Mesh(settings.model_copy(update={"registry_url": url}), registry, stack, service.aclose)


@pytest.fixture
async def mesh(tmp_path: Path) -> AsyncIterator[Mesh]:
    """A registry without agents."""
    async with meshed(tmp_path) as mesh:
        yield mesh


@pytest.fixture
def serve(mesh: Mesh) -> Callable[..., Awaitable[Client]]:
    """Serves the given specialists and the concierge, and returns its client."""

    async def start(*specialists: Specialist) -> Client:
        for each in specialists:
            await mesh.start(each)
        return await mesh.client()

    return start


@pytest.fixture(scope="session")
def newcomer(tmp_path_factory: pytest.TempPathFactory, tables: Specialist, calc: Specialist, sales: Any) -> Told:
    """What the README's first request comes to, asked once for several tests."""

    async def ask() -> Told:
        async with meshed(tmp_path_factory.mktemp("newcomer")) as mesh:
            await mesh.start(tables)
            await mesh.start(calc)
            return await (await mesh.client()).ask(NEWCOMER, sales)

    return asyncio.run(ask())


@pytest.fixture(scope="session")
def sales() -> dict[str, Any]:
    """A CSV file as a message carries it."""
    return {"raw": base64.b64encode(SALES).decode(), "filename": "sales.csv", "mediaType": "text/csv"}


@pytest.fixture(scope="session")
def tables() -> Specialist:
    """Answers questions about a table, always the same."""

    @specialist(
        name="tables",
        description="Questions about tables",
        input_modes=["text/plain", "text/csv"],
        skills=[
            Skill(
                "growth",
                "Answers questions about a table: growth, revenue, totals",
                tags=["csv", "table", "revenue"],
                examples=["Which region grew fastest?", "What is the revenue of North?"],
            )
        ],
    )
    async def answer(task: TaskRun) -> str:
        (file,) = task.files
        await task.status(f"reading {file.name}")
        assert await file.read() == SALES
        data: dict[str, Any] = {"subject": "North", "value": 48210.5, "unit": "EUR", "answer": "It is 48,210.50 EUR."}
        if "grew" in task.text:
            data = {"subject": "North", "value": 84.2, "unit": "%", "answer": "North grew fastest (+84.2 %)."}
        await task.artifact("result.json", data)
        await task.artifact("result.csv", "region,value\nNorth,84.2\n", "text/csv")
        return str(data["answer"])

    return answer


@pytest.fixture(scope="session")
def calc() -> Specialist:
    """Calculates percentages, and refuses to work with a file beside."""

    @specialist(
        name="calc",
        description="Percentages",
        skills=[
            Skill("percentages", "Calculates", tags=["percent", "calculate"], examples=["What is 15 % of 80?"]),
        ],
    )
    async def answer(task: TaskRun) -> str:
        match = re.fullmatch(r"What is ([\d.]+) % of ([\d.]+)\?", task.text)
        assert match
        assert not task.files
        value = float(match[1]) * float(match[2]) / 100
        await task.artifact("working.json", {"value": value, "subject": None})
        return f"{match[1]} % of {match[2]} = {value}."

    return answer
