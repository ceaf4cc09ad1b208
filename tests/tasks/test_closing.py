"""Stopping: what was accepted goes on later, whoever waits is told, and nobody is waited for without end."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from a2a.types.a2a_pb2 import SendMessageRequest

from agentia.core.sse import server_events
from agentia.tasks import jobs
from agentia.tasks.caller import LOCAL
from agentia.tasks.engine import Engine
from agentia.tasks.errors import EngineClosed
from agentia.tasks.records import Lease, RunEnded, StorageFailed
from agentia.tasks.run import Run
from agentia.tasks.states import COMPLETED, WORKING

Engines = Callable[..., Engine]
RequestOf = Callable[..., SendMessageRequest]


class Gate:
    """An answer that waits at a gate, and counts its attempts."""

    def __init__(self, error: Exception | None = None) -> None:
        self.open, self.begun, self.attempts, self._error = asyncio.Event(), asyncio.Event(), 0, error

    async def __call__(self, run: Run) -> str:
        self.attempts += 1
        self.begun.set()
        try:
            await self.open.wait()
        except asyncio.CancelledError:
            if self._error is not None:
                raise self._error from None
            raise
        return "through"


@pytest.mark.parametrize("error", [None, ValueError("aborted")])
async def test_a_run_that_is_interrupted_by_the_stop_goes_on_after_it(
    engines: Engines, request_of: RequestOf, error: Exception | None
) -> None:
    gate = Gate(error)
    engine = engines(gate)
    accepted = await (await engine.send(request_of(), LOCAL)).stored()
    await gate.begun.wait()
    await engine.close(0.0)
    assert (await engine.get(accepted.task_id, LOCAL)).status.state == WORKING
    gate.open.set()
    later = engines(gate)
    await later.start()
    assert (await later.settled(accepted.task_id, LOCAL)).status.state == COMPLETED
    assert gate.attempts == 2


async def test_stopping_in_order_does_not_count_as_an_attempt_lost(engines: Engines, request_of: RequestOf) -> None:
    gate = Gate()
    engine = engines(gate)
    accepted = await (await engine.send(request_of(), LOCAL)).stored()
    for _ in range(8):
        await gate.begun.wait()
        await engine.close(0.0)
        gate.begun.clear()
        engine = engines(gate)
        await engine.start()
    gate.open.set()
    assert (await engine.settled(accepted.task_id, LOCAL)).status.state == COMPLETED


async def test_who_waits_for_the_result_is_told_and_may_send_again(engines: Engines, request_of: RequestOf) -> None:
    gate = Gate()
    engine = engines(gate)
    request = request_of("x", "m-1")
    waiting = asyncio.create_task(_result(engine, request))
    again = asyncio.create_task(_result(engine, request))
    await gate.begun.wait()
    await engine.close(0.0)
    for each in (waiting, again):
        with pytest.raises(RunEnded, match="send the message again"):
            await each
    gate.open.set()
    later = engines(gate)
    await later.start()
    accepted = await later.send(request, LOCAL)
    assert (await later.settled(accepted.task_id, LOCAL)).status.state == COMPLETED


async def _result(engine: Engine, request: SendMessageRequest) -> str:
    return (await (await engine.send(request, LOCAL)).stored(settled=True)).task_id


async def test_an_engine_that_closes_takes_no_more(engines: Engines, request_of: RequestOf) -> None:
    engine = engines()
    await engine.close()
    with pytest.raises(EngineClosed, match="stopping"):
        await engine.send(request_of(), LOCAL)


async def test_an_answer_that_does_not_stop_does_not_stop_the_service_from_stopping(
    engines: Engines, request_of: RequestOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "LEAVING", 0.01)
    over, refused = asyncio.Event(), []

    async def answer(run: Run) -> None:
        for _ in range(3):
            try:
                await asyncio.sleep(0.05)
            except asyncio.CancelledError:
                continue
        try:
            await run.status("still here")
        except RunEnded as ended:
            refused.append(ended)
        over.set()

    engine = engines(answer)
    accepted = await (await engine.send(request_of(), LOCAL)).stored()
    await engine.close(0.0)
    await over.wait()
    assert len(refused) == 1
    task = await engine.get(accepted.task_id, LOCAL)
    assert task.status.state == WORKING


async def test_followers_end_where_they_are_and_go_on_elsewhere(engines: Engines, request_of: RequestOf) -> None:
    gate = Gate()
    engine = engines(gate)
    accepted = await (await engine.send(request_of(), LOCAL)).stored()
    seen: list[int] = []

    async def watch() -> None:
        async for event in engine.follow(accepted.task_id, LOCAL, 0):
            seen.append(event.number)
            engine.drain()

    await asyncio.wait_for(watch(), 5)
    gate.open.set()
    await engine.close()
    later = engines(gate)
    await later.start()
    seen += [event.number async for event in later.follow(accepted.task_id, LOCAL, seen[-1])]
    assert seen == [1, 2, 3]


async def test_the_grace_counts_from_the_drain(
    engines: Engines, request_of: RequestOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was waited for connections is not waited for runs again."""
    gate = Gate()
    engine = engines(gate)
    accepted = await (await engine.send(request_of(), LOCAL)).stored()
    engine.drain()
    later = time.monotonic() + 60
    monkeypatch.setattr("agentia.tasks.engine.time", SimpleNamespace(monotonic=lambda: later))
    await asyncio.wait_for(engine.close(60.0), 30)
    assert (await engine.get(accepted.task_id, LOCAL)).status.state == WORKING


async def test_a_replica_that_drains_takes_no_more_tasks_over(engines: Engines, request_of: RequestOf) -> None:
    leaving, staying, lost = Gate(), Gate(), engines(Gate())
    accepted = await (await lost.send(request_of(), LOCAL)).stored()
    await lost.close(0.0)
    draining, other = engines(leaving), engines(staying)
    await draining.start()
    draining.drain()
    for _ in range(20):  # more than enough for it to take the task
        await draining.get(accepted.task_id, LOCAL)
    staying.open.set()
    await other.start()
    assert (await other.settled(accepted.task_id, LOCAL)).status.state == COMPLETED
    assert (leaving.attempts, staying.attempts) == (0, 1)


async def test_a_closed_database_says_so(engines: Engines, request_of: RequestOf) -> None:
    engine = engines()
    await engine.close()
    await engine.store.close()
    for asked in (engine.get("t", LOCAL), engine.store.take("t", 1, Lease())):
        with pytest.raises(StorageFailed, match="stopping"):
            await asked


SERVICE = """
import asyncio, sys
from pathlib import Path
from starlette.routing import Route
from agentia.core.service import bind, create_app, serve
from agentia.tasks.caller import LOCAL
from agentia.tasks.engine import Engine
from agentia.tasks.jsonrpc import JsonRpc
from agentia.tasks.operations import Operations
from agentia.tasks.push import PushConfigs
from agentia.tasks.store import SqliteStore
from contextlib import asynccontextmanager

async def answer(run):
    await run.status("begun")
    await asyncio.sleep(0 if Path(sys.argv[1]).with_suffix(".go").exists() else 60)

async def local(request):
    return LOCAL

def main():
    store = SqliteStore(Path(sys.argv[1]))
    engine = Engine(store, answer, version="1")

    @asynccontextmanager
    async def lifespan(app):
        await engine.start()
        yield
        await engine.close(0.1)
        await store.close()

    operations = Operations(engine, PushConfigs(store, local))
    app = create_app([Route("/", JsonRpc(operations, local), methods=["POST"])], lifespan=lifespan)
    sock = bind("127.0.0.1", 0)
    ready = lambda: print(sock.getsockname()[1], flush=True)
    serve(app, sock, service="test", on_ready=ready, on_drain=engine.drain)

main()
"""


class Service:
    """An agent in a process of its own."""

    def __init__(self, path: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", SERVICE, str(path)], stdout=subprocess.PIPE, env=os.environ
        )
        assert self.process.stdout is not None
        self.url = f"http://127.0.0.1:{int(self.process.stdout.readline())}"

    async def events(self, method: str, params: Any, **headers: str) -> Any:
        """The events of a stream; it must end as HTTP says that a response ends."""
        body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
        async with httpx.AsyncClient(timeout=20, verify=False) as http:
            sent = {"A2A-Version": "1.0"} | {name.replace("_", "-"): value for name, value in headers.items()}
            async with http.stream("POST", self.url, json=body, headers=sent) as response:
                async for event in server_events(response.aiter_lines()):
                    yield event

    def stop(self) -> None:
        """Ask it to stop."""
        self.process.send_signal(signal.SIGTERM)

    def end(self) -> int:
        """Its exit code."""
        code = self.process.wait(20)
        assert self.process.stdout is not None
        self.process.stdout.close()
        return code


async def test_open_streams_end_in_order_at_sigterm_and_go_on_after_the_restart(tmp_path: Path) -> None:
    service = Service(tmp_path / "tasks.sqlite")
    message = {"messageId": "m-1", "role": "ROLE_USER", "parts": [{"text": "x"}]}
    seen, task_id = [], ""
    async for event in service.events("SendStreamingMessage", {"message": message}):
        seen.append(event.id)
        task_id = task_id or event.data.partition('"id":"')[2].partition('"')[0]
        if len(seen) == 3:
            service.stop()
    assert await asyncio.to_thread(service.end) == 0
    (tmp_path / "tasks.go").touch()
    service = Service(tmp_path / "tasks.sqlite")
    async for event in service.events("SubscribeToTask", {"id": task_id}, Last_Event_ID="3"):
        seen.append(event.id)
    service.stop()
    assert await asyncio.to_thread(service.end) == 0
    assert seen == ["1", "2", "3", "4"]
