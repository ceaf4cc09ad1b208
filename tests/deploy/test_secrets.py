"""deploy/kubernetes/make-secrets: what the manifests mount is made once, and given to the cluster."""

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from agentia.core.identity import ServiceKey, publish
from tests.deploy.cluster import Manifest, pods

MAKE = Path("deploy") / "kubernetes" / "make-secrets"


@pytest.fixture
def given(repo: Path, tmp_path: Path, kubectl: Path) -> dict[str, Any]:
    """The Secrets that a cluster is given: kubectl makes them, and in place of a cluster a file takes them."""
    import yaml

    applied, command = tmp_path / "applied.yaml", tmp_path / "command"
    command.write_text(f'#!/bin/sh\nif [ "$1" = create ]; then exec {kubectl} "$@"; fi\n(cat; echo ---) >> {applied}\n')
    command.chmod(0o755)
    _make(repo, tmp_path / "secrets", "")
    publish(tmp_path / "secrets" / "keys" / "quant.pem")
    _make(repo, tmp_path / "secrets", str(command))
    return {one["metadata"]["name"]: one["data"] for one in yaml.safe_load_all(applied.read_text()) if one}


def test_every_secret_that_is_mounted_is_made(given: dict[str, Any], built: Callable[[str], list[Manifest]]) -> None:
    mounted = {volume["secret"]["secretName"] for pod in pods(built("local")) for volume in _secret(pod.spec)}
    assert mounted <= {*given}
    for pod in pods(built("local")):
        files = {mount["mountPath"]: mount["name"] for mount in pod.container["volumeMounts"]}
        names = {volume["name"]: volume["secret"]["secretName"] for volume in _secret(pod.spec)}
        for each in pod.container.get("env", ()):
            if each["name"].endswith("_FILE"):
                folder, _, file = each["value"].rpartition("/")
                assert file in given[names[files[folder]]], each["name"]
        if "/data/keys" in files:
            changing = {"quant.next.pem"} if pod.name == "quant" else set()
            assert {*given[names["key"]]} == {f"{pod.name}.pem"} | changing


def test_what_is_there_stays_and_nobody_else_can_read_it(
    repo: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    _make(repo, tmp_path, "")
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert len({content for content in before.values() if content}) == len(before) - 1  # all but the empty model_key
    _make(repo, tmp_path, "")
    assert {path: path.read_bytes() for path in before} == before
    assert all(path.stat().st_mode & 0o077 == 0 for path in before)
    assert ServiceKey.load_or_create(tmp_path / "keys" / "quant.pem", "quant").jwks()["keys"]
    assert caplog.messages == []


def _make(repo: Path, folder: Path, kubectl: str) -> None:
    subprocess.run([repo / MAKE, folder], env={**os.environ, "KUBECTL": kubectl}, check=True, capture_output=True)


def _secret(spec: Any) -> Iterator[Any]:
    return (volume for volume in spec.get("volumes", ()) if "secret" in volume)
