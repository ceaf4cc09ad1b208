"""What the tests of cards stand on: a card, a key, and a server on a real socket."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest
import uvicorn
from a2a.types import a2a_pb2 as pb
from starlette.types import ASGIApp

from agentia.cards import Skill, build_card
from agentia.core.identity import ServiceKey

Serve = Callable[[ASGIApp], Awaitable[str]]


@pytest.fixture
def card() -> pb.AgentCard:
    skills = [
        Skill("convert", "Convert an amount of money between currencies", tags=["money"], examples=["100 USD in EUR"]),
        Skill("chartRates", "Draw how exchange rates moved over time", output_modes=["image/png"]),
    ]
    return build_card(
        name="Crème FX",
        description="Converts money between currencies at today's rates, and draws how the rates moved.",
        version="1.2.0",
        url="http://127.0.0.1:8010/",
        skills=skills,
        documentation_url="http://127.0.0.1:8010/docs",
    )


@pytest.fixture
def key(tmp_path: Path) -> ServiceKey:
    return ServiceKey.load_or_create(tmp_path / "fx.pem", "fx")


@pytest.fixture
async def serve() -> AsyncIterator[Serve]:
    """Serve an ASGI app on a free port of this machine until the test ends; gives its base URL."""
    async with AsyncExitStack() as servers:

        async def start(app: ASGIApp) -> str:
            return await servers.enter_async_context(_served(app))

        yield start


@asynccontextmanager
async def _served(app: ASGIApp) -> AsyncIterator[str]:
    """Without uvicorn's main loop, which looks only ten times a second whether it should end."""
    config = uvicorn.Config(app, port=0, log_config=None, lifespan="off", ws="none")
    config.load()
    server = uvicorn.Server(config)
    server.lifespan = config.lifespan_class(config)
    await server.startup()
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}"
    await server.shutdown()
