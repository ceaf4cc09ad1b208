"""How a service ends: in order, within its grace, and as soon as nothing is under way."""

import asyncio
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from agentia.core.service import bind, create_app, running

PROGRAM = """
import asyncio, sys
from contextlib import AsyncExitStack, asynccontextmanager
from starlette.responses import PlainTextResponse, StreamingResponse
from starlette.routing import Route
from agentia.core import logs
from agentia.core.service import bind, create_app, serve

drained = asyncio.Event()

def say(word): print(word, flush=True)

@asynccontextmanager
async def lifespan(app):
    say("lifespan begins")
    yield
    say("lifespan ends")

async def stream(request):
    async def parts():
        yield b"first,"
        await drained.wait()
        yield b"last"
    return StreamingResponse(parts())

async def stuck(request):
    say("stuck")
    await asyncio.Event().wait()

sock = bind("127.0.0.1", 0)
say(sock.getsockname()[1])
logs.setup("test", json=True)
serve(create_app([Route("/stream", stream), Route("/stuck", stuck)], lifespan=lifespan), sock, service="test",
      on_ready=lambda: say("ready"), on_drain=drained.set, grace=int(sys.argv[1]))
say("served")
"""


class Program:
    """A service in a process of its own, which says on stdout how far it is."""

    def __init__(self, process: asyncio.subprocess.Process, port: int) -> None:
        self.process, self.url = process, f"http://127.0.0.1:{port}"

    async def says(self) -> str:
        assert self.process.stdout
        async with asyncio.timeout(30):
            return (await self.process.stdout.readline()).decode().strip()


@asynccontextmanager
async def program(grace: int) -> AsyncIterator[Program]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", PROGRAM, str(grace), stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    assert process.stdout
    service = Program(process, int(await process.stdout.readline()))
    try:
        assert [await service.says(), await service.says()] == ["lifespan begins", "ready"]
        yield service
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_ends_a_service_in_order_and_with_exit_code_0(stop: signal.Signals) -> None:
    async with program(grace=10) as service:
        service.process.send_signal(stop)

        assert [await service.says(), await service.says()] == ["lifespan ends", "served"]
        assert await service.process.wait() == 0


async def test_at_the_signal_streams_are_told_and_end_whole() -> None:
    async with program(grace=10) as service, httpx.AsyncClient(base_url=service.url, verify=False) as client:
        async with client.stream("GET", "/stream") as answer:
            parts = answer.aiter_bytes()
            assert await anext(parts) == b"first,"
            service.process.terminate()
            assert [part async for part in parts] == [b"last"]

        assert await service.process.wait() == 0


async def test_what_does_not_end_within_the_grace_is_cut_off() -> None:
    async with program(grace=1) as service, httpx.AsyncClient(base_url=service.url, timeout=30, verify=False) as client:
        request = asyncio.create_task(client.get("/stuck"))
        assert await service.says() == "stuck"
        service.process.terminate()

        answer = await request
        assert (answer.status_code, answer.json()["error"]["message"]) == (503, "The service is stopping.")
        assert [await service.says(), await service.says()] == ["lifespan ends", "served"]


async def test_a_second_signal_ends_the_wait() -> None:
    async with (
        program(grace=600) as service,
        httpx.AsyncClient(base_url=service.url, timeout=30, verify=False) as client,
    ):
        request = asyncio.create_task(client.get("/stuck"))
        assert await service.says() == "stuck"
        service.process.terminate()
        while b"stopping" not in await service.process.stderr.readline():  # type: ignore[union-attr]  # is a pipe
            pass
        service.process.terminate()

        assert await service.says() == "served"
        assert (await request).status_code == 503


async def test_a_service_stops_as_soon_as_its_last_connection_is_closed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It waits for events: a clock it would look at is stopped."""
    held, let_go = asyncio.Event(), asyncio.Event()
    naps = []

    async def hold(_: Request) -> PlainTextResponse:
        held.set()
        await let_go.wait()
        return PlainTextResponse("done")

    async def nap(seconds: float, result: object = None) -> object:
        naps.append(seconds)
        return await (sleep(0) if seconds == 0 else asyncio.Event().wait())

    sleep = asyncio.sleep
    async with AsyncExitStack() as stack:
        url = await stack.enter_async_context(running(create_app([Route("/", hold)])))
        async with (
            httpx.AsyncClient(base_url=url, verify=False) as idle,
            httpx.AsyncClient(base_url=url, verify=False) as busy,
        ):
            assert (await idle.get("/healthz")).status_code == 200
            request = asyncio.create_task(busy.get("/"))
            await held.wait()
            monkeypatch.setattr(asyncio, "sleep", nap)
            stopping = asyncio.create_task(stack.aclose())
            for _ in range(10):
                await sleep(0)
            let_go.set()

            assert (await request).text == "done"
            async with asyncio.timeout(30):
                await stopping
            monkeypatch.undo()

    assert set(naps) <= {0}


async def test_a_closed_service_frees_its_port() -> None:
    async with running(create_app([])) as url:
        port = httpx.URL(url).port
    assert port

    bind("127.0.0.1", port).close()
