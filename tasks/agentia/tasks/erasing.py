"""Erasing from SQLite: piece by piece, so that the thread that writes is never kept from its other work for long."""

import logging
import sqlite3
import time
from collections.abc import Callable, Sequence
from typing import Any, Final, TypeVar

from a2a.types.a2a_pb2 import Role, Task
from google.protobuf.message import DecodeError

from agentia.core.database import BUSY_SECONDS, statements
from agentia.tasks.records import Ended, Owner
from agentia.tasks.writes import writing

HOLD: Final = 0.005
"""Seconds after which a transaction takes no further task or piece of one."""
PIECE: Final = 100
"""Events that are deleted at once."""
ROWS: Final = 200
"""Rows that are deleted at once without a task."""
REWRITTEN: Final = 64_000_000
"""Bytes of the largest file that is written anew after a deletion, which takes about 0.4 s."""
_SQL: Final = statements("agentia.tasks")

T = TypeVar("T")

log = logging.getLogger("agentia.tasks")


def prune(connection: sqlite3.Connection, tasks: Sequence[str]) -> int:
    """Delete events and journal of tasks; how many were done before time was up."""
    with writing(connection):
        return _each(tasks, lambda task_id, until: _prune(connection, task_id, until))


def erase(connection: sqlite3.Connection, tasks: Sequence[Ended]) -> int:
    """Delete tasks with all that belongs to them; how many were done before time was up."""
    with writing(connection):
        return _each(tasks, lambda task, until: _erase(connection, task, until))


def erase_replies(connection: sqlite3.Connection, before: float, limit: int) -> int:
    """Delete old direct replies and the contexts that only they were in; how many."""
    with writing(connection):
        contexts = connection.execute(_SQL["erase_old_replies"], (before, limit)).fetchall()
        _erase_contexts(connection, [context for (context,) in contexts if context is not None])
    return len(contexts)


def erase_messages(connection: sqlite3.Connection, owner: Owner, before: float) -> list[bool]:
    """Delete some messages without a task; for each, whether it was a direct reply."""
    with writing(connection):
        values = (owner.tenant, owner.principal, before, ROWS)
        return [bool(replied) for (replied,) in connection.execute(_SQL["erase_messages"], values).fetchall()]


def erase_contexts(connection: sqlite3.Connection, contexts: Sequence[str]) -> None:
    """Delete those of the contexts that nothing is in."""
    with writing(connection):
        _erase_contexts(connection, contexts)


def rewrite(connection: sqlite3.Connection) -> None:
    """Write the file anew: rows that were moved between pages leave copies behind, which deleting does not find."""
    (pages,), (size,) = (connection.execute(f"PRAGMA {name}").fetchone() for name in ("page_count", "page_size"))
    if pages * size > REWRITTEN:
        log.info("the task database is too large to be written anew after a deletion", extra={"bytes": pages * size})
        return
    try:
        connection.execute("VACUUM")
    except sqlite3.OperationalError as exc:  # no space for a second file, or another process writes for long
        log.warning("the task database could not be written anew after a deletion", extra={"reason": str(exc)})


def empty_log(connection: sqlite3.Connection) -> bool:
    """Bring what was written into the file, and cut the log beside it to nothing; False when a reader is in the way."""
    connection.execute("PRAGMA busy_timeout = 20")
    try:
        busy, *_ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    finally:
        connection.execute(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000:.0f}")
    return not busy


def ended(rows: Sequence[Sequence[Any]]) -> list[Ended]:
    """Tasks from rows of id, snapshot, tenant, owner and context."""
    return [
        Ended(task, Owner(tenant, owner), context, _sent(task, data)) for task, data, tenant, owner, context in rows
    ]


def _sent(task_id: str, snapshot: bytes) -> tuple[str, ...]:
    """The ids of the user's messages that a task has taken, all of which are in its history, if it can be read."""
    try:
        history = Task.FromString(snapshot).history
    except DecodeError:  # it goes nevertheless; its message ids go when its owner has all deleted
        log.warning("task to be deleted cannot be read", extra={"task": task_id})
        return ()
    return tuple(message.message_id for message in history if message.role == Role.ROLE_USER)


def _each(tasks: Sequence[T], remove: Callable[[T, float], bool]) -> int:
    until = time.monotonic() + HOLD
    for done, task in enumerate(tasks):
        if (done and time.monotonic() > until) or not remove(task, until):
            return done
    return len(tasks)


def _prune(connection: sqlite3.Connection, task_id: str, until: float) -> bool:
    while connection.execute(_SQL["prune_events"], (task_id, PIECE)).rowcount == PIECE:
        if time.monotonic() > until:
            return False
    connection.execute(_SQL["prune_journal"], (task_id,))
    return True


def _erase(connection: sqlite3.Connection, task: Ended, until: float) -> bool:
    if not _prune(connection, task.id, until):
        return False
    connection.execute(_SQL["erase_push"], (task.id,))
    connection.execute(_SQL["end_cancellation"], (task.id,))
    keys = [(*task.owner, message, task.id) for message in task.messages]
    connection.executemany(_SQL["erase_message"], keys)
    connection.execute(_SQL["erase_task"], (task.id,))
    connection.execute(_SQL["erase_context"], (task.context_id,))
    return True


def _erase_contexts(connection: sqlite3.Connection, contexts: Sequence[str]) -> None:
    connection.executemany(_SQL["erase_context"], [(context,) for context in contexts])
