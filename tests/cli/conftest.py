"""Running the command and meshes of stand-in services as real processes, heard through their output."""

import importlib
import io
import json
import os
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, redirect_stderr, redirect_stdout, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import pytest

from agentia.cli.main import main

STANDINS = Path(__file__).parent / "standins"
AGENTIA = Path(sys.executable).with_name("agentia")


@dataclass
class Program:
    """A process that is read line by line; waiting means reading on until the line comes."""

    process: subprocess.Popen[str]
    said: list[str] = field(default_factory=list)

    def line_with(self, *words: str) -> str:
        """The next line that holds all the words."""
        assert self.process.stdout
        for line in self.process.stdout:
            self.said.append(line.rstrip("\n"))
            if all(word in line for word in words):
                return line
        raise AssertionError(f"it ended without saying {words}:\n" + "\n".join(self.said))

    def send(self, signum: signal.Signals) -> None:
        self.process.send_signal(signum)

    def end(self) -> int:
        """Read it to its end; the exit code."""
        assert self.process.stdout
        self.said.extend(line.rstrip("\n") for line in self.process.stdout)
        return self.process.wait()


@dataclass
class Standins:
    """Starts meshes of stand-ins on one data folder and tells what happened in them."""

    folder: Path
    programs: list[Program] = field(default_factory=list)
    env: dict[str, str] = field(default_factory=dict)

    script: Path = STANDINS / "mesh_of_standins.py"

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def start(self, services: list[dict[str, Any]], *options: str) -> Program:
        program = [
            sys.executable,
            str(self.script),
            str(self.data),
            json.dumps(services),
            *options,
        ]
        process = subprocess.Popen(
            program, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=self.environment()
        )
        self.programs.append(Program(process))
        return self.programs[-1]

    def environment(self) -> dict[str, str]:
        journal = str(self.folder / "journal")
        return {**os.environ, "PYTHONPATH": str(STANDINS), "STANDIN_JOURNAL": journal, **self.env}

    def journal(self, what: str = "") -> list[dict[str, Any]]:
        path = self.folder / "journal"
        notes = [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []
        return [note for note in notes if not what or note["what"] == what]

    def pid(self, name: str) -> int:
        pids: list[int] = [s["pid"] for s in self.mesh()["services"] if s["name"] == name]
        return pids[0]

    def mesh(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.data / "mesh.json").read_text())
        return found

    def close(self) -> None:
        for program in self.programs:
            if program.process.poll() is None:
                program.send(signal.SIGTERM)
            program.end()
            if program.process.stdout:
                program.process.stdout.close()
        if (self.data / "mesh.json").exists():
            subprocess.run([AGENTIA, "down", "--data", str(self.data)], check=False, capture_output=True)


@pytest.fixture
def standins(tmp_path: Path) -> Iterator[Standins]:
    meshes = Standins(tmp_path)
    yield meshes
    meshes.close()


@pytest.fixture
def free_ports() -> Callable[[int], list[int]]:
    """Ports that nobody listens on now."""

    def find(count: int) -> list[int]:
        sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
        ports = [sock.getsockname()[1] for sock in sockets]
        for sock in sockets:
            sock.close()
        return ports

    return find


@pytest.fixture
def trio(free_ports: Callable[[int], list[int]]) -> list[dict[str, Any]]:
    """A registry, an agent and a gateway that behave."""
    registry, agent, gateway = free_ports(3)
    name = f"echo-{agent}"
    return [
        {"name": "registry", "role": "registry", "port": registry, "target": "standin:serve"},
        {"name": "echo", "role": "agent", "agent": name, "port": agent, "target": "standin:serve"},
        {"name": "gateway", "role": "gateway", "port": gateway, "target": "standin:serve"},
    ]


@dataclass
class Done:
    """A command that has ended."""

    returncode: int
    stdout: str
    stderr: str


@pytest.fixture
def agentia(tmp_path: Path) -> Callable[..., Done]:
    """Run a command in this process and an empty folder; the environment holds nothing of Agentia's."""

    def run(*arguments: str | Path, **env: str) -> Done:
        stdout, stderr = io.StringIO(), io.StringIO()
        with pytest.MonkeyPatch.context() as patch, redirect_stdout(stdout), redirect_stderr(stderr):
            for name in [name for name in os.environ if name.startswith(("AGENTIA_", "OPENAI_"))]:
                patch.delenv(name)
            for name, value in {"COLUMNS": "160", **env}.items():
                patch.setenv(name, value)
            patch.chdir(tmp_path)
            patch.setattr(sys, "argv", ["agentia", *map(str, arguments)])
            patch.setattr(sys, "stdin", io.StringIO())
            with pytest.raises(SystemExit) as ended:
                main()
        return Done(int(ended.value.code or 0), stdout.getvalue(), stderr.getvalue())

    return run


@pytest.fixture
def started(tmp_path: Path) -> Iterator[Callable[..., Program]]:
    """Start a command as a process of its own; it is ended with the test."""
    programs: list[Program] = []

    def start(*arguments: str | Path, **env: str) -> Program:
        clean = {key: value for key, value in os.environ.items() if not key.startswith(("AGENTIA_", "OPENAI_"))}
        process = subprocess.Popen(
            [AGENTIA, *map(str, arguments)],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            cwd=tmp_path,
            env={**clean, **env},
        )
        programs.append(Program(process))
        return programs[-1]

    yield start
    for program in programs:
        if program.process.poll() is None:
            program.send(signal.SIGTERM)
        program.end()
        assert program.process.stdout
        program.process.stdout.close()


@pytest.fixture
def gone() -> Callable[[int], bool]:
    """Wait until the process is no more; False when it is still there after 20 s."""

    def wait(pid: int) -> bool:
        with suppress(ProcessLookupError), closing(_Process(pid)) as process:
            return bool(select.select([process], [], [], 20)[0])
        return True

    return wait


class _Process:
    """A process as something to wait for: its file descriptor is readable once it has ended."""

    def __init__(self, pid: int) -> None:
        self._fd = os.pidfd_open(pid)

    def fileno(self) -> int:
        return self._fd

    def close(self) -> None:
        os.close(self._fd)


@pytest.fixture
def title() -> Callable[[int], str]:
    """The command line that `ps` shows."""
    return lambda pid: " ".join(psutil.Process(pid).cmdline())


@pytest.fixture
def scripted() -> Iterator[Any]:
    """An agent on a real socket that answers by a script: fill `streams` and `results`, read `calls`."""
    sys.path.insert(0, str(STANDINS))
    try:
        module: Any = importlib.import_module("scripted_agent")
    finally:
        sys.path.remove(str(STANDINS))
    with module.serving(module.Script()) as script:
        script.BREAK = module.BREAK
        yield script
