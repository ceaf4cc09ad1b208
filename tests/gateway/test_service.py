"""The gateway as a process of its own."""

import asyncio
import os
import signal
import socket
import sys
from pathlib import Path
from typing import Any

import pytest

from agentia.core.settings import Settings
from agentia.gateway.errors import NotLoopback
from agentia.gateway.main import run

MAIN = """
import socket, sys
from agentia.core.settings import Settings
from agentia.gateway.main import run
run(Settings(), socket.socket(fileno=int(sys.argv[1])))
"""


def test_it_refuses_an_address_that_others_can_reach_before_it_makes_a_key(tmp_path: Path) -> None:
    with (
        socket.create_server(("0.0.0.0", 0)) as sock,
        pytest.raises(NotLoopback, match=r"does not listen on 0\.0\.0\.0"),
    ):
        run(Settings(data=tmp_path), sock)
    assert list(tmp_path.iterdir()) == []


async def test_it_answers_on_its_socket_and_leaves_in_order_at_sigterm(mesh: Any, tmp_path: Path) -> None:
    sock = socket.create_server(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{sock.getsockname()[1]}"
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        MAIN,
        str(sock.fileno()),
        pass_fds=[sock.fileno()],
        env={**os.environ, "AGENTIA_DATA": str(tmp_path), "AGENTIA_REGISTRY_URL": f"http://{mesh.registry_host}"},
    )
    sock.close()
    try:
        assert (await mesh.client.get(f"{url}/healthz")).json() == {"status": "ok"}
        assert (tmp_path / "keys" / "gateway.pem").exists()
    finally:
        process.send_signal(signal.SIGTERM)
        assert await process.wait() == 0
