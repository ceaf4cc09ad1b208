"""How changes become rows: checks first, so that a refused change leaves no half of itself behind."""

import logging
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

from agentia.core.database import statements
from agentia.tasks.abandoned import dumped
from agentia.tasks.records import (
    Arrival,
    Change,
    Duplicate,
    FenceLost,
    ForeignContext,
    Known,
    NewTask,
    Owner,
    Refused,
    State,
    Unstorable,
)

UNSTORABLE: Final = "Something here cannot be stored: an id or a text that the database does not take."
_SQL = statements("agentia.tasks")
_TAKEN_OVER = "Another run has taken this task over."
_NOT_TAKEN = (sqlite3.IntegrityError, sqlite3.DataError, sqlite3.InterfaceError, OverflowError, UnicodeError)
"""What sqlite3 raises for a change, rather than for the database."""

log = logging.getLogger("agentia.tasks")


def write_group(connection: sqlite3.Connection, changes: Sequence[Change]) -> list[Refused | None]:
    """Write all changes in one transaction; for each, what it was refused for. Raises sqlite3.Error, nothing written.

    When one of them holds what SQLite does not take, they are written again, and that one alone is refused.
    """
    try:
        return _transaction(connection, changes, apart=False)
    except _NOT_TAKEN:
        return _transaction(connection, changes, apart=True)


def take_aloud(connection: sqlite3.Connection, values: Sequence[Any]) -> int:
    """Take a task so that its run hears of it, whatever process that is in; how many were taken."""
    with writing(connection):
        taken = connection.execute(_SQL["take"], values).rowcount
        if taken:
            (number,) = connection.execute("PRAGMA user_version").fetchone()
            connection.execute(f"PRAGMA user_version = {(number + 1) % 2**31}")
    return taken


def _transaction(connection: sqlite3.Connection, changes: Sequence[Change], *, apart: bool) -> list[Refused | None]:
    attempt = _apart if apart else _attempt
    with writing(connection):
        return [attempt(connection, change) for change in changes]


@contextmanager
def writing(connection: sqlite3.Connection) -> Iterator[None]:
    """A transaction around what is written inside."""
    try:
        connection.execute("BEGIN IMMEDIATE")
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _attempt(connection: sqlite3.Connection, change: Change) -> Refused | None:
    try:
        _write(connection, change)
    except Refused as refused:
        return refused
    return None


def _apart(connection: sqlite3.Connection, change: Change) -> Refused | None:
    connection.execute("SAVEPOINT change")
    try:
        return _attempt(connection, change)
    except _NOT_TAKEN as exc:
        connection.execute("ROLLBACK TO change")
        log.error("change not storable", extra={"task": change.task_id}, exc_info=exc)
        return Unstorable(UNSTORABLE)
    finally:
        connection.execute("RELEASE change")


def _write(connection: sqlite3.Connection, change: Change) -> None:
    """Write one change in the open transaction. Raises Duplicate, ForeignContext or FenceLost, and writes no task."""
    if change.new is not None:
        _accept(connection, change, change.new)
    elif change.reply is not None:
        _answer(connection, change)
    else:
        _continue(connection, change)
    if change.events:
        rows = [(change.task_id, e.number, e.payload, e.step, e.hash, e.input) for e in change.events]
        connection.executemany(_SQL["add_event"], rows)
    if change.journal:
        connection.executemany(
            _SQL["add_journal"], [(change.task_id, entry.step, entry.hash, entry.result) for entry in change.journal]
        )
    if change.children:
        values = (change.task_id, dumped(change.children), change.updated)
        connection.execute(_SQL["add_cancellation"], values)


def _accept(connection: sqlite3.Connection, change: Change, new: NewTask) -> None:
    arrival, state = _needed(change)
    unclaimed = new.context_named and _unclaimed(connection, new.context_id, arrival.owner)
    _claim_message(connection, change)
    if unclaimed:
        _claim_context(connection, new.context_id, arrival.owner)
    values = (
        *(change.task_id, arrival.owner.tenant, arrival.owner.principal, new.context_id, state.value),
        *(arrival.at, change.updated, change.last_event, state.snapshot, state.event, new.caller, new.deadline),
        *(new.agent_version, state.lease.replica, change.fence, state.lease.expires, 1),
    )
    connection.execute(_SQL["add_task"], values)


def _answer(connection: sqlite3.Connection, change: Change) -> None:
    assert change.arrival is not None
    unclaimed = _unclaimed(connection, change.context, change.arrival.owner)
    _claim_message(connection, change)
    if unclaimed:
        _claim_context(connection, change.context, change.arrival.owner)


def _continue(connection: sqlite3.Connection, change: Change) -> None:
    if change.arrival is not None:
        if connection.execute(_SQL["fence"], (change.task_id,)).fetchone() != (change.fence,):
            raise FenceLost(_TAKEN_OVER)
        _claim_message(connection, change)
    values: tuple[Any, ...] = (change.updated, change.last_event, bool(change.journal))
    if (state := change.state) is not None:
        values += (state.value, state.snapshot, state.event, state.lease.replica, state.lease.expires)
    statement = _SQL["write_task" if state is None else "write_state"]
    if not connection.execute(statement, (*values, change.task_id, change.fence)).rowcount:
        raise FenceLost(_TAKEN_OVER)


def _unclaimed(connection: sqlite3.Connection, context_id: str, owner: Owner) -> bool:
    """Whether a context is nobody's yet. Raises ForeignContext when it is somebody else's."""
    whose = connection.execute(_SQL["find_context"], (context_id, context_id)).fetchone()
    if whose is not None and whose != (owner.tenant, owner.principal):
        raise ForeignContext("This contextId cannot be used. Leave contextId out to start a new context.")
    return whose is None


def _claim_context(connection: sqlite3.Connection, context_id: str, owner: Owner) -> None:
    connection.execute(_SQL["claim_context"], (context_id, owner.tenant, owner.principal))


def _claim_message(connection: sqlite3.Connection, change: Change) -> None:
    arrival = change.arrival
    assert arrival is not None
    key = (arrival.owner.tenant, arrival.owner.principal, arrival.message_id)
    values = (*key, arrival.hash, change.task_id or None, change.reply, arrival.at, change.context or None)
    if not connection.execute(_SQL["claim_message"], values).rowcount:
        raise Duplicate(Known(*connection.execute(_SQL["find_message"], key).fetchone()))


def _needed(change: Change) -> tuple[Arrival, State]:
    assert change.arrival is not None
    assert change.state is not None
    return change.arrival, change.state
