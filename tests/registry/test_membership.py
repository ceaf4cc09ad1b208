"""An agent's place in the registry, kept while the registry comes and goes."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from agentia.core.service import bind, running
from agentia.core.settings import Settings
from agentia.registry.client import Agent, RegistryClient, RegistryRefused, keep_registered
from agentia.registry.liveness import Liveness
from agentia.registry.main import create_app

if TYPE_CHECKING:
    from tests.registry.conftest import StartAgent

QUICK = Liveness(heartbeat=0.05)


class Watched(RegistryClient):
    """A client whose answered calls can be waited for."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.joined: asyncio.Queue[Agent] = asyncio.Queue()
        self.refused: asyncio.Queue[RegistryRefused] = asyncio.Queue()
        self.beats: asyncio.Queue[str] = asyncio.Queue()

    async def join(self, *args: Any, **values: Any) -> tuple[Agent, float]:
        try:
            answer = await super().join(*args, **values)
        except RegistryRefused as exc:
            self.refused.put_nowait(exc)
            raise
        self.joined.put_nowait(answer[0])
        return answer

    async def heartbeat(self, id: str, instance: str) -> float:
        pause = await super().heartbeat(id, instance)
        self.beats.put_nowait(id)
        return pause


@asynccontextmanager
async def kept(client: RegistryClient, url: str) -> AsyncIterator[asyncio.Event]:
    registered = asyncio.Event()
    keeping = asyncio.create_task(keep_registered(client, url, f"{url}/", registered=registered))
    try:
        yield registered
    finally:
        keeping.cancel()
        await asyncio.gather(keeping, return_exceptions=True)


@pytest.fixture
def open_settings(tmp_path: Path) -> Settings:
    return Settings(data=tmp_path, allow_private=True)


async def test_an_agent_registers_reports_and_says_goodbye(open_settings: Settings, start_agent: "StartAgent") -> None:
    server = await start_agent()
    async with running(create_app(open_settings, liveness=QUICK)) as url, Watched(url) as client:
        async with kept(client, server.url) as registered:
            await registered.wait()
            assert (await client.get("quant")).instances[0].url == server.url
            for _ in range(3):
                assert await client.beats.get() == "quant"
        assert not registered.is_set()
        assert await client.list() == []


async def test_an_agent_that_was_forgotten_registers_again(open_settings: Settings, start_agent: "StartAgent") -> None:
    server = await start_agent()
    async with running(create_app(open_settings, liveness=QUICK)) as url, Watched(url) as client:
        async with kept(client, server.url):
            await client.joined.get()
            await client.deregister("quant")
            assert (await client.joined.get()).id == "quant"


async def test_a_registry_that_is_away_is_waited_for_and_logged_once(
    open_settings: Settings, start_agent: "StartAgent", caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "agentia.registry")
    server, tries = await start_agent(), asyncio.Queue[None]()

    async def hang_up(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        tries.put_nowait(None)
        writer.close()

    sock = bind("127.0.0.1", 0)
    port = sock.getsockname()[1]
    away = await asyncio.start_server(hang_up, sock=sock)
    async with Watched(f"http://127.0.0.1:{port}") as client, kept(client, server.url) as registered:
        for _ in range(2):
            await tries.get()
        away.close()
        async with running(create_app(open_settings, liveness=QUICK), bind("127.0.0.1", port)):
            await registered.wait()
            await client.beats.get()
    said = [record.message for record in caplog.records if record.levelno == logging.WARNING]
    assert said == ["not registered for now"]
    assert "registry answers again" in caplog.messages


async def test_shutdown_does_not_wait_for_a_registry_that_is_gone(
    open_settings: Settings, start_agent: "StartAgent", caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "agentia.registry")
    server = await start_agent()
    async with AsyncExitStack() as registry:
        url = await registry.enter_async_context(running(create_app(open_settings)))
        async with Watched(url) as client, kept(client, server.url) as registered:
            await registered.wait()
            await registry.aclose()
    assert "left without a goodbye" in caplog.messages


async def test_a_refusal_is_said_once_with_its_fix_and_tried_again(
    open_settings: Settings, start_agent: "StartAgent", caplog: pytest.LogCaptureFixture
) -> None:
    first, second = await start_agent(), await start_agent()
    async with running(create_app(open_settings)) as url, Watched(url) as client:
        await client.register(first.url)
        async with kept(client, second.url) as registered:
            for _ in range(2):
                assert (await client.refused.get()).reason == "name_taken"
            await client.deregister("quant")
            await registered.wait()
    (warning,) = [record for record in caplog.records if record.name == "agentia.registry" and record.levelno > 20]
    assert "is taken" in str(vars(warning)["reason"])
    assert vars(warning)["fix"]
