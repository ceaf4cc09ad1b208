"""A PostgreSQL server for whoever asks: one a test process, with an empty database for each test."""

import os
import uuid
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from bench.cluster import Cluster


@pytest.fixture(scope="session")
def cluster() -> "Iterator[Cluster]":
    """A private cluster; where none can be made the test is skipped, but in CI it fails."""
    from bench.cluster import Cluster, PostgresMissing

    try:
        with Cluster() as running:
            yield running
    except PostgresMissing as missing:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(str(missing))


@pytest.fixture
def database(cluster: "Cluster") -> Iterator[str]:
    """The URL of an empty database."""
    name = f"t{uuid.uuid4().hex}"
    yield cluster.create(name)
    cluster.drop(name)
