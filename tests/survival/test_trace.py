"""A trace goes on when its process is killed: another one takes the task over, and tells the rest of it."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx

from agentia.core.service import bind
from agentia.core.telemetry import span_id
from tests.agents.collector import collecting
from tests.survival.traced import GO_ON

PATIENCE = 60.0


@asynccontextmanager
async def process(data: Path, port: int, collector: str, ends_with: signal.Signals) -> AsyncIterator[None]:
    """The agent in a process that is ended by that signal."""
    more = {"OTEL_EXPORTER_OTLP_ENDPOINT": collector, "OTEL_BSP_SCHEDULE_DELAY": "20"}
    program = (sys.executable, "-m", "tests.survival.traced", str(data), str(port))
    made = await asyncio.create_subprocess_exec(*program, env={**os.environ, **more})
    try:
        yield
    finally:
        made.send_signal(ends_with)
        await made.wait()


async def call(http: httpx.AsyncClient, method: str, params: Any) -> Any:
    """The result of a call, as soon as the agent takes calls."""
    body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
    while True:
        try:
            return (await http.post("/", json=body, headers={"A2A-Version": "1.0"})).json()["result"]
        except httpx.TransportError:
            await asyncio.sleep(0.05)


async def test_a_task_whose_process_is_killed_goes_on_in_its_trace(tmp_path: Path) -> None:
    with bind("127.0.0.1", 0) as sock:
        port = sock.getsockname()[1]
    async with (
        asyncio.timeout(PATIENCE),
        collecting() as (collector, url),
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as http,
    ):
        async with process(tmp_path, port, url, signal.SIGKILL):
            message = {"messageId": "m", "role": "ROLE_USER", "parts": [{"text": "work"}]}
            params = {"message": message, "configuration": {"returnImmediately": True}}
            task_id = (await call(http, "SendMessage", params))["task"]["id"]
            await collector.until("step")
        assert [span.name for span in collector.spans] == ["task worker", "step"]
        async with process(tmp_path, port, url, signal.SIGTERM):
            (tmp_path / GO_ON).touch()
            await collector.until("invoke_agent worker")
            task = await call(http, "GetTask", {"id": task_id})

    assert task["status"]["state"] == "TASK_STATE_COMPLETED"
    assert {span.trace for span in collector.spans} == {task_id.replace("-", "")}
    run = collector.one("invoke_agent worker")
    assert (run.id, run.parent) == (span_id(f"run {task_id} 1"), collector.one("task worker").id)
    steps = [span for span in collector.spans if span.name == "step"]
    assert [span.attributes["agentia.step"] for span in steps] == ["first", "second"]
    assert {span.parent for span in steps} == {run.id}
