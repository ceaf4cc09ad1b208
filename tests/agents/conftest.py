"""Real specialists on sockets around a real registry."""

import asyncio
import json
import shutil
import socket
import time
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from agentia.agents import Specialist
from agentia.agents.service import create_app
from agentia.cards.build import Skill, build_card
from agentia.cards.versions import card_to_json
from agentia.core.identity import HEADER, ServiceKey, mint
from agentia.core.migrate import migrate
from agentia.core.service import bind
from agentia.core.service.server import running
from agentia.core.settings import Settings
from agentia.core.sse import EventDecoder
from agentia.registry.client import RegistryClient
from agentia.registry.liveness import USUAL, Liveness
from agentia.registry.main import create_app as create_registry

NOBODY = "http://127.0.0.1:1"
"""A registry that is not there."""


def message(*parts: Any, id: str | None = None, **fields: Any) -> dict[str, Any]:
    """A user's message of texts and other parts."""
    made = [{"text": part} if isinstance(part, str) else part for part in parts]
    return {"messageId": id or str(uuid.uuid4()), "role": "ROLE_USER", "parts": made, **fields}


@asynccontextmanager
async def serving(app: Starlette, sock: socket.socket) -> AsyncIterator[None]:
    """Serves an app while the block runs."""
    drain = app.state.engine.drain if hasattr(app.state, "engine") else None
    async with running(app, sock, on_drain=drain):
        yield


@dataclass
class Client:
    """Speaks to one agent at `url`; `app` is the agent's when it runs in this process."""

    name: str
    url: str
    http: httpx.AsyncClient
    app: Starlette

    async def rpc(self, method: str, params: Any = None, **headers: str) -> Any:
        """The JSON-RPC answer to one call."""
        return (await self.post(method, params, **headers)).json()

    async def post(self, method: str, params: Any = None, **headers: str) -> httpx.Response:
        """The HTTP response to one call."""
        body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params or {}}
        return await self.http.post(self.url, json=body, headers={"A2A-Version": "1.0", **headers})

    async def send(self, *parts: Any, id: str | None = None, hop: str | None = None, **fields: Any) -> Any:
        """The task that a message led to once it is settled, or the direct reply."""
        headers = {} if hop is None else {HEADER: hop}
        answer = await self.rpc("SendMessage", {"message": message(*parts, id=id, **fields)}, **headers)
        assert "result" in answer, answer
        return answer["result"].get("task") or answer["result"]["message"]

    async def begin(self, *parts: Any, webhook: str = "") -> str:
        """The id of a task that was begun; the webhook is told of it."""
        told = {"taskPushNotificationConfig": {"url": webhook}} if webhook else {}
        params = {"message": message(*parts), "configuration": {"returnImmediately": True, **told}}
        return str((await self.rpc("SendMessage", params))["result"]["task"]["id"])

    async def get(self, task_id: str) -> Any:
        """A task as it stands."""
        return (await self.rpc("GetTask", {"id": task_id}))["result"]

    async def tasks(self, **headers: str) -> list[Any]:
        """All tasks of the caller."""
        return list((await self.rpc("ListTasks", {"includeArtifacts": True}, **headers))["result"]["tasks"])

    async def events(self, task_id: str, after: int = 0) -> AsyncIterator[tuple[int, Any]]:
        """The numbered events of a task, from the first on."""
        body = {"jsonrpc": "2.0", "id": 1, "method": "SubscribeToTask", "params": {"id": task_id}}
        headers = {"A2A-Version": "1.0", "Last-Event-ID": str(after)}
        async with self.http.stream("POST", self.url, json=body, headers=headers) as response:
            decoder = EventDecoder()
            async for chunk in response.aiter_bytes():
                for event in decoder.feed(chunk):
                    yield int(event.id or 0), json.loads(event.data)["result"]

    async def settled(self, task_id: str) -> Any:
        """The task once it has ended or waits for its user."""
        async for _, event in self.events(task_id):
            if state_of(event) not in ("", "TASK_STATE_SUBMITTED", "TASK_STATE_WORKING"):
                break
        return await self.get(task_id)


def state_of(event: Any) -> str:
    """The state that an event brings, if it does."""
    return str((event.get("task") or event.get("statusUpdate") or {}).get("status", {}).get("state", ""))


@dataclass
class Mesh:
    """A registry, and the agents that join it."""

    settings: Settings
    registry: RegistryClient
    http: httpx.AsyncClient
    template: Path
    running: dict[str, AsyncExitStack] = field(default_factory=dict)

    async def join(
        self, specialist: Specialist, *, patience: float = 20.0, sock: socket.socket | None = None, **changed: Any
    ) -> Client:
        """Serve a specialist until the test ends, or it leaves; it is registered when this returns."""
        client = await self.serve(specialist, patience=patience, sock=sock, **changed)
        await client.app.state.registered.wait()
        return client

    async def serve(
        self, specialist: Specialist, *, patience: float = 20.0, sock: socket.socket | None = None, **changed: Any
    ) -> Client:
        """Serve a specialist, whether it gets registered or not."""
        sock = sock or bind("127.0.0.1", 0)
        url = f"http://127.0.0.1:{sock.getsockname()[1]}"
        settings = self.settings.model_copy(update=changed)
        self.database(specialist.id)
        app = create_app(specialist, settings, f"{url}/", patience=patience)
        stack = self.running[specialist.id] = AsyncExitStack()
        await stack.enter_async_context(serving(app, sock))
        return Client(specialist.id, f"{url}/", self.http, app)

    async def leave(self, client: Client) -> None:
        """Stop an agent in good order."""
        await self.running.pop(client.name).aclose()

    async def close(self) -> None:
        """Stop all agents at once."""
        await asyncio.gather(*(stack.aclose() for stack in self.running.values()))

    def database(self, name: str) -> None:
        """An empty database for an agent that has none yet: migrating each would take most of the tests' time."""
        path = self.settings.data / "db" / f"{name}.sqlite"
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            shutil.copy(self.template / "tasks.sqlite", path)

    async def enlist(self, name: str, url: str, *, ours: bool = False, **card: Any) -> None:
        """Register a stranger by a card that is sent in."""
        made = build_card(
            name=name,
            description=f"Does {name} things.",
            version="1",
            url=f"{url}/",
            skills=[Skill(name, f"do {name}")],
        )
        data = card_to_json(made) | {"supportedInterfaces": _interfaces(url, "1.0")} | card
        if ours:
            data["capabilities"] = {**data["capabilities"], "extensions": [{"uri": "urn:agentia:position:v1"}]}
        await self.registry.register(card=data)

    def key(self, name: str) -> ServiceKey:
        """The key of a service of this mesh."""
        return ServiceKey.load_or_create(self.settings.data / "keys" / f"{name}.pem", name)

    async def hop(self, audience: str, principal: str = "ann", issuer: str = "gateway", **claims: Any) -> str:
        """A hop token as the gateway gives it along."""
        key = self.key(issuer)
        await self.registry.pin_key(issuer, key.jwks())
        return mint(key, audience=audience, principal=principal, tenant="", **claims)


def _interfaces(url: str, version: str) -> list[dict[str, str]]:
    return [{"url": f"{url}/", "protocolBinding": "JSONRPC", "protocolVersion": version}]


@pytest.fixture
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pauses between tries last no time, and count in full: patience with who is gone for good is over at once."""
    skipped = 0.0

    async def sleep(seconds: float) -> None:
        nonlocal skipped
        skipped += seconds
        await asyncio.sleep(0)

    monkeypatch.setattr("agentia.agents.patience.asyncio", SimpleNamespace(sleep=sleep))
    monkeypatch.setattr("agentia.agents.patience.time", SimpleNamespace(monotonic=lambda: time.monotonic() + skipped))


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """The data folder of a mesh."""
    return tmp_path


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with migrated, empty databases."""
    folder = tmp_path_factory.mktemp("template")
    for name, package in (("tasks", "agentia.tasks.migrations"), ("registry", "agentia.registry.migrations")):
        migrate(folder / f"{name}.sqlite", package)
    return folder


@pytest.fixture
async def open_mesh(data: Path, template: Path) -> AsyncIterator[Callable[..., Any]]:
    """Opens a mesh, with a registry of that liveness."""
    async with AsyncExitStack() as stack:

        async def start(liveness: Liveness = USUAL) -> Mesh:
            (data / "db").mkdir(exist_ok=True)
            shutil.copy(template / "registry.sqlite", data / "db" / "registry.sqlite")
            sock = bind("127.0.0.1", 0)
            url = f"http://127.0.0.1:{sock.getsockname()[1]}"
            settings = Settings(data=data, registry_url=url, allow_private=True, drain_seconds=0.0)
            http = await stack.enter_async_context(httpx.AsyncClient(timeout=30, trust_env=False, verify=False))
            await stack.enter_async_context(serving(create_registry(settings, liveness=liveness), sock))
            registry = await stack.enter_async_context(RegistryClient(url))
            mesh = Mesh(settings, registry, http, template)
            stack.push_async_callback(mesh.close)
            return mesh

        yield start


@pytest.fixture
async def mesh(open_mesh: Callable[..., Any]) -> Mesh:
    """A mesh as `agentia up` makes it, without a gateway."""
    opened: Mesh = await open_mesh()
    return opened


@pytest.fixture
async def alone(data: Path, template: Path) -> AsyncIterator[Mesh]:
    """A mesh whose registry never comes."""
    async with AsyncExitStack() as stack:
        http = await stack.enter_async_context(httpx.AsyncClient(timeout=30, trust_env=False, verify=False))
        registry = await stack.enter_async_context(RegistryClient(NOBODY))
        mesh = Mesh(Settings(data=data, registry_url=NOBODY, drain_seconds=0.0), registry, http, template)
        stack.push_async_callback(mesh.close)
        yield mesh


@pytest.fixture
def client_of(mesh: Mesh) -> Callable[[str], Client]:
    """Speaks to an agent of another process."""
    return lambda url: Client("", url, mesh.http, Starlette())


@pytest.fixture(name="serving")
def serving_fixture() -> Any:
    """Serves an ASGI app on a socket while a block runs."""
    return serving


@pytest.fixture
def text_of() -> Callable[[Any], str]:
    """The text of a task's status message, or of a message."""

    def text(said: Any) -> str:
        inner = said.get("status", {}).get("message") or said
        return "".join(part.get("text", "") for part in inner.get("parts", ()))

    return text
