"""A registry and agents on real sockets, with a clock that a test turns."""

import asyncio
import tomllib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from a2a.types import a2a_pb2 as pb
from pydantic import SecretStr
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from agentia.cards.build import Skill, build_card
from agentia.cards.signing import sign_card
from agentia.cards.versions import card_bytes
from agentia.cards.wellknown import CARD_PATH, JWKS_PATH, conditional
from agentia.core.identity import ServiceKey
from agentia.core.service import bind, create_app, running
from agentia.core.settings import Settings
from agentia.registry.client import RegistryClient
from agentia.registry.index import CardIndex, terms_of_card
from agentia.registry.liveness import Liveness
from agentia.registry.main import create_app as create_registry

TOKEN = "let-me-in"
SKILL = Skill("percentages", "Parts and changes in percent", tags=["percent"], examples=["What is 15 % of 80?"])


@dataclass
class Clock:
    """The registry's idea of now, in unix seconds."""

    now: float = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += seconds


@dataclass
class CardServer:
    """An agent as far as the registry looks: a card and a key set at an address."""

    url: str
    card: pb.AgentCard
    key: ServiceKey | None
    stack: AsyncExitStack
    jwks: dict[str, Any] = field(default_factory=dict)
    fetched: list[tuple[str, int]] = field(default_factory=list)

    async def answer(self, request: Request) -> Response:
        body = card_bytes(self.card)
        answer = Response(status_code=404)
        if request.url.path == CARD_PATH:
            answer = conditional(request, body)
        elif request.url.path == JWKS_PATH and self.jwks:
            answer = httpx_json(self.jwks)
        self.fetched.append((request.url.path, answer.status_code))
        return answer

    async def stop(self) -> None:
        """Be gone, as a process that was killed."""
        await self.stack.aclose()


def httpx_json(data: Mapping[str, Any]) -> Response:
    return Response(httpx.Response(200, json=data).content, media_type="application/json")


StartAgent = Callable[..., Awaitable[CardServer]]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def key(tmp_path: Path) -> ServiceKey:
    """The key of an agent."""
    return ServiceKey.load_or_create(tmp_path / "agent.pem", "agent")


@pytest.fixture
def other_key(tmp_path: Path) -> ServiceKey:
    """The key of somebody else."""
    return ServiceKey.load_or_create(tmp_path / "other.pem", "other")


@pytest.fixture
async def start_agent() -> AsyncIterator[StartAgent]:
    """Start an agent on a free port: its name, and a key when its card shall be signed and its keys published."""
    agents: list[CardServer] = []

    async def start(
        name: str = "Quant", *, key: ServiceKey | None = None, skill: Skill = SKILL, port: int = 0
    ) -> CardServer:
        sock = bind("127.0.0.1", port)
        url = f"http://127.0.0.1:{sock.getsockname()[1]}"
        card = build_card(name=name, description="Calculates.", version="1.0.0", url=f"{url}/", skills=[skill])
        stack = AsyncExitStack()
        server = CardServer(url, sign_card(card, key) if key else card, key, stack, key.jwks() if key else {})
        agents.append(server)
        app = create_app([Route("/{path:path}", server.answer)])
        await stack.enter_async_context(running(app, sock, service=name))
        return server

    yield start
    await asyncio.gather(*(agent.stop() for agent in agents))  # each takes a moment, so all at once


@dataclass(frozen=True)
class Registry:
    """A running registry: a client with the join token, one without, and the clock."""

    url: str
    member: RegistryClient
    stranger: RegistryClient
    http: httpx.AsyncClient
    clock: Clock


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data=tmp_path, join_token=SecretStr(TOKEN))


@pytest.fixture
def liveness() -> Liveness:
    return Liveness(heartbeat=5, missed=3, forget=600)


@pytest.fixture
async def registry(settings: Settings, liveness: Liveness, clock: Clock) -> AsyncIterator[Registry]:
    async with (
        running(create_registry(settings, liveness=liveness, clock=clock), service="registry") as url,
        RegistryClient(url, join_token=TOKEN) as member,
        RegistryClient(url) as stranger,
        httpx.AsyncClient(base_url=url, headers={"Authorization": f"Bearer {TOKEN}"}, verify=False) as http,
    ):
        yield Registry(url, member, stranger, http, clock)


@pytest.fixture(scope="session")
def relevance() -> dict[str, Any]:
    """The cards and needs of the relevance table."""
    return tomllib.loads((Path(__file__).parent / "relevance.toml").read_text(encoding="utf-8"))


IndexOf = Callable[..., CardIndex]


@pytest.fixture(scope="session")
def index_of(relevance: dict[str, Any]) -> IndexOf:
    """An index of the table's cards: all of them, or those named."""

    def build(*ids: str) -> CardIndex:
        index = CardIndex()
        for card in relevance["card"]:
            if not ids or card["id"] in ids:
                index.put(card["id"], terms_of_card({**card, "defaultInputModes": card["input_modes"]}))
        return index

    return build
