"""Facts: remembered once, found by what they mean, forgotten for good."""

import asyncio
import hashlib
import time
from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from agentia.agents.librarian.errors import Full
from agentia.agents.librarian.keeping.desk import Desk
from agentia.agents.librarian.keeping.place import Place
from agentia.agents.librarian.limits import EARLIER, FACTS
from agentia.core.meaning import Passage, Vector, rank
from agentia.core.meaning.ranking import words

OWNER: Final = ""
"""The context of what an owner has remembered for all contexts."""


class Fact(NamedTuple):
    """A fact as it was told: `created` in unix seconds, `score` how well it answers (0 to 1), if that was asked."""

    id: str
    context: str
    text: str
    created: float
    score: float = 0.0


async def remember(desk: Desk, place: Place, text: str, context: str) -> tuple[str, bool]:
    """The id of the fact in `context`, and whether it is new: what is told again is known by its words. Raises Full."""
    id = hashlib.sha256("\0".join((*place.owner, context, _plain(text))).encode()).hexdigest()[:16]
    if not await _find(desk, place, context, id):
        ((count,),) = await desk.database.rows("count_facts", *place.owner)
        if count >= FACTS:
            raise Full(f"I keep {FACTS:,} facts for you already.", fix="Have some forgotten first.")
    vector = await desk.meaning.of_passage(text)
    kept = (" ".join(sorted(words(text))), desk.meaning.name if vector else "", vector, time.time())
    return id, bool(await desk.database.rows("remember", *place.owner, context, id, text, *kept))


async def recall(desk: Desk, place: Place, need: str, contexts: Sequence[str], limit: int) -> list[Fact]:
    """The facts of these contexts that answer `need`, best first."""
    rows = [
        (context, *row) for context in contexts for row in await desk.database.rows("facts_of", *place.owner, context)
    ]
    vector = await desk.meaning.of_need(need) if rows else None
    known = await _understood(desk, place, rows)
    passages = await asyncio.to_thread(_passages, rows, known)
    found = []
    for place_in_rows, score in await rank(need, vector, passages, limit):
        context, id, *_ = rows[place_in_rows]
        found += [each._replace(score=score) for each in await _find(desk, place, context, id)]
    return found


async def newest(desk: Desk, place: Place, contexts: Sequence[str], limit: int) -> list[Fact]:
    """The facts of these contexts, newest first."""
    rows = [
        row for context in contexts for row in await desk.database.rows("newest_facts", *place.owner, context, limit)
    ]
    return sorted((Fact(*row) for row in rows), key=lambda fact: -fact.created)[:limit]


async def forget(desk: Desk, place: Place, id: str, contexts: Sequence[str]) -> bool:
    """Whether there was such a fact in one of these contexts, which is gone now."""
    gone = [bool(await desk.database.rows("forget", *place.owner, context, id)) for context in contexts]
    return any(gone)


async def forget_all(desk: Desk, place: Place, contexts: Sequence[str]) -> int:
    """How many facts these contexts had, which are gone now."""
    return sum([len(await desk.database.rows("forget_context", *place.owner, context)) for context in contexts])


async def _rows(desk: Desk, place: Place, name: str, *values: Any) -> list[Sequence[Any]]:
    return await desk.database.rows(name, *place.owner, *values)


async def _find(desk: Desk, place: Place, context: str, id: str) -> list[Fact]:
    return [Fact(*row) for row in await desk.database.rows("fact", *place.owner, context, id)]


def _passages(rows: Sequence[Sequence[Any]], known: Mapping[str, Vector]) -> list[Passage]:
    return [Passage(frozenset(shown.split()), known.get(id)) for _, id, shown, *_ in rows]


async def _understood(desk: Desk, place: Place, rows: Sequence[Sequence[Any]]) -> dict[str, Vector]:
    """The vectors by id. Facts from a time without this model are given one, some at each search."""
    name = desk.meaning.name
    known = {id: bytes(vector) for _, id, _, model, vector in rows if name and model == name and vector}
    behind = [(context, id) for context, id, *_ in rows if name and id not in known]
    for context, id in behind[:EARLIER]:
        for fact in await _find(desk, place, context, id):
            vector = await desk.meaning.of_passage(fact.text)
            if vector is not None:
                known[id] = vector
                await desk.database.rows("understand", *place.owner, context, id, name, vector)
    return known


def _plain(text: str) -> str:
    """What two ways to write the same have in common."""
    return " ".join(text.casefold().split()).rstrip(".!")
