"""The real services under the command: a small mesh from `up` to `down`, and one service alone."""

import json
import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]


@pytest.fixture
def base(free_ports: Any) -> int:
    """A port for a gateway whose neighbours are free too."""
    from agentia.cli.mesh.plan import plan
    from agentia.cli.mesh.ports import is_free

    while True:
        port: int = free_ports(1)[0]
        if port < 65_000 and all(is_free(s.host, s.port) for s in plan(port, replicas={"quant": 2})):
            return port


def test_a_mesh_answers_survives_a_kill_and_ends(started: Run, agentia: Run, base: int, tmp_path: Path) -> None:
    up = started("up", "--detach", "--only", "quant", "--replicas", "quant=2", "--port", str(base))
    assert up.end() == 0, "\n".join(up.said)
    try:
        agents = json.loads(agentia("cards", "list", "--json").stdout)
        assert [(agent["id"], len(agent["instances"])) for agent in agents] == [("quant", 2)]
        assert "372" in agentia("ask", "--agent", "quant", "What is 15 % of 2,480?").stdout
        mesh = json.loads((tmp_path / ".agentia" / "mesh.json").read_text())
        for service in mesh["services"]:
            os.kill(service["pid"], signal.SIGKILL)
        assert "42" in agentia("ask", "--agent", "quant", "What is 7 * 6?").stdout
        listed = json.loads(agentia("tasks", "list", "--agent", "quant", "--json").stdout)
        assert [task["status"]["state"] for task in listed] == ["TASK_STATE_COMPLETED"] * 2
    finally:
        assert agentia("down").stdout.startswith(f"Ended the mesh http://127.0.0.1:{base}")
    assert agentia("status").returncode == 3


def test_one_service_runs_alone_for_containers(started: Run, free_ports: Any) -> None:
    port = str(free_ports(1)[0])
    program = started("service", "registry", "--port", port)
    ready = json.loads(program.line_with("service ready"))
    assert (ready["service"], ready["port"]) == ("registry", int(port))
    program.send(signal.SIGTERM)
    assert program.end() == 0


def test_a_service_of_no_known_name_is_refused(agentia: Run) -> None:
    done = agentia("service", "nobody")
    assert done.returncode == 2
    assert "There are: registry, analyst, quant, concierge, librarian, gateway, and FILE:NAME." in done.stderr
