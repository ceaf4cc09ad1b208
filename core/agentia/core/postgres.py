"""One schema of a Postgres database: connections made when needed, made again when lost, and errors that are ours."""

import asyncio
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from agentia.core.database import DatabaseUnusable

if TYPE_CHECKING:
    from asyncpg import Connection, Pool, Record
    from asyncpg.pool import PoolConnectionProxy

PATIENCE: Final = 10.0
"""Seconds that a statement which may run twice waits for a lost database to come back, as it does after a restart."""
CONNECT_SECONDS: Final = 10.0
STATEMENT_SECONDS: Final = 30.0
IDLE_SECONDS: Final = 60.0
"""After that a connection beyond need is closed."""

URL: Final = (
    "Write it as postgresql://user:password@host/database, with signs like @ or / in the password as %40 or %2F."
)
ENTRANCE: Final = (
    "Check the user and the password: AGENTIA_DATABASE_URL, AGENTIA_DATABASE_PASSWORD or the file it names."
)
INSTALL: Final = "Install it with `pip install 'agentia[postgres]'`, or leave AGENTIA_DATABASE_URL unset to use SQLite."

SERVER: Final = {"jit": "off", "plan_cache_mode": "force_generic_plan", "enable_seqscan": "off"}
"""All our statements find rows by key, so they are planned once, and not for the few rows of a young table."""


class DatabaseLost(DatabaseUnusable):
    """The database cannot be reached; `in_doubt` says that it may have done what it was told last."""

    def __init__(self, message: str, *, in_doubt: bool = False) -> None:
        super().__init__(message, fix="Check that the server of AGENTIA_DATABASE_URL is up and lets this service in.")
        self.in_doubt = in_doubt


class DatabaseFull(DatabaseUnusable):
    """The database takes no more."""


class ValueRefused(DatabaseUnusable):
    """The database does not take a value, such as a text with a NUL character."""


class Postgres:
    """Runs statements in the schema `schema` of the database at `url`."""

    def __init__(self, url: str, schema: str, *, connections: int = 4) -> None:
        self.url, self.schema = url, schema
        self._most = connections
        self._pool: Pool[Record] | None = None
        self._opening = asyncio.Lock()
        self._closed = False

    async def rows(self, statement: str, *values: Any) -> "list[Record]":
        """What a statement returns that may run twice: it is tried again while the database is away.

        Raises DatabaseLost when that takes longer than PATIENCE, in doubt when any try is; DatabaseFull, ValueRefused
        or DatabaseUnusable.
        """
        until, pause, in_doubt = time.monotonic() + PATIENCE, 0.05, False
        while True:
            try:
                return await self.once(statement, *values)
            except DatabaseLost as lost:
                lost.in_doubt = in_doubt = in_doubt or lost.in_doubt
                if self._closed or time.monotonic() + pause > until:
                    raise
            await asyncio.sleep(pause)
            pause = min(pause * 2, 1.0)

    async def once(self, statement: str, *values: Any) -> "list[Record]":
        """What a statement returns, tried once. Raises as `rows` does."""
        if self._closed:
            raise DatabaseLost("The database is closed: the service is stopping.")
        pool = self._pool or await self._opened()
        connection = await _acquired(pool)
        try:
            return await connection.fetch(statement, *values)
        except Exception as exc:
            error = translated(exc, sent=True)
            if isinstance(error, DatabaseLost):
                _hang_up(connection)
            raise error from exc
        finally:
            await pool.release(connection)

    async def close(self) -> None:
        """Let go of all connections, in a hurry when one of them hangs."""
        self._closed = True
        if self._pool is not None:
            try:
                await asyncio.wait_for(self._pool.close(), CONNECT_SECONDS)
            except TimeoutError:
                self._pool.terminate()

    async def _opened(self) -> "Pool[Record]":
        import asyncpg

        async with self._opening:
            if self._pool is None:
                self._pool = await asyncpg.create_pool(
                    self.url,
                    min_size=0,
                    max_size=self._most,
                    max_inactive_connection_lifetime=IDLE_SECONDS,
                    reset=_leave,
                    command_timeout=STATEMENT_SECONDS,
                    timeout=CONNECT_SECONDS,
                    server_settings=_settings(self.schema),
                )
            return self._pool


async def connected(url: str, schema: str) -> "Connection":
    """One connection outside of any pool. Raises DatabaseLost or DatabaseUnusable."""
    try:
        import asyncpg
    except ImportError as exc:
        raise DatabaseUnusable("The driver for Postgres, asyncpg, is not installed.", fix=INSTALL) from exc
    try:
        return await asyncpg.connect(
            url, timeout=CONNECT_SECONDS, command_timeout=STATEMENT_SECONDS, server_settings=_settings(schema)
        )
    except Exception as exc:
        raise translated(exc) from exc


def translated(exc: Exception, *, sent: bool = False) -> Exception:
    """The error of ours for one of asyncpg's; `sent` says that a statement was under way, not a connection made."""
    import asyncpg

    code = getattr(exc, "sqlstate", None) or ""
    if isinstance(exc, ValueError) and not sent:  # whose words may hold a piece of the password
        return DatabaseUnusable("AGENTIA_DATABASE_URL is not the URL of a Postgres database.", fix=URL)
    if code[:2] in _REFUSED or isinstance(exc, ValueError):
        return ValueRefused(f"The database does not take a value ({type(exc).__name__}).")
    # The last is what asyncpg says of a connection that the server has ended and the client has not read to its end.
    broken = (OSError, TimeoutError, asyncpg.InterfaceError, asyncpg.InternalClientError)
    if isinstance(exc, broken) or code[:2] in _LOST:
        return DatabaseLost("The database cannot be reached right now.", in_doubt=sent)
    if code in _AGAIN:
        return DatabaseLost("The database could not do that right now.")
    if code == "53100":
        return DatabaseFull("There is no space left in the database.")
    if code[:2] == "28":
        return DatabaseUnusable(f"The database does not let us in ({exc}).", fix=ENTRANCE)
    if isinstance(exc, asyncpg.PostgresError):
        return DatabaseUnusable(f"The database refuses to work for us ({exc}).")
    return exc


_LOST: Final = frozenset({"08", "57"})
"""Classes of SQLSTATE: the connection broke, or somebody stopped the server."""
_AGAIN: Final = frozenset({"40001", "40P01", "53300", "25006", "55P03"})
"""Nothing was done, and the next try may do better: a deadlock, too many connections, a server that only reads yet."""
_REFUSED: Final = frozenset({"22", "23", "54"})
"""Classes of SQLSTATE that speak of a value, not of the database."""


def _settings(schema: str) -> dict[str, str]:
    return {"application_name": f"agentia {schema}", "search_path": schema, **SERVER}


async def _acquired(pool: "Pool[Record]") -> "PoolConnectionProxy[Record]":
    try:
        return await pool.acquire()
    except Exception as exc:
        raise translated(exc) from exc


def _hang_up(connection: "PoolConnectionProxy[Record]") -> None:
    import asyncpg

    with suppress(asyncpg.InterfaceError):  # the pool has noticed by itself
        connection.terminate()


async def _leave(_connection: object) -> None:
    """A connection goes back into the pool as it is: our statements leave nothing behind in it."""
