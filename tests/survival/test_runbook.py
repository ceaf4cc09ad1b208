"""The commands of docs/runbook.md, taken from the page and run against a mesh of their own."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from bench.cluster import binaries
from bench.mesh import newcomer
from bench.servers import free_port
from tests.survival.readiness import until, wants

ROOT = Path(__file__).parents[2]
SECONDS = 60
"""How long a service may take to say or do what it should."""
PAGE = (ROOT / "docs" / "runbook.md").read_text(encoding="utf-8")


def commands(name: str) -> str:
    """The block of the page that is marked as tried under this name."""
    (found,) = re.findall(rf"<!-- tried: {name} -->\n```bash\n(.*?)```", PAGE, re.DOTALL)
    return str(found)


@dataclass
class Mesh:
    """A mesh in a folder, driven by commands in a shell as a person would."""

    data: Path
    port: int
    variables: dict[str, str]

    def run(self, text: str, **more: str) -> str:
        """What the commands print; all have to succeed."""
        done = subprocess.run(
            ["bash", "-euc", text], cwd=ROOT, env=self.variables | more, capture_output=True, text=True
        )
        assert done.returncode == 0, f"{text}\n{done.stdout}{done.stderr}"
        return done.stdout

    def up(self) -> None:
        self.run(f'agentia up --detach --data "$DATA" --port {self.port}')

    def down(self) -> None:
        self.run('agentia down --data "$DATA"')

    def ask(self, text: str) -> str:
        out = self.data.parent / "out"
        return self.run(f'agentia ask "{text}" --agent quant --url http://127.0.0.1:{self.port} --out {out}')

    def tasks(self) -> str:
        return self.run(f"agentia tasks list --agent quant --url http://127.0.0.1:{self.port}")

    def pid(self, service: str) -> int:
        record = json.loads((self.data / "mesh.json").read_text())
        return next(int(one["pid"]) for one in record["services"] if one["name"] == service)


@pytest.fixture
def new_mesh(tmp_path: Path, ports: range) -> Iterator[Callable[..., Mesh]]:
    """Start a mesh, in whose environment is what is given; it ends with the test."""
    started: list[Mesh] = []

    def start(**variables: str) -> Mesh:
        path = f"{Path(sys.executable).parent}:{binaries()}:{os.environ['PATH']}"
        data = tmp_path / "data"
        told = {
            **newcomer(),
            "PATH": path,
            "DATA": str(data),
            "BACKUP": str(tmp_path / "backup"),
            "COLUMNS": "200",
            **variables,
        }
        mesh = Mesh(data, ports[0], told)
        started.append(mesh)
        mesh.up()
        return mesh

    yield start
    for mesh in started:
        mesh.down()


def test_a_backup_of_a_running_mesh_is_restored(new_mesh: Callable[..., Mesh]) -> None:
    mesh = new_mesh()
    mesh.ask("What is 15 % of 240?")
    assert "quant.sqlite: copied" in mesh.run(commands("backup"))
    mesh.ask("What is 20 % of 240?")
    assert mesh.tasks().count("completed") == 2
    mesh.run(commands("restore"))
    mesh.up()
    assert mesh.tasks().count("completed") == 1
    assert "36" in mesh.tasks()
    assert "48" in mesh.ask("What is 20 % of 240?")


def test_a_dump_of_postgres_is_restored(new_mesh: Callable[..., Mesh], database: str) -> None:
    mesh = new_mesh(AGENTIA_DATABASE_URL=database, DATABASE=database)
    mesh.ask("What is 15 % of 240?")
    mesh.run(commands("backup-postgres"))
    mesh.ask("What is 20 % of 240?")
    assert mesh.tasks().count("completed") == 2
    mesh.down()
    mesh.run(commands("restore-postgres"))
    mesh.up()
    assert mesh.tasks().count("completed") == 1
    assert "48" in mesh.ask("What is 20 % of 240?")


def test_the_keys_of_a_gateway_and_of_an_agent_are_changed_in_steps(new_mesh: Callable[..., Mesh]) -> None:
    mesh = new_mesh()
    keys = {name: mesh.data / "keys" / f"{name}.pem" for name in ("gateway", "quant")}
    first = {name: key.read_bytes() for name, key in keys.items()}
    steps = [line for line in commands("rotate").splitlines() if not line.startswith("#")]
    assert len(steps) == 3
    for step in steps:
        for name in keys:
            mesh.run(step, SERVICE=name)
        mesh.down()
        mesh.up()
        assert "36" in mesh.ask("What is 15 % of 240?")
    assert all(key.read_bytes() != first[name] for name, key in keys.items())
    assert not list(mesh.data.glob("keys/*.*.pem"))


def test_a_gateway_whose_key_others_have_gets_a_new_one_at_once(new_mesh: Callable[..., Mesh]) -> None:
    mesh = new_mesh()
    key = mesh.data / "keys" / "gateway.pem"
    before, pid = key.read_bytes(), mesh.pid("gateway")
    os.kill(pid, signal.SIGSTOP)
    mesh.run(commands("compromised"), SERVICE="gateway", REGISTRY=f"http://127.0.0.1:{mesh.port + 1}")
    os.kill(pid, signal.SIGKILL)
    assert "36" in until(lambda: mesh.ask("What is 15 % of 240?"), SECONDS)
    assert key.read_bytes() != before


def test_an_agent_that_may_not_migrate_waits_for_the_command(tmp_path: Path, new_mesh: Callable[..., Mesh]) -> None:
    mesh = new_mesh()
    data, port = tmp_path / "other", free_port()
    with _service("quant", data, port, mesh.variables):
        assert "agentia migrate" in until(lambda: wants(f"http://127.0.0.1:{port}", "agentia migrate"), SECONDS)
        mesh.run(commands("migrate"), DATA=str(data))
        assert "registry" in until(lambda: wants(f"http://127.0.0.1:{port}", "registry"), SECONDS)


@contextmanager
def _service(name: str, data: Path, port: int, variables: dict[str, str]) -> Iterator[None]:
    told = {"AGENTIA_MIGRATE": "check", "AGENTIA_DATA": str(data), "AGENTIA_REGISTRY_URL": "http://127.0.0.1:1"}
    command = [str(Path(sys.executable).with_name("agentia")), "service", name, "--port", str(port)]
    with subprocess.Popen(command, env=variables | told, stderr=subprocess.DEVNULL) as process:
        try:
            yield
        finally:
            process.terminate()
