"""A workspace: what the agents of one context share, in versions, so that none writes over what it has not seen."""

import json
import time
from typing import Any, NamedTuple

from agentia.agents.librarian.errors import Full, NotThere
from agentia.agents.librarian.keeping.desk import Desk
from agentia.agents.librarian.keeping.place import Place
from agentia.agents.librarian.limits import ENTRIES, VERSIONS, WORKSPACES

_TRIES = 20
"""How often a version is put that nobody has made conditions for, while others are quicker."""


class Entry(NamedTuple):
    """A version of an entry: its JSON, who has put it ("" for the owner in person), and when (unix seconds)."""

    version: int
    value: Any
    author: str
    created: float


class Put(NamedTuple):
    """Whether a version was put; `version` is the entry's newest then, in either case."""

    done: bool
    version: int


async def put(desk: Desk, place: Place, name: str, value: Any, expected: int | None, effect: str) -> Put:
    """Put the version after `expected` (0 when there is no entry yet), or with None after whatever is the newest.

    Done once for an `effect`, however often it is tried. Raises Full.
    """
    return await _put(desk, place, name, json.dumps(value), expected, effect)


async def remove(desk: Desk, place: Place, name: str, expected: int | None, effect: str) -> Put:
    """Remove an entry with all its versions; its next one goes on counting. Raises NotThere."""
    if _gone(await _newest(desk, place, name)) and not await _put_before(desk, place, name, effect):
        raise NotThere(f"There is no “{name}” in this workspace.")
    done = await _put(desk, place, name, None, expected, effect)
    if done.done:
        await desk.database.rows("drop_versions", *place.owner, place.context, name, done.version)
    return done


async def get(desk: Desk, place: Place, name: str, version: int | None) -> Entry | None:
    """The newest version of an entry, or a certain one; None when it is not there or not kept any more."""
    kept = await history(desk, place, name)
    return next((each for each in kept if version in (None, each.version)), None)


async def history(desk: Desk, place: Place, name: str) -> list[Entry]:
    """The versions that are kept of an entry, newest first; none when it was removed."""
    rows = await desk.database.rows("versions", *place.owner, place.context, name)
    if rows and rows[0][1] is None:
        return []
    return [
        Entry(version, json.loads(value), author, created)
        for version, value, author, created in rows
        if value is not None
    ]


async def names(desk: Desk, place: Place) -> list[dict[str, Any]]:
    """The entries of the context: `name`, `version`, `author` and `created` of each."""
    rows = await desk.database.rows("entries_of", *place.owner, place.context)
    return [dict(zip(("name", "version", "author", "created"), row, strict=True)) for row in rows]


async def _put(desk: Desk, place: Place, name: str, value: str | None, expected: int | None, effect: str) -> Put:
    if before := await _put_before(desk, place, name, effect):
        return Put(True, before)
    for _ in range(_TRIES if expected is None else 1):
        newest = await _newest(desk, place, name)
        now = _seen(newest)
        if expected is not None and expected != now and not (expected == 0 and _gone(newest)):
            return Put(False, now)
        if now == 0 and len(await names(desk, place)) >= ENTRIES:
            raise Full(f"There are {ENTRIES:,} entries in this workspace already.", fix="Remove some first.")
        await _check_room(desk, place, value)
        version = (newest[0] if newest else 0) + 1
        row = (name, version, value, len(value or ""), place.author, effect, time.time())
        if await desk.database.rows("put", *place.owner, place.context, *row):
            await desk.database.rows("drop_versions", *place.owner, place.context, name, version - VERSIONS + 1)
            return Put(True, version)
        if before := await _put_before(desk, place, name, effect):
            return Put(True, before)
    return Put(False, _seen(await _newest(desk, place, name)))


async def _check_room(desk: Desk, place: Place, value: str | None) -> None:
    ((size,),) = await desk.database.rows("size_of_entries", *place.owner)
    if value is not None and int(size) + len(value) > WORKSPACES:
        raise Full(f"Your workspaces would have more than {WORKSPACES:,} characters.", fix="Remove some entries first.")


async def _newest(desk: Desk, place: Place, name: str) -> tuple[int, str | None] | None:
    rows = await desk.database.rows("newest", *place.owner, place.context, name)
    return (rows[0][0], rows[0][1]) if rows else None


async def _put_before(desk: Desk, place: Place, name: str, effect: str) -> int:
    """The version that this effect has put already, 0 when it has not."""
    rows = await desk.database.rows("put_by", *place.owner, place.context, name, effect)
    return int(rows[0][0]) if rows else 0


def _gone(newest: tuple[int, str | None] | None) -> bool:
    return newest is None or newest[1] is None


def _seen(newest: tuple[int, str | None] | None) -> int:
    """The version that others see: 0 of what is not there, or not any more."""
    return 0 if _gone(newest) or newest is None else newest[0]
