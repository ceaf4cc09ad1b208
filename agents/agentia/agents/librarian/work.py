"""Requests carried out: each gives JSON for agents, in which `said` is a sentence for people."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from agentia.agents.librarian.errors import NotThere
from agentia.agents.librarian.keeping import documents, facts, workspace
from agentia.agents.librarian.keeping.desk import Desk
from agentia.agents.librarian.keeping.place import Place
from agentia.agents.librarian.reading import Paper, shown
from agentia.agents.librarian.requests.texts import brief
from agentia.agents.librarian.requests.wishes import (
    Documents,
    Drop,
    Entries,
    Forget,
    Get,
    History,
    Put,
    Recall,
    Remember,
    Remove,
    Scope,
    Search,
    Wish,
)

Answer = dict[str, Any]


async def carry_out(wish: Wish, desk: Desk, place: Place, effect: str) -> Answer:
    """The answer to `wish`; what it changes is changed once for an `effect`. Raises LibrarianError."""
    return await _WORK[type(wish)](wish, desk, place, effect)


async def _remember(wish: Remember, desk: Desk, place: Place, _effect: str) -> Answer:
    context = place.context if wish.scope == "context" else facts.OWNER
    id, new = await facts.remember(desk, place, wish.text, context)
    where = " in this conversation" if wish.scope == "context" else ""
    said = f"I will remember{where}: {wish.text}" if new else f"I knew that already: {wish.text}"
    return {"id": id, "new": new, "text": wish.text, "scope": wish.scope, "said": said}


async def _recall(wish: Recall, desk: Desk, place: Place, _effect: str) -> Answer:
    contexts = _contexts(wish.scope, place)
    if wish.need:
        found = await facts.recall(desk, place, wish.need, contexts, wish.limit)
    else:
        found = await facts.newest(desk, place, contexts, wish.limit)
    nothing = f"I know nothing about “{brief(wish.need)}”." if wish.need else "I know nothing yet."
    said = "\n".join(_fact_line(number, fact.text) for number, fact in enumerate(found, 1)) or nothing
    return {"facts": [_fact(fact) for fact in found], "by": _by(desk), "said": said}


async def _forget(wish: Forget, desk: Desk, place: Place, _effect: str) -> Answer:
    contexts = _contexts(wish.scope, place)
    if wish.everything:
        gone = await facts.forget_all(desk, place, contexts)
    else:
        gone = int(await facts.forget(desk, place, wish.id, contexts))
    return forgotten(gone)


async def _put(wish: Put, desk: Desk, place: Place, effect: str) -> Answer:
    done = await workspace.put(desk, place, wish.name, wish.value, wish.expected, effect)
    said = f"“{wish.name}” is at version {done.version} now."
    return {"stored": done.done, "version": done.version, "said": said if done.done else _outrun(wish, done)}


async def _remove(wish: Remove, desk: Desk, place: Place, effect: str) -> Answer:
    done = await workspace.remove(desk, place, wish.name, wish.expected, effect)
    said = f"“{wish.name}” is removed from the workspace, with all its versions."
    return {"stored": done.done, "version": done.version, "said": said if done.done else _outrun(wish, done)}


async def _get(wish: Get, desk: Desk, place: Place, _effect: str) -> Answer:
    entry = await workspace.get(desk, place, wish.name, wish.version)
    if entry is None:
        version = f"version {wish.version} of " if wish.version is not None else ""
        return {"entry": None, "said": f"There is no {version}“{wish.name}” in this workspace."}
    said = f"“{wish.name}”, version {entry.version}: {shown(entry.value)}"
    return {"entry": _entry(wish.name, entry), "said": said}


async def _history(wish: History, desk: Desk, place: Place, _effect: str) -> Answer:
    kept = await workspace.history(desk, place, wish.name)
    lines = [f"version {each.version}{_whose(each.author)}: {brief(shown(each.value))}" for each in kept]
    said = "\n".join(lines) or f"There is no “{wish.name}” in this workspace."
    return {"versions": [_entry(wish.name, each) for each in kept], "said": said}


async def _entries(_wish: Entries, desk: Desk, place: Place, _effect: str) -> Answer:
    found = [{**each, "created": _time(each["created"])} for each in await workspace.names(desk, place)]
    lines = [f"“{each['name']}”, version {each['version']}{_whose(each['author'])}" for each in found]
    return {"entries": found, "said": "\n".join(lines) or "This workspace is empty."}


async def _search(wish: Search, desk: Desk, place: Place, _effect: str) -> Answer:
    found = await documents.search(desk, place, wish.need, wish.collection, wish.limit)
    lines = [f"{each.document}, line {each.line}: “{' '.join(each.text.split())}”" for each in found]
    where = f" in the collection {wish.collection}" if wish.collection else ""
    said = "\n".join(lines) or f"I find nothing about “{brief(wish.need)}”{where}."
    return {"quotes": [each._asdict() for each in found], "by": _by(desk), "said": said}


async def _documents(wish: Documents, desk: Desk, place: Place, _effect: str) -> Answer:
    found = await documents.listed(desk, place, wish.collection)
    lines = [f"{each.collection}: {each.name} ({each.size:,} characters)" for each in found]
    shown_ = [{**each._asdict(), "created": _time(each.created)} for each in found]
    return {"documents": shown_, "said": "\n".join(lines) or "There are no documents."}


async def _drop(wish: Drop, desk: Desk, place: Place, _effect: str) -> Answer:
    gone = await documents.drop(desk, place, wish.collection, wish.name)
    if not gone:
        document = f"document {wish.name} in the " if wish.name else ""
        raise NotThere(f"There is no {document}collection {wish.collection}.")
    return {"dropped": gone, "said": f"{gone} document{'s are' if gone > 1 else ' is'} gone."}


async def keep(desk: Desk, place: Place, collection: str, papers: Sequence[Paper]) -> Answer:
    """The answer to a request to keep documents. Raises Full."""
    kept, lines = [], []
    for paper in papers:
        added = await documents.add(desk, place, collection, paper.name, paper.media_type, paper.text)
        kept.append({"name": paper.name, "pieces": added.pieces, "by_meaning": added.read})
        rest = f", {added.read} of which are also found by meaning" if 0 < added.read < added.pieces else ""
        lines.append(f"{paper.name} is in the collection {collection}, in {added.pieces} pieces{rest}.")
    return {"collection": collection, "documents": kept, "said": "\n".join(lines)}


def forgotten(count: int) -> Answer:
    """The answer once so many facts are gone."""
    said = "There was no such fact." if not count else f"I have forgotten {count} fact{'s' if count > 1 else ''}."
    return {"forgotten": count, "said": said}


_WORK: Final[Mapping[type, Callable[[Any, Desk, Place, str], Awaitable[Answer]]]] = {
    Remember: _remember,
    Recall: _recall,
    Forget: _forget,
    Put: _put,
    Remove: _remove,
    Get: _get,
    History: _history,
    Entries: _entries,
    Search: _search,
    Documents: _documents,
    Drop: _drop,
}


def _contexts(scope: Scope | None, place: Place) -> list[str]:
    return {"owner": [facts.OWNER], "context": [place.context]}.get(scope or "", [facts.OWNER, place.context])


def _fact(fact: facts.Fact) -> Answer:
    scope = "context" if fact.context else "owner"
    return {"id": fact.id, "text": fact.text, "scope": scope, "created": _time(fact.created), "score": fact.score}


def _fact_line(number: int, text: str) -> str:
    return f"{number}. {text}"


def _entry(name: str, entry: workspace.Entry) -> Answer:
    return {"name": name, **entry._asdict(), "created": _time(entry.created)}


def _outrun(wish: Put | Remove, done: workspace.Put) -> str:
    now = f"is at version {done.version}" if done.version else "is not there"
    return f"Nothing was changed: “{wish.name}” {now}, and not at {wish.expected}. Get it, and say what you have seen."


def _whose(author: str) -> str:
    return f" by {author}" if author else ""


def _by(desk: Desk) -> str:
    return "meaning" if desk.meaning.name else "words"


def _time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")
