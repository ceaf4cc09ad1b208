"""A mesh of compose.yaml under test or measurement: Compose and Docker by their commands, the mesh by its gateway."""

import json
import os
import socket
import subprocess
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import httpx

ROOT: Final = Path(__file__).parents[1]
FILES: Final = (ROOT / "compose.yaml", ROOT / "tests/containers/compose.test.yaml")
ENDED: Final = frozenset({"COMPLETED", "FAILED", "CANCELED", "REJECTED"})
PATIENCE: Final = 60.0
AWAY: Final = (httpx.HTTPError, AssertionError, ValueError)
"""What a call raises while somebody on its way is away."""


def docker(*arguments: str, check: bool = True) -> str:
    """What a command of Docker prints; with `check` it must succeed."""
    done = subprocess.run(["docker", *arguments], capture_output=True, text=True, check=False)
    assert not check or done.returncode == 0, f"docker {' '.join(arguments)}\n{done.stdout}{done.stderr}"
    return done.stdout + done.stderr if not check else done.stdout


def until(what: str, true: Callable[[], Any], *, within: float = PATIENCE) -> Any:
    """What `true` returns, once it is true."""
    deadline = time.monotonic() + within
    while not (found := true()):
        assert time.monotonic() < deadline, f"not within {within:.0f} s: {what}"
        time.sleep(0.1)
    return found


@dataclass
class Mesh:
    """One project of Compose, its gateway on a port of its own."""

    project: str
    port: int
    files: Sequence[Path] = FILES
    environment: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def named(cls, project: str, files: Sequence[Path] = FILES) -> "Mesh":
        """A mesh beside any other on this machine."""
        with socket.create_server(("127.0.0.1", 0)) as free:
            return cls(project, free.getsockname()[1], files)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def compose(self, *arguments: str, check: bool = True) -> str:
        """What a command of Compose prints."""
        files = [part for path in self.files for part in ("-f", str(path))]
        command = ["docker", "compose", "-p", self.project, "--project-directory", str(ROOT), *files, *arguments]
        environment = {**os.environ, "GATEWAY_PORT": str(self.port), **self.environment}
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
        assert not check or done.returncode == 0, f"{' '.join(arguments)}\n{done.stdout}{done.stderr}"
        return done.stdout if check else done.stdout + done.stderr

    def up(self, *arguments: str) -> None:
        """Start, and wait until all are healthy."""
        self.compose("up", "--wait", "--wait-timeout", "120", *arguments)

    def down(self) -> None:
        """End all, and delete what they kept."""
        self.compose("down", "--volumes", "--timeout", "3", "--remove-orphans")

    def containers(self, service: str) -> list[str]:
        """The ids of a service's running containers."""
        return self.compose("ps", "--quiet", service).split()

    def network(self, name: str) -> str:
        return f"{self.project}_{name}"

    def sql(self, statement: str) -> list[str]:
        """The rows that the database answers with, columns joined by |."""
        (postgres,) = self.containers("postgres")
        return docker("exec", postgres, "psql", "-U", "postgres", "-d", "agentia", "-Atc", statement).splitlines()

    def rpc(self, method: str, agent: str = "", **params: Any) -> dict[str, Any]:
        """The result of a call of an agent, or of the mesh. Raises httpx.HTTPError, or AssertionError for an error."""
        where = f"{self.url}/agents/{agent}/" if agent else f"{self.url}/"
        body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
        answer = httpx.post(where, json=body, headers={"A2A-Version": "1.0"}, timeout=20)
        assert "result" in answer.json(), answer.text
        return dict(answer.json()["result"])

    def begin(self, text: str, agent: str = "") -> str:
        """The id of a task that is under way; sent again, as clients may, until somebody takes it."""
        message = {"messageId": uuid.uuid4().hex, "role": "ROLE_USER", "parts": [{"text": text}]}
        ahead = {"message": message, "configuration": {"returnImmediately": True}}

        def send() -> str:
            try:
                return str(self.rpc("SendMessage", agent, **ahead)["task"]["id"])
            except AWAY:
                return ""

        return str(until(f"somebody takes {text!r}", send))

    def task(self, task_id: str, agent: str = "") -> dict[str, Any]:
        """A task as it is; nothing while somebody on the way is away."""
        try:
            return self.rpc("GetTask", agent, id=task_id)
        except AWAY:
            return {}

    def ended(self, task_id: str, agent: str = "", *, within: float = PATIENCE) -> dict[str, Any]:
        """A task once it has ended."""

        def look() -> dict[str, Any] | None:
            task = self.task(task_id, agent)
            state = str(task.get("status", {}).get("state", "")).removeprefix("TASK_STATE_")
            return task if state in ENDED else None

        return dict(until(f"the end of {task_id}", look, within=within))


def ready(container: str) -> bool:
    """Whether a service can work, as its own health check says now."""
    (known,) = inspected(container)
    check = known["Config"]["Healthcheck"]["Test"][1:]
    return subprocess.run(["docker", "exec", container, *check], capture_output=True, check=False).returncode == 0


def lacking(container: str) -> str:
    """What a service says that it cannot work without; nothing when it can work."""
    return docker("exec", container, "is-ready", check=False).strip()


def said(task: Mapping[str, Any]) -> str:
    """The text with which a task ended."""
    message = task["status"].get("message", {})
    return " ".join(part.get("text", "") for part in message.get("parts", []))


def content(task: Mapping[str, Any], name: str) -> str:
    """The text of an artifact."""
    found = [artifact for artifact in task.get("artifacts", []) if artifact.get("name") == name]
    return "".join(part.get("text", "") for artifact in found for part in artifact["parts"])


def inspected(*things: str) -> list[dict[str, Any]]:
    """What Docker knows of containers, images or volumes."""
    return list(json.loads(docker("inspect", *things)))
