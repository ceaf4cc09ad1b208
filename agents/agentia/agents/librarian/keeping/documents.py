"""Collections of documents: kept in pieces, searched by what they mean, and quoted word for word."""

import asyncio
import json
import time
from collections.abc import Sequence
from typing import Any, NamedTuple

from agentia.agents.librarian.errors import Full
from agentia.agents.librarian.keeping.desk import Desk
from agentia.agents.librarian.keeping.pieces import Piece, pieces
from agentia.agents.librarian.keeping.place import Place
from agentia.agents.librarian.limits import DOCUMENTS, LIBRARY, READING
from agentia.core.meaning import Passage, rank

_VECTOR = 768
"""Bytes of a vector."""


class Document(NamedTuple):
    """A document by its names: `size` in characters, `created` in unix seconds."""

    collection: str
    name: str
    media_type: str
    size: int
    created: float


class Added(NamedTuple):
    """How many pieces a document has, and how many of them are also found by what they mean."""

    pieces: int
    read: int


class Quote(NamedTuple):
    """A piece of a document word for word, and where it stands: characters `start` to `end`, first line, heading."""

    collection: str
    document: str
    text: str
    start: int
    end: int
    line: int
    heading: str
    score: float


async def add(desk: Desk, place: Place, collection: str, name: str, media_type: str, text: str) -> Added:
    """Keep a document, in place of one of that name. Raises Full."""
    others = [each for each in await listed(desk, place) if (each.collection, each.name) != (collection, name)]
    if len(others) >= DOCUMENTS:
        raise Full(f"I keep {DOCUMENTS:,} documents for you already.", fix="Have some dropped first.")
    if sum(each.size for each in others) + len(text) > LIBRARY:
        raise Full(f"Your documents would have more than {LIBRARY:,} characters.", fix="Have some dropped first.")
    cut = await asyncio.to_thread(pieces, text)
    vectors = await _vectors(desk, [f"{piece.heading}\n{text[piece.start : piece.end]}" for piece in cut])
    row = (media_type, text, json.dumps(cut), desk.meaning.name if vectors else "", b"".join(vectors), len(text))
    await desk.database.rows("add", *place.owner, collection, name, *row, time.time())
    return Added(len(cut), len(vectors))


async def search(desk: Desk, place: Place, need: str, collection: str, limit: int) -> list[Quote]:
    """The pieces that answer `need`, best first, of one collection or with "" of all."""
    found, passages = list[tuple[Document, Piece]](), list[Passage]()
    for document in await listed(desk, place, collection):
        for piece, passage in await _pieces(desk, place, document):
            found.append((document, piece))
            passages.append(passage)
    vector = await desk.meaning.of_need(need) if passages else None
    best = await rank(need, vector, passages, limit)
    return [await _quote(desk, place, *found[each.place], each.score) for each in best]


async def listed(desk: Desk, place: Place, collection: str = "") -> list[Document]:
    """The documents of one collection, or with "" of all, by name."""
    rows = [Document(*row) for row in await desk.database.rows("documents_of", *place.owner)]
    return [each for each in rows if collection in ("", each.collection)]


async def drop(desk: Desk, place: Place, collection: str, name: str) -> int:
    """How many documents went: the one of that name, or with "" all of the collection."""
    named = [name] if name else [each.name for each in await listed(desk, place, collection)]
    return sum([len(await desk.database.rows("drop_document", *place.owner, collection, each)) for each in named])


async def _vectors(desk: Desk, texts: Sequence[str]) -> list[bytes]:
    """The vectors of as many texts as there is time for; other requests have their turn between two of them."""
    until, read = time.monotonic() + READING, list[bytes]()
    for text in texts:
        vector = await desk.meaning.of_passage(text) if time.monotonic() < until else None
        if vector is None:
            break
        read.append(vector)
    return read


async def _pieces(desk: Desk, place: Place, document: Document) -> list[tuple[Piece, Passage]]:
    rows = await desk.database.rows("pieces_of", *place.owner, document.collection, document.name)
    if not rows:  # dropped meanwhile
        return []
    ((cut, model, vectors),) = rows
    known = bytes(vectors) if model and model == desk.meaning.name else b""
    return await asyncio.to_thread(_read, cut, known)


def _read(cut: str, vectors: bytes) -> list[tuple[Piece, Passage]]:
    """The pieces of a document, the first of which have a vector."""
    parts = [vectors[at : at + _VECTOR] for at in range(0, len(vectors), _VECTOR)]
    made = [Piece(*piece) for piece in json.loads(cut)]
    return [
        (piece, Passage(frozenset(piece.words.split()), parts[number] if number < len(parts) else None))
        for number, piece in enumerate(made)
    ]


async def _quote(desk: Desk, place: Place, document: Document, piece: Piece, score: float) -> Quote:
    rows: list[Sequence[Any]] = await desk.database.rows("text_of", *place.owner, document.collection, document.name)
    text = str(rows[0][0])[piece.start : piece.end] if rows else ""
    return Quote(document.collection, document.name, text, *piece[:4], score)
