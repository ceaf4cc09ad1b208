"""The registry's database: one SQLite file, one connection, one thread that uses it."""

import asyncio
import logging
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from agentia.core.database import connect, statements
from agentia.registry.errors import StorageFailed

T = TypeVar("T")
log = logging.getLogger("agentia.registry")


class Database:
    """Runs functions, each in a transaction of its own; inside one, `do` and `rows` execute named statements."""

    def __init__(self, path: Path) -> None:
        """Raises DatabaseUnusable."""
        self._sql = statements("agentia.registry")
        self._connection = connect(path)
        # A heartbeat lost with the power comes again in seconds, a registration as soon as a heartbeat finds it gone.
        self._connection.execute("PRAGMA synchronous=NORMAL")
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="registry")

    async def close(self) -> None:
        """Wait for what is being written, then close the file."""
        await asyncio.to_thread(self._thread.shutdown)
        self._connection.close()

    async def run(self, call: Callable[[], T]) -> T:
        """What `call` returns, once it is committed; nothing of it is when it raises. Raises StorageFailed."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._transaction, call)

    def do(self, name: str, /, **values: Any) -> int:
        """Execute a statement; how many rows it changed."""
        return self._connection.execute(self._sql[name], values).rowcount

    def rows(self, name: str, /, **values: Any) -> list[Any]:
        """The rows of a query."""
        return self._connection.execute(self._sql[name], values).fetchall()

    def _transaction(self, call: Callable[[], T]) -> T:
        try:
            with self._begun():
                return call()
        except sqlite3.Error as exc:
            log.exception("database failed")
            fix = "Try again; if it lasts, see the registry's log and the space on its disk."
            raise StorageFailed("The registry cannot use its database right now.", fix=fix) from exc

    @contextmanager
    def _begun(self) -> Iterator[None]:
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._connection.execute("COMMIT")
        except BaseException:
            if self._connection.in_transaction:  # a full disk rolls back by itself
                self._connection.execute("ROLLBACK")
            raise
