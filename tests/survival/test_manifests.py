"""The manifests for Kubernetes, obeyed without a cluster: every pod a process with an address and a folder of its own.

What a kubelet would do is done here: environment, secrets as files, the Job, the CronJob. Policies and limits are not.
"""

import json
import os
import random
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from bench.mesh import newcomer
from tests.deploy.cluster import Pod, environment, pods
from tests.deploy.conftest import built, kubectl, repo  # noqa: F401 - fixtures
from tests.survival.readiness import until, wants

AGENTIA = str(Path(sys.executable).with_name("agentia"))
SECONDS = 90


class Namespace:
    """Pods as processes on one machine, which find each other by the addresses that names stand for."""

    def __init__(self, folder: Path, secrets: Path, database: str, manifests: list[Any]) -> None:
        self._folder, self.secrets, self._database, self._manifests = folder, secrets, database, manifests
        self._net = f"127.{random.randint(64, 200)}.{random.randint(1, 200)}"
        self._stack = ExitStack()
        self.pods = {pod.name: pod for pod in pods(manifests)}
        self._names = {name: f"{self._net}.{number}" for number, name in enumerate(self.pods, 10)}

    def close(self) -> None:
        self._stack.close()

    def start(self, name: str, replica: int = 0) -> str:
        """Run a pod of a Deployment; its address."""
        pod = self.pods[name]
        address = f"{self._net}.{100 + replica}" if replica else self._names[name]
        log = self._stack.enter_context((self._folder / f"{name}-{replica}.log").open("w"))
        process = subprocess.Popen(
            [AGENTIA, *pod.container["args"]], env=self._environment(pod, address), stdout=log, stderr=log
        )
        self._stack.callback(process.wait)
        self._stack.callback(process.terminate)
        return address

    def run(self, name: str, **more: str) -> str:
        """Run the pod of a Job to its end; what it prints."""
        pod = self.pods[name]
        told = {**self._environment(pod, "127.0.0.1"), **more}
        words = [word.replace("$(JOB_NAME)", more.get("JOB_NAME", "")) for word in pod.container["args"]]
        words = [word.replace("/tmp", str(self._folder)) for word in words]
        done = subprocess.run([AGENTIA, *words], env=told, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def url(self, name: str) -> str:
        return f"http://{self._names[name]}:8000"

    def _environment(self, pod: Pod, address: str) -> dict[str, str]:
        data = self._folder / f"data-{pod.name}-{address}"
        data.mkdir(exist_ok=True)
        told = environment(pod, self._manifests)
        for name, value in told.items():
            told[name] = self._here(value.replace("10.42.0.7", address))
        key = self.secrets / "keys" / f"{pod.name}.pem"
        if "/data/keys" in (mount["mountPath"] for mount in pod.container["volumeMounts"]):
            (data / "keys").mkdir(exist_ok=True)
            (data / "keys" / key.name).write_bytes(key.read_bytes())
            (data / "keys" / key.name).chmod(0o600)
        if "AGENTIA_DATABASE_URL" in told:
            told["AGENTIA_DATABASE_URL"] = self._database
        return {**newcomer(), "AGENTIA_DATA": str(data), "AGENTIA_HOST": address, "AGENTIA_PORT": "8000", **told}

    def _here(self, value: str) -> str:
        """Names of Services as addresses, and files of Secrets where they are."""
        for name in ("registry", "gateway"):
            value = value.replace(f"http://{name}:", f"http://{self._names[name]}:")
        files = {
            "/secrets/mesh/join_token": "join_token",
            "/secrets/database/password": "database_password",
            "/secrets/access/token": "access_token",
        }
        return str(self.secrets / files[value]) if value in files else value


@pytest.fixture
def namespace(
    tmp_path: Path,
    database: str,
    built: Callable[[str], list[Any]],  # noqa: F811
    repo: Path,  # noqa: F811
) -> Iterator[Namespace]:
    """The overlay for one machine, none of whose pods run yet."""
    make = repo / "deploy" / "kubernetes" / "make-secrets"
    subprocess.run([make, tmp_path / "secrets"], env={**os.environ, "KUBECTL": ""}, check=True, capture_output=True)
    made = Namespace(tmp_path, tmp_path / "secrets", database, built("local"))
    yield made
    made.close()


def test_pods_wait_for_the_migration_then_serve_and_a_task_by_the_clock_is_one(namespace: Namespace) -> None:
    services = [name for name, pod in namespace.pods.items() if pod.kind == "Deployment"]
    for name in services:
        namespace.start(name)
    second = namespace.start("quant", replica=1)
    assert "agentia migrate" in until(lambda: wants(namespace.url("quant"), "agentia migrate"), SECONDS)
    assert "quant      up to date" in namespace.run("migrate")
    for name in services:
        until(partial(ready, namespace.url(name)), SECONDS)
    until(lambda: ready(f"http://{second}:8000"), SECONDS)
    known = json.loads(until(lambda: get(f"{namespace.url('registry')}/agents/quant"), SECONDS))
    assert {one["url"] for one in known["instances"]} == {namespace.url("quant"), f"http://{second}:8000"}
    for _ in range(2):
        assert "36" in namespace.run("daily-check", JOB_NAME="daily-check-29012345")
    token = (namespace.secrets / "access_token").read_text()
    with pytest.raises(urllib.error.HTTPError, match="401"):
        get(f"{namespace.url('gateway')}/agents")
    listed = json.loads(get(f"{namespace.url('gateway')}/tasks", token))
    assert [task["status"]["state"] for task in listed["tasks"]] == ["TASK_STATE_COMPLETED"]


def get(url: str, token: str = "") -> str:
    headers = {"A2A-Version": "1.0", **({"Authorization": f"Bearer {token}"} if token else {})}
    with urllib.request.urlopen(urllib.request.Request(url, headers=headers)) as answer:
        return str(answer.read().decode())


def ready(url: str) -> str:
    return get(f"{url}/readyz")
