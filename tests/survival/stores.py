"""Where the services of a test keep their tasks."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Protocol


class Store(Protocol):
    """A kind of database."""

    def environment(self) -> dict[str, str]:
        """What the services are told of it."""

    def free(self, data: Path, service: str) -> bool:
        """Whether nobody holds the database of `service` in the middle of a write."""


class Sqlite:
    """A file in the data folder."""

    def environment(self) -> dict[str, str]:
        return {}

    def free(self, data: Path, service: str) -> bool:
        """See Store: a process that is stopped while it writes keeps everybody else from writing."""
        with closing(sqlite3.connect(data / "db" / f"{service}.sqlite", timeout=0.2, isolation_level=None)) as file:
            try:
                file.execute("BEGIN IMMEDIATE")
                file.execute("ROLLBACK")
            except sqlite3.OperationalError:
                return False
        return True


class Postgres:
    """A database for all services, a schema each."""

    def __init__(self, url: str) -> None:
        self._url = url

    def environment(self) -> dict[str, str]:
        return {"AGENTIA_DATABASE_URL": self._url}

    def free(self, data: Path, service: str) -> bool:
        """See Store: a group of changes is one statement, which the server finishes whatever becomes of who sent it."""
        return True
