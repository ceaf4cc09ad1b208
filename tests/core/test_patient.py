"""A service that lacks something lives, says what, and begins to work as soon as it can."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from agentia.core.errors import AgentiaError
from agentia.core.service import Patient, create_app, running


class Lost(AgentiaError):
    """What a store says whose database is away."""


class World:
    """What the service needs: `failures` are raised one a try, then it can be built."""

    def __init__(self, *failures: Exception) -> None:
        self._failures = list(failures)
        self.works, self.ended, self.gone_on = asyncio.Event(), asyncio.Event(), asyncio.Event()

    def build(self) -> Starlette:
        if self._failures and not self.gone_on.is_set():
            raise self._failures[0] if len(self._failures) == 1 else self._failures.pop(0)

        async def hello(_: Request) -> PlainTextResponse:
            return PlainTextResponse("hello")

        app = create_app([Route("/", hello, methods=["GET", "POST"])], lifespan=self._lifespan)
        app.state.drain = self.ended.set
        return app

    @asynccontextmanager
    async def _lifespan(self, _: Starlette) -> AsyncIterator[None]:
        self.works.set()
        yield
        self.ended.set()


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("agentia.core.service.patient._PAUSES", (0.01,))


async def until(http: httpx.AsyncClient, fits: Callable[[str], bool]) -> httpx.Response:
    """What /readyz says once it says something that fits."""
    async with asyncio.timeout(5):
        while not fits((answer := await http.get("/readyz")).text):
            pass
    return answer


async def test_it_lives_and_says_what_it_lacks_until_it_works() -> None:
    world = World(Lost("The database is away.", fix="Start it."))
    async with running(Patient(world.build)) as url, httpx.AsyncClient(base_url=url) as http:
        waiting = await until(http, lambda text: "away" in text)
        assert (waiting.status_code, waiting.json()["reason"]) == (503, "The database is away.")
        assert (await http.get("/healthz")).status_code == 200
        refused = await http.post("/")
        assert (refused.status_code, refused.json()["error"]["fix"]) == (503, "Start it.")

        world.gone_on.set()

        assert (await until(http, lambda text: '"ready"' in text)).status_code == 200
        assert (await http.post("/")).text == "hello"
    assert world.ended.is_set()


async def test_it_says_once_what_it_lacks_however_often_it_tries(caplog: pytest.LogCaptureFixture) -> None:
    world = World(*[Lost("The database is away.")] * 5, Lost("The disk is full."))
    with caplog.at_level(logging.WARNING):
        async with running(Patient(world.build)) as url, httpx.AsyncClient(base_url=url) as http:
            await until(http, lambda text: "full" in text)
    reasons = [vars(record)["reason"] for record in caplog.records if "cannot work" in record.message]
    assert reasons == ["The database is away.", "The disk is full."]


async def test_what_nobody_foresaw_is_tried_again_too_and_kept_from_strangers(caplog: pytest.LogCaptureFixture) -> None:
    world = World(RuntimeError("the secret recipe"))
    async with running(Patient(world.build)) as url, httpx.AsyncClient(base_url=url) as http:
        waiting = await until(http, lambda text: "internal reason" in text)
        world.gone_on.set()
        await world.works.wait()
    assert "secret" not in waiting.text
    assert "the secret recipe" in caplog.text


async def test_it_can_be_ended_while_it_waits() -> None:
    async with asyncio.timeout(5):
        async with running(Patient(World(Lost("The database is away.")).build)):
            pass
