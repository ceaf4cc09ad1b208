"""A PostgreSQL server for whoever asks: one a test process, with a database that each test finds empty."""

import os
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


@pytest.fixture(scope="session")
def tests_database(cluster: "Cluster") -> str:
    """The URL of the database that the tests of this process use one after the other."""
    return cluster.create("tests")


@pytest.fixture
def database(cluster: "Cluster", tests_database: str) -> Iterator[str]:
    """The URL of an empty database. It is emptied after the test: to make one takes seven times as long."""
    yield tests_database
    cluster.empty("tests")
