"""What is kept, on SQLite and on Postgres: whose it is, that it is kept once, and that it goes."""

import asyncio
import re
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from agentia.agents.librarian.errors import Full, NotThere
from agentia.agents.librarian.keeping import documents, facts, workspace
from agentia.agents.librarian.keeping.database import MIGRATIONS, PACKAGE, VERSIONS
from agentia.agents.librarian.keeping.desk import Desk
from agentia.agents.librarian.keeping.place import Place
from agentia.core.database import statements
from agentia.core.meaning import Meaning
from agentia.core.migrate import migrate

Open = Callable[[], Awaitable[Desk]]
At = Callable[..., Place]


async def texts(desk: Desk, place: Place, need: str, *contexts: str) -> list[str]:
    return [fact.text for fact in await facts.recall(desk, place, need, contexts or ("",), 5)]


async def test_a_fact_is_found_by_who_told_it_and_by_nobody_else(open_desk: Open, place: At) -> None:
    desk, other = await open_desk(), await open_desk()
    id, new = await facts.remember(desk, place(), "Anna likes tea", "")
    assert new
    assert await facts.remember(other, place(), "anna likes  tea.", "") == (id, False)
    assert await texts(other, place(), "what tea does Anna like") == ["Anna likes tea"]
    for stranger in (place("ben"), place(tenant="other")):
        assert await texts(other, stranger, "what tea does Anna like") == []
        assert await facts.newest(other, stranger, [""], 5) == []
        assert not await facts.forget(other, stranger, id, [""])
    assert await texts(desk, place(), "tea") == ["Anna likes tea"]


async def test_a_fact_of_a_context_is_there_in_that_one_alone(open_desk: Open, place: At) -> None:
    desk = await open_desk()
    await facts.remember(desk, place(), "we talk about Oslo", "c")
    assert await texts(desk, place(), "Oslo") == []
    assert await texts(desk, place(), "Oslo", "", "c") == ["we talk about Oslo"]
    assert await texts(desk, place(), "Oslo", "", "d") == []
    assert await facts.forget_all(desk, place(), ["", "c"]) == 1


async def test_a_forgotten_fact_is_gone_and_can_be_told_again(open_desk: Open, place: At) -> None:
    desk = await open_desk()
    id, _ = await facts.remember(desk, place(), "Anna likes tea", "")
    assert await facts.forget(desk, place(), id, ["", "c"])
    assert not await facts.forget(desk, place(), id, ["", "c"])
    assert await texts(desk, place(), "tea") == []
    assert await facts.remember(desk, place(), "Anna likes tea", "") == (id, True)


async def test_no_more_facts_are_kept_than_one_may_have(
    open_desk: Open, place: At, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(facts, "FACTS", 1)
    desk = await open_desk()
    await facts.remember(desk, place(), "one", "")
    with pytest.raises(Full, match="I keep 1 facts for you already"):
        await facts.remember(desk, place(), "two", "")
    assert not (await facts.remember(desk, place(), "one", ""))[1]
    assert (await facts.remember(desk, place("ben"), "two", ""))[1]


async def test_a_version_is_put_by_who_has_seen_the_one_before(open_desk: Open, place: At) -> None:
    one, other = await open_desk(), await open_desk()
    assert await workspace.put(one, place(author="analyst"), "plan", {"a": [1]}, 0, "e1") == (True, 1)
    assert await workspace.put(other, place(author="quant"), "plan", "b", 0, "e2") == (False, 1)
    assert await workspace.put(other, place(author="quant"), "plan", "b", 7, "e3") == (False, 1)
    assert await workspace.put(other, place(author="quant"), "plan", "b", 1, "e4") == (True, 2)
    kept = await workspace.history(one, place(), "plan")
    assert [(each.version, each.value, each.author) for each in kept] == [(2, "b", "quant"), (1, {"a": [1]}, "analyst")]
    assert (await workspace.get(one, place(), "plan", 1)) == kept[1]
    assert await workspace.get(one, place("ben"), "plan", None) is None
    assert await workspace.get(one, place(context="d"), "plan", None) is None


async def test_of_many_that_put_at_once_one_wins_each_round(open_desk: Open, place: At) -> None:
    desks = [await open_desk() for _ in range(2)]
    done = await asyncio.gather(*(workspace.put(desks[n % 2], place(), "n", n, 0, f"e{n}") for n in range(8)))
    assert sorted(each.done for each in done) == [False] * 7 + [True]
    free = await asyncio.gather(*(workspace.put(desks[n % 2], place(), "n", n, None, f"f{n}") for n in range(8)))
    assert sorted(each.version for each in free) == list(range(2, 10))


async def test_an_effect_that_comes_again_is_done_once(open_desk: Open, place: At) -> None:
    desk = await open_desk()
    for expected in (0, None, 0):
        assert await workspace.put(desk, place(), "n", 1, expected, "same") == (True, 1)
    await workspace.put(desk, place(), "n", 2, 1, "next")
    assert await workspace.put(desk, place(), "n", 1, 0, "same") == (True, 1)


async def test_a_removed_entry_is_gone_with_its_versions_and_numbers_are_not_used_again(
    open_desk: Open, place: At
) -> None:
    desk = await open_desk()
    await workspace.put(desk, place(), "n", "secret", 0, "e1")
    assert await workspace.remove(desk, place(), "n", 1, "e2") == (True, 2)
    assert await workspace.remove(desk, place(), "n", 1, "e2") == (True, 2)
    assert await workspace.get(desk, place(), "n", None) is None
    assert await workspace.get(desk, place(), "n", 1) is None
    assert await workspace.names(desk, place()) == []
    with pytest.raises(NotThere):
        await workspace.remove(desk, place(), "n", None, "e3")
    assert await workspace.put(desk, place(), "n", "new", 1, "e4") == (False, 0)
    assert await workspace.put(desk, place(), "n", "new", 0, "e5") == (True, 3)


async def test_old_versions_go_and_entries_are_counted(
    open_desk: Open, place: At, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workspace, "VERSIONS", 3)
    monkeypatch.setattr(workspace, "ENTRIES", 1)
    desk = await open_desk()
    for number in range(5):
        await workspace.put(desk, place(), "n", number, number, f"e{number}")
    assert [each.version for each in await workspace.history(desk, place(), "n")] == [5, 4, 3]
    with pytest.raises(Full):
        await workspace.put(desk, place(), "m", 1, None, "more")
    assert (await workspace.put(desk, place(), "n", 6, 5, "e6")).done


async def test_workspaces_have_an_end_over_all_contexts(
    open_desk: Open, place: At, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workspace, "WORKSPACES", 10)
    desk = await open_desk()
    await workspace.put(desk, place(), "n", "123456", 0, "e1")
    with pytest.raises(Full, match="more than 10 characters"):
        await workspace.put(desk, place(context="d"), "n", "1", 0, "e2")
    assert (await workspace.put(desk, place("ben"), "n", "1", 0, "e3")).done
    await workspace.remove(desk, place(), "n", None, "e4")
    assert (await workspace.put(desk, place(context="d"), "n", "1", 0, "e5")).done


async def test_documents_are_quoted_word_for_word_with_their_place(open_desk: Open, place: At) -> None:
    desk = await open_desk()
    text = "# Delivery\n\nWithin three days.\n\n# Returns\n\nGoods may be sent back within thirty days.\n"
    assert await documents.add(desk, place(), "terms", "a.md", "text/markdown", text) == (2, 0)
    await documents.add(desk, place(), "other", "b.md", "text/markdown", "Returns are not taken.")
    (found,) = await documents.search(desk, place(), "returns of goods", "terms", 5)
    assert found.text == text[found.start : found.end] == "# Returns\n\nGoods may be sent back within thirty days."
    assert (found.document, found.line, found.heading) == ("a.md", 5, "Returns")
    assert {quote.document for quote in await documents.search(desk, place(), "returns", "", 5)} == {"a.md", "b.md"}
    assert await documents.search(desk, place("ben"), "returns", "", 5) == []
    assert await documents.drop(desk, place("ben"), "terms", "a.md") == 0


async def test_a_document_of_the_same_name_takes_the_place_of_the_old_one(open_desk: Open, place: At) -> None:
    desk = await open_desk()
    for text in ("The old text", "The new text"):
        await documents.add(desk, place(), "c", "a.txt", "text/plain", text)
    assert [each.size for each in await documents.listed(desk, place())] == [12]
    assert [each.text for each in await documents.search(desk, place(), "text", "", 5)] == ["The new text"]
    assert await documents.drop(desk, place(), "c", "") == 1
    assert await documents.listed(desk, place()) == []


async def test_a_library_has_an_end(open_desk: Open, place: At, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "DOCUMENTS", 2)
    monkeypatch.setattr(documents, "LIBRARY", 30)
    desk = await open_desk()
    await documents.add(desk, place(), "c", "a", "text/plain", "x" * 20)
    with pytest.raises(Full, match="more than 30 characters"):
        await documents.add(desk, place(), "c", "b", "text/plain", "x" * 20)
    await documents.add(desk, place(), "c", "a", "text/plain", "x" * 25)
    await documents.add(desk, place(), "c", "b", "text/plain", "x")
    with pytest.raises(Full, match="2 documents"):
        await documents.add(desk, place(), "c", "d", "text/plain", "x")


async def test_all_of_an_owner_goes_and_nothing_of_others(open_desk: Open, place: At) -> None:
    desk = await open_desk()
    for who in (place(), place("ben")):
        await facts.remember(desk, who, "one", "")
        await facts.remember(desk, who, "two", "c")
        await workspace.put(desk, who, "n", 1, 0, f"e {who.owner}")
        await documents.add(desk, who, "c", "a", "text/plain", "text")
    await desk.delete(place().owner)
    kept: list[Any] = []
    for who in (place(), place("ben")):
        kept.append([
            len(await facts.newest(desk, who, ["", "c"], 5)),
            len(await workspace.names(desk, who)),
            len(await documents.listed(desk, who)),
        ])  # fmt: skip
    assert kept == [[0, 0, 0], [2, 1, 1]]


class Reader(Meaning):
    """A model that counts what it reads, and to which all texts mean the same."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.read, self._name = 0, name

    @property
    def name(self) -> str:
        return self._name

    async def of_need(self, _text: str) -> bytes:
        return SAME

    async def of_passage(self, _text: str) -> bytes:
        self.read += 1
        return SAME


SAME = b"\x00\x3c" + bytes(766)
"""A vector whose first number is 1, and all others 0."""


async def test_facts_that_were_told_to_another_model_are_read_again_once_some_at_a_time(
    open_desk: Open, place: At, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(facts, "EARLIER", 2)
    bare = await open_desk()
    for number in range(3):
        await facts.remember(bare, place(), f"fact {number}", "")
    reader = Reader("one")
    later = Desk(bare.database, reader)
    assert [len(await texts(later, place(), "unlike")) for _ in range(3)] == [2, 3, 3]
    assert reader.read == 3
    other = Reader("two")
    await texts(Desk(bare.database, other), place(), "unlike")
    assert other.read == 2


async def test_what_there_is_no_time_to_read_is_found_by_its_words(
    open_desk: Open, place: At, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(documents, "READING", 0.0)
    desk = Desk((await open_desk()).database, Reader("one"))
    assert await documents.add(desk, place(), "c", "a", "text/plain", "Delivery takes long") == (1, 0)
    assert [quote.text for quote in await documents.search(desk, place(), "delivery", "", 5)] == ["Delivery takes long"]


STATEMENTS = statements(PACKAGE)


@pytest.mark.parametrize("name", STATEMENTS)
def test_a_statement_reads_what_is_its_owners_alone(tmp_path: Path, name: str) -> None:
    """SQLite finds rows by tenant and owner, and never looks through those of others."""
    path = tmp_path / "plans.sqlite"
    migrate(path, MIGRATIONS, versions=VERSIONS)
    values = {str(number): None for number in range(1, 12)}
    with closing(sqlite3.connect(path)) as file:
        plan = [row[3] for row in file.execute(f"EXPLAIN QUERY PLAN {STATEMENTS[name]}", values)]
    looked = [step for step in plan if re.match(r"(SCAN|SEARCH) (facts|documents|entries|e|n)\b", step)]
    assert all("tenant=? AND owner=?" in step for step in looked), plan
