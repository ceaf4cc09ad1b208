"""Real processes, real signals: a stage for each test, on one store after the other."""

import fcntl
import os
import random
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.survival.stage import Stage
from tests.survival.stores import Postgres, Sqlite, Store
from tests.survival.theatre import Runner

FIRST_PORT, LAST_PORT, PORTS = 20_000, 32_000, 250
"""Each worker of a test run has this many ports for itself, below those that outgoing connections take."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark all that stands in this folder: it is for `make survival`."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.survival)


@pytest.fixture(params=["sqlite", "postgres"])
def store(request: pytest.FixtureRequest) -> Store:
    """Where the services keep their tasks: every proof holds for each."""
    return Sqlite() if request.param == "sqlite" else Postgres(request.getfixturevalue("database"))


@pytest.fixture(scope="session")
def runner() -> Iterator[Runner]:
    """The process that starts services."""
    made = Runner()
    yield made
    made.close()


@pytest.fixture(scope="session")
def mortals() -> Iterator[Runner]:
    """The process that starts agents of the Agents SDK, which it has imported once for all of them."""
    made = Runner("tests.survival.mortals")
    yield made
    made.close()


@pytest.fixture(scope="session")
def ports() -> Iterator[range]:
    """Ports that no other test run on this machine uses: a service that starts again needs the one that it had."""
    for first in range(FIRST_PORT, LAST_PORT, PORTS):
        with Path(tempfile.gettempdir(), f"agentia-ports-{os.geteuid()}-{first}").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                continue
            yield range(first, first + PORTS)
            return
    pytest.fail("all ports are taken by other test runs")


@pytest.fixture
async def stage(runner: Runner, tmp_path: Path, store: Store, ports: range) -> AsyncIterator[Stage]:
    """A stage of its own."""
    async with Stage(runner, tmp_path, store, ports) as made:
        yield made
        made.check()


@pytest.fixture
def chance() -> random.Random:
    """Chance that can be had again: SURVIVAL_SEED is 1 unless it is set."""
    seed = os.environ.get("SURVIVAL_SEED", "1")
    print(f"SURVIVAL_SEED={seed}")
    return random.Random(seed)
