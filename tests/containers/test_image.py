"""The image: small, without a compiler, and for nobody to become root in."""

import json
import subprocess
from importlib.metadata import version

import pytest

from bench.compose import ROOT, Mesh, docker, inspected
from tests.containers.conftest import IMAGE

MEGABYTE = 1_000_000


@pytest.fixture(scope="module")
def small(engine: None) -> str:
    """The image without the dependencies of the shipped specialists."""
    made = Mesh.named("agentia-test-core")
    made.environment = {"MESH_IMAGE": f"{IMAGE}:core"}
    made.compose("build", "--build-arg", "LOCK=requirements-core.lock")
    return f"{IMAGE}:core"


def run(image: str, program: str, *arguments: str) -> str:
    """What a program prints in a container that may do as little as those of compose.yaml."""
    least = ("--read-only", "--cap-drop=ALL", "--security-opt=no-new-privileges", "--network=none")
    return docker("run", "--rm", *least, f"--entrypoint={program}", image, *arguments, check=False)


def test_the_image_with_all_specialists_has_less_than_a_gigabyte(image: str) -> None:
    assert inspected(image)[0]["Size"] < 1000 * MEGABYTE


def test_the_image_without_specialists_has_less_than_400_megabytes(small: str) -> None:
    assert inspected(small)[0]["Size"] < 400 * MEGABYTE
    assert version("agentia") in run(small, "agentia", "--version")
    assert "No module named 'duckdb'" in run(small, "/opt/agentia/bin/python", "-c", "import duckdb")


def test_there_is_no_compiler_in_it(image: str) -> None:
    found = run(image, "sh", "-c", "for tool in cc gcc g++ clang make ld as go rustc; do command -v $tool; done; true")
    assert not found


def test_whoever_runs_it_is_not_root(image: str) -> None:
    assert run(image, "id", "-u").strip() == "10001"
    assert inspected(image)[0]["Config"]["User"] == "10001:10001"


def test_its_labels_say_what_it_is(image: str) -> None:
    labels = {name.rpartition(".")[2]: said for name, said in inspected(image)[0]["Config"]["Labels"].items()}
    assert {"title", "description", "licenses", "documentation", "revision"} <= set(labels)
    assert labels["version"] == version("agentia")


def test_its_bytecode_is_compiled(image: str) -> None:
    """Importing all takes two thirds less time with it, and a read-only root cannot keep what is compiled later."""
    code = """
import importlib.util, pathlib
for name in ("agentia.core.settings", "agentia.agents.service", "starlette.routing", "pydantic.main", "duckdb"):
    cached = importlib.util.find_spec(name).cached
    print(name, pathlib.Path(cached).is_file())
"""
    assert "False" not in run(image, "/opt/agentia/bin/python", "-c", code)


def test_its_health_check_is_quick(image: str) -> None:
    """It asks whether the service is ready without any package: Python's own modules are left out, too."""
    assert inspected(image)[0]["Config"]["Healthcheck"]["Test"] == ["CMD", "is-ready"]
    loaded = run(image, "/opt/agentia/bin/python", "-IS", "-X", "importtime", "/usr/local/bin/is-ready")
    assert "No answer at port 8000" in loaded
    assert not {"socket", "urllib.request", "site", "re"} & {
        line.split("|")[-1].strip() for line in loaded.splitlines()
    }


def test_its_bill_of_materials_names_what_is_in_it(image: str) -> None:
    made = subprocess.run([ROOT / "scripts/sbom", image], capture_output=True, text=True, check=True)
    bill = json.loads(made.stdout)
    named = {part["name"]: part for part in bill["components"]}
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.6")
    assert {"agentia", "a2a-sdk", "duckdb", "uvicorn"} <= set(named)
    assert named["starlette"]["purl"].startswith("pkg:pypi/starlette@1.")
    assert named["starlette"]["licenses"]
    assert not {"pytest", "mypy"} & set(named)


def test_hadolint_finds_nothing_in_the_dockerfile() -> None:
    done = subprocess.run(
        [ROOT / ".venv/bin/hadolint", ROOT / "Dockerfile"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout
