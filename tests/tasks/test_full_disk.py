"""A full disk: new tasks are refused with a sentence; accepted ones lose nothing and go on when there is space."""

import json
import os
import resource
import signal
import socket
import subprocess
import sys
import uuid
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from agentia.core.sse import server_events

SCRIPT = Path(__file__).with_name("agent_for_full_disk.py")
V1 = {"A2A-Version": "1.0"}
PAGE = 4096


def _message(text: str) -> dict[str, Any]:
    return {"message": {"messageId": str(uuid.uuid4()), "role": "ROLE_USER", "parts": [{"text": text}]}}


@pytest.fixture
def agent(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[bytes], str, Path]]:
    """A real agent process, its URL, and the pipe that feeds it."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen([sys.executable, SCRIPT, tmp_path / "data", pipe, str(port)], stderr=log)
    yield process, f"http://127.0.0.1:{port}", pipe
    process.send_signal(signal.SIGKILL)
    process.wait()


async def _up(http: httpx.AsyncClient) -> None:
    transport = httpx.AsyncHTTPTransport(retries=8)  # waits longer each time, up to a minute in all
    async with httpx.AsyncClient(transport=transport, base_url=http.base_url) as patient:
        assert (await patient.get("/healthz")).status_code == 200


async def _events(http: httpx.AsyncClient) -> AsyncIterator[tuple[int, Any]]:
    async with http.stream("POST", "/message:stream", json=_message("drip"), headers=V1, timeout=60) as response:
        async for event in server_events(response.aiter_lines()):
            yield int(event.id or 0), json.loads(event.data)


async def _rpc(http: httpx.AsyncClient, text: str) -> Any:
    body = {"jsonrpc": "2.0", "id": 1, "method": "SendMessage", "params": _message(text)}
    return (await http.post("/", json=body, headers=V1)).json()


async def test_a_full_disk_refuses_new_tasks_and_loses_nothing_of_accepted_ones(
    agent: tuple[subprocess.Popen[bytes], str, Path],
) -> None:
    process, url, pipe = agent
    async with httpx.AsyncClient(base_url=url, timeout=30, verify=False) as http:
        await _up(http)
        events = _events(http)
        seen = [await anext(events), await anext(events)]
        with pipe.open("w") as feed:
            _feed(feed, "one\n")
            seen.append(await anext(events))

            resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (PAGE, resource.RLIM_INFINITY))
            _feed(feed, "two\n")
            refused = await _rpc(http, "echo")
            assert refused["error"]["code"] == -32603
            assert "space" in refused["error"]["message"]
            over_http = await http.post("/message:send", json=_message("echo"), headers=V1)
            assert over_http.status_code == 507
            assert "space" in over_http.json()["error"]["message"]

            resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
            _feed(feed, "three\nend\n")
        seen += [event async for event in events]
        assert [number for number, _ in seen] == list(range(1, len(seen) + 1))
        task = (await http.get(f"/tasks/{seen[0][1]['task']['id']}", headers=V1)).json()
        assert task["status"]["state"] == "TASK_STATE_COMPLETED"
        assert task["artifacts"][0]["parts"][0]["text"] == "one\ntwo\nthree\n"
        assert "result" in await _rpc(http, "echo"), "there is space again"
        assert (await http.get("/tasks", headers=V1)).json()["totalSize"] == 2, "what was refused left nothing"


def _feed(feed: Any, text: str) -> None:
    feed.write(text)
    feed.flush()
