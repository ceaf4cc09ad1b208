"""An engine with a scripted answer on a real database, in this process or behind a real socket."""

import asyncio
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest
from a2a.types.a2a_pb2 import Message, Part, Role, SendMessageRequest
from starlette.requests import Request
from starlette.routing import Route

from agentia.core.fetch import SafeFetcher
from agentia.core.identity import ServiceKey, sign_webhook
from agentia.core.service import create_app, running
from agentia.tasks.admission import Limits
from agentia.tasks.caller import LOCAL, Caller
from agentia.tasks.engine import Engine
from agentia.tasks.jsonrpc import JsonRpc
from agentia.tasks.operations import Operations
from agentia.tasks.outbox import Outbox
from agentia.tasks.postgres import PostgresStore
from agentia.tasks.push import PushConfigs
from agentia.tasks.records import Owner
from agentia.tasks.rest import Rest
from agentia.tasks.run import Run
from agentia.tasks.sse import KEEP_ALIVE
from agentia.tasks.storage import Store
from agentia.tasks.store import SqliteStore
from agentia.tasks.webhook import Pace, Webhooks
from agentia.tasks.work import Answer

QUICK = Pace(first=0.02, longest=0.05, attempts=5, refusals=2)
"""Tries of a webhook that no test has to wait for."""
Script = Callable[..., Awaitable[Any]]


def message(text: str = "hello", message_id: str | None = None, **fields: Any) -> Message:
    """A user's message."""
    return Message(message_id=message_id or str(uuid.uuid4()), role=Role.ROLE_USER, parts=[Part(text=text)], **fields)


async def echo(run: Run) -> None:
    """Four events: the task, WORKING, one artifact, COMPLETED."""
    await run.artifact("echo", [Part(text=run.messages[0].parts[0].text)])


async def nothing_to_check(_url: str) -> None:
    """Any webhook will do."""


class Clock:
    """The wall clock, which can be set: `ahead` is by how many seconds."""

    def __init__(self) -> None:
        self._real, self.ahead = time.time, 0.0

    def __call__(self) -> float:
        return self._real() + self.ahead


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The wall clock of this process."""
    clock = Clock()
    monkeypatch.setattr(time, "time", clock)
    return clock


@dataclass
class Client:
    """Speaks to one agent over a real socket."""

    http: httpx.AsyncClient
    engine: Engine

    async def rpc(self, method: str, params: Any = None, *, version: str | None = "1.0", **headers: str) -> Any:
        """The JSON-RPC response to one call."""
        body = {"jsonrpc": "2.0", "id": 7, "method": method, "params": params or {}}
        return (await self.http.post("/", json=body, headers=_headers(version, headers))).json()

    async def send(self, text: str = "hello", message_id: str | None = None, **fields: Any) -> Any:
        """The task that a blocking SendMessage returns."""
        sent = {"messageId": message_id or str(uuid.uuid4()), "role": "ROLE_USER", "parts": [{"text": text}], **fields}
        body = await self.rpc("SendMessage", {"message": sent})
        return body["result"]["task"]

    async def begin(self, url: str, **config: Any) -> str:
        """The id of a task that was begun with a webhook."""
        sent = {"messageId": str(uuid.uuid4()), "role": "ROLE_USER", "parts": [{"text": "hello"}]}
        configuration = {"returnImmediately": True, "taskPushNotificationConfig": {"url": url, **config}}
        body = await self.rpc("SendMessage", {"message": sent, "configuration": configuration})
        return str(body["result"]["task"]["id"])

    async def deliveries(self, task_id: str = "", **headers: str) -> Any:
        """How far webhooks are, or the code of the error."""
        body = await self.rpc("ListPushDeliveries", {"taskId": task_id}, **headers)
        return body["result"]["deliveries"] if "result" in body else body["error"]["code"]

    async def delivery(self, task_id: str, state: str) -> Any:
        """The task's one delivery, once it is in that state."""
        while (found := (await self.deliveries(task_id))[0])["state"] != state:  # noqa: ASYNC110  it can only be asked
            await asyncio.sleep(0.01)
        return found


def _headers(version: str | None, more: dict[str, str]) -> dict[str, str]:
    return ({} if version is None else {"A2A-Version": version}) | {k.replace("_", "-"): v for k, v in more.items()}


@pytest.fixture
def store_kind() -> str:
    """Where tasks are kept; a module that is to hold for both parametrises this with "sqlite" and "postgres"."""
    return "sqlite"


@pytest.fixture
async def stores(request: pytest.FixtureRequest, store_kind: str, tmp_path: Path) -> AsyncIterator[Callable[[], Store]]:
    """Opens stores over one database, as several replicas or restarts would."""
    url = request.getfixturevalue("database") if store_kind == "postgres" else ""
    async with AsyncExitStack() as stack:

        def open_one() -> Store:
            store = PostgresStore(url, "agentia_test") if url else SqliteStore(tmp_path / "tasks.sqlite")
            stack.push_async_callback(store.close)
            return store

        yield open_one


@pytest.fixture
async def engines(stores: Callable[[], Store]) -> AsyncIterator[Callable[..., Engine]]:
    """Makes engines over one database, as several replicas or restarts would."""
    async with AsyncExitStack() as stack:

        def make(answer: Answer = echo, version: str = "1", **options: Any) -> Engine:
            engine = Engine(stores(), answer, version=version, **options)
            stack.push_async_callback(engine.close, 0.0)
            return engine

        yield make


@pytest.fixture
async def serve(engines: Callable[..., Engine]) -> AsyncIterator[Callable[..., Awaitable[Client]]]:
    """Serves an answer on a real socket; the header `x-user` says who calls, else it is the local principal."""
    async with AsyncExitStack() as stack:

        async def start(
            answer: Answer = echo,
            *,
            outbox: Callable[[Engine], Outbox] | None = None,
            keep_alive: float = KEEP_ALIVE,
            **options: Any,
        ) -> Client:
            engine = engines(answer, limits=Limits(input_modes=frozenset({"text/plain", "text/csv"})), **options)
            sending = None if outbox is None else outbox(engine)
            if sending is not None:
                stack.push_async_callback(sending.close, 0.5)
                sending.start()
                await engine.start()
            operations = Operations(engine, PushConfigs(engine.store, nothing_to_check, sending))
            rpc = Route("/", JsonRpc(operations, _identify, keep_alive=keep_alive), methods=["POST"])
            app = create_app([rpc, *Rest(operations, _identify, keep_alive=keep_alive).routes()])
            url = await stack.enter_async_context(running(app))
            http = await stack.enter_async_context(httpx.AsyncClient(base_url=url, timeout=20, verify=False))
            return Client(http, engine)

        yield start


async def _identify(request: Request) -> Caller:
    user = request.headers.get("x-user")
    return LOCAL if user is None else Caller(Owner("", user))


@pytest.fixture
def key(tmp_path: Path) -> ServiceKey:
    """The agent's key."""
    return ServiceKey.load_or_create(tmp_path / "key.pem", "echo")


@pytest.fixture
def outbox(key: ServiceKey) -> Callable[..., Callable[[Engine], Outbox]]:
    """Makes an engine's outbox; `resolve` gives the addresses of names."""

    def of(pace: Pace = QUICK, **fetching: Any) -> Callable[[Engine], Outbox]:
        fetcher = SafeFetcher(**{"allow_private": True, "timeout": 60.0, **fetching})
        webhooks = Webhooks(fetcher.post, partial(sign_webhook, key))
        return lambda engine: Outbox(engine.store, engine.topics, webhooks, seconds=30.0, pace=pace)

    return of


@pytest.fixture
def request_of() -> Callable[..., SendMessageRequest]:
    """Makes a SendMessageRequest of a text."""

    def make(text: str = "hello", message_id: str | None = None, **fields: Any) -> SendMessageRequest:
        return SendMessageRequest(message=message(text, message_id, **fields))

    return make
