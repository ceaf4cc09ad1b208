"""One mesh for all tests of containers: built, started, and deleted at the end."""

import subprocess
from collections.abc import Iterator

import pytest

from bench.compose import ROOT, Mesh, until

IMAGE = "agentia-test"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All of them need an engine, and minutes rather than seconds."""
    for item in items:
        if item.path.is_relative_to(ROOT / "tests/containers"):
            item.add_marker(pytest.mark.containers)
            item.add_marker(pytest.mark.timeout(300))


@pytest.fixture(scope="session", autouse=True)
def engine() -> None:
    """An engine with Compose, or no test."""
    if subprocess.run(["docker", "info"], capture_output=True, check=False).returncode:
        pytest.skip("no Docker engine answers; `make containers` starts one where it can")


@pytest.fixture(scope="session")
def image(engine: None) -> str:
    """The image, built from this folder as `docker compose up` would."""
    made = Mesh.named("agentia-test-build")
    made.environment = {"MESH_IMAGE": IMAGE}
    made.compose("build")
    return IMAGE


@pytest.fixture(scope="session")
def mesh(image: str) -> Iterator[Mesh]:
    """A mesh that runs; whoever takes something from it gives it back."""
    made = Mesh.named("agentia-test")
    made.environment = {"MESH_IMAGE": image}
    made.down()
    try:
        made.up()
        yield made
    finally:
        made.down()


@pytest.fixture
def mended(mesh: Mesh) -> Iterator[None]:
    """For a test that breaks something in the mesh: afterwards each service runs again, once."""
    yield
    until("nobody is unhealthy any more", lambda: "unhealthy" not in mesh.compose("ps", "--format", "{{.Health}}"))
    mesh.up()  # which gives up at once when it meets somebody who was, until the next look at them
