"""A group of changes as the columns of one Postgres statement, and what its answer says of each of them."""

import time
from collections.abc import Iterator, Sequence
from typing import Any

from agentia.tasks.abandoned import dumped
from agentia.tasks.records import Arrival, Change, Duplicate, FenceLost, ForeignContext, Known, Refused, State

Row = tuple[Any, ...]

_WIDTHS = (22, 6, 4, 2)
"""Columns of the changes, their events, their journal, and the children that they leave."""


def columns(changes: Sequence[Change]) -> list[Sequence[Any]]:
    """The arguments of the statement `commit`; a change's place is its number in the group, from 1."""
    rows: tuple[list[Row], ...] = (
        [_change(change) for change in changes],
        [(p, e.number, e.payload, e.step, e.hash, e.input) for p, c in enumerate(changes, 1) for e in c.events],
        [(p, entry.step, entry.hash, entry.result) for p, c in enumerate(changes, 1) for entry in c.journal],
        [(place, dumped(change.children)) for place, change in enumerate(changes, 1) if change.children],
    )
    return [column for table, width in zip(rows, _WIDTHS, strict=True) for column in _turned(table, width)]


def rounds(changes: Sequence[Change]) -> Iterator[list[int]]:
    """The indices of changes, parted so that no message id comes twice in one part: nearly always there is one."""
    waiting = list(range(len(changes)))
    while waiting:
        seen: set[tuple[str, str, str]] = set()
        part: list[int] = []
        later: list[int] = []
        for index in waiting:
            key = _key(changes[index].arrival)
            (later if key in seen else part).append(index)
            seen |= {key} if key else set()
        yield part
        waiting = later


def refusal(outcome: str, known: Known) -> Refused | None:
    """What became of a change that the statement speaks of; None when it was written by an earlier try."""
    if outcome == "duplicate":
        return Duplicate(known)
    if outcome == "foreign":
        return ForeignContext("This contextId cannot be used. Leave contextId out to start a new context.")
    if outcome == "lost":
        return FenceLost("Another run has taken this task over.")
    return None


def _change(change: Change) -> Row:
    new = change.new
    return (
        *(change.task_id, change.fence, change.last_event, change.updated),
        *(new is not None or change.reply is not None, bool(change.events)),
        *_arrival(change.arrival, change.reply),
        *((change.context, True) if new is None else (new.context_id, new.context_named)),
        *_state(change.state),
        *((None, None, None) if new is None else (new.caller, new.deadline, new.agent_version)),
    )


def _arrival(arrival: Arrival | None, reply: bytes | None) -> Row:
    if arrival is None:
        return (None,) * 6
    owner = arrival.owner
    return owner.tenant, owner.principal, arrival.message_id, arrival.hash, arrival.at, reply


def _state(state: State | None) -> Row:
    if state is None:
        return (None,) * 5
    return state.value, state.snapshot, state.event, state.lease.replica, lasts(state.lease.expires)


def lasts(expires: float | None) -> float | None:
    """How many seconds from now; the database adds them to its own clock."""
    return None if expires is None else expires - time.time()


def _key(arrival: Arrival | None) -> tuple[str, str, str] | None:
    return None if arrival is None else (arrival.owner.tenant, arrival.owner.principal, arrival.message_id)


def _turned(rows: list[Row], width: int) -> list[Sequence[Any]]:
    return list(zip(*rows, strict=True)) if rows else [()] * width
