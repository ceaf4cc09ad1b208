"""The librarian as a service on a real socket, with the real model of meaning: what it answers, and what it refuses."""

from collections.abc import Callable
from typing import Any

import pytest

from agentia.agents.librarian import librarian
from agentia.agents.librarian.limits import FACT, VALUE
from agentia.cards.lint import lint

pytestmark = pytest.mark.asyncio(loop_scope="module")

File = Callable[..., dict[str, str]]


async def test_what_is_remembered_is_recalled_in_other_words_and_languages_and_then_forgotten(client: Any) -> None:
    for fact in ("my favourite region is North", "Anna Becker leads the purchasing department"):
        told = await client.send(f"Please remember that {fact}")
        assert (told.state, told.text) == ("COMPLETED", f"I will remember: {fact[0].upper()}{fact[1:]}")
    assert (await client.send("Which area do I like best?")).data["facts"][0]["text"] == "My favourite region is North"
    found = await client.send("Wer ist für den Einkauf verantwortlich?")
    assert found.text.startswith("1. Anna Becker leads the purchasing department")
    assert found.data["by"] == "meaning"
    gone = await client.send("Forget my favourite region")
    assert (gone.state, gone.data["forgotten"]) == ("COMPLETED", 1)
    assert "North" not in (await client.send("What do you remember?")).text


async def test_a_message_that_comes_again_is_the_same_task_and_remembers_once(client: Any) -> None:
    first, again = [await client.send("remember that it rains", id="once") for _ in range(2)]
    assert first.id == again.id
    assert [fact["text"] for fact in (await client.send({"do": "recall"})).data["facts"]] == ["It rains"]


async def test_agents_ask_with_data_and_get_data(client: Any) -> None:
    told = await client.send({"do": "remember", "text": "  Tea\0 is\x07 fine ", "scope": "context"}, context="c-1")
    assert (told.data["text"], told.data["new"]) == ("Tea is fine", True)
    assert (await client.send({"do": "recall", "need": "tea"}, context="c-1")).data["facts"][0]["scope"] == "context"
    assert (await client.send({"do": "recall", "need": "tea"}, context="c-2")).data["facts"] == []
    gone = await client.send({"do": "forget", "id": told.data["id"]}, context="c-1")
    assert gone.data["forgotten"] == 1
    assert (await client.send({"do": "forget", "id": told.data["id"]}, context="c-1")).data["forgotten"] == 0


async def test_a_swap_that_lost_says_the_current_version(client: Any) -> None:
    put = {"do": "put", "name": "plan", "value": {"steps": [1, 2]}, "expected": 0}
    done, lost = [await client.send(put, context="w") for _ in range(2)]
    assert (done.data["stored"], done.data["version"]) == (True, 1)
    assert (lost.state, lost.data["stored"], lost.data["version"]) == ("COMPLETED", False, 1)
    assert "“plan” is at version 1, and not at 0" in lost.text
    assert (await client.send("get plan from the workspace", context="w")).data["entry"]["value"] == {"steps": [1, 2]}
    assert (await client.send("what is in the workspace?", context="v")).text == "This workspace is empty."


async def test_documents_are_searched_by_meaning_and_quoted_with_their_source(client: Any, file: File) -> None:
    terms = "# Delivery\n\nThe parcel arrives within three days.\n\n# Returns\n\nGoods may be sent back for a month.\n"
    kept = await client.send("Add this to collection terms", file("terms.md", terms), file("b.txt", "x", "text/plain"))
    assert [each["pieces"] for each in kept.data["documents"]] == [2, 1]
    found = await client.send("Search the collection terms for how long shipping takes")
    best = found.data["quotes"][0]
    assert (best["document"], best["line"], best["heading"]) == ("terms.md", 1, "Delivery")
    assert best["text"] == terms[int(best["start"]) : int(best["end"])]
    assert "terms.md, line 1: “# Delivery The parcel arrives within three days.”" in found.text
    assert (await client.send("drop terms.md from collection terms")).state == "COMPLETED"


async def test_what_cannot_be_read_is_asked_and_the_answer_is_taken(client: Any) -> None:
    asked = await client.send("My favourite region is North")
    assert asked.state == "INPUT_REQUIRED"
    assert "I read “My favourite region is North”" in asked.text
    done = await client.send("remember it", task=asked.id)
    assert (done.state, done.text) == ("COMPLETED", "I will remember: My favourite region is North")


async def test_who_is_never_understood_is_told_so(client: Any) -> None:
    asked = await client.send("¿?")
    for _ in range(3):
        asked = await client.send("hm", task=asked.id)
    assert (asked.state, "I still cannot read" in asked.text) == ("REJECTED", True)


async def test_a_person_picks_what_is_forgotten(client: Any) -> None:
    for day in ("Monday", "Tuesday", "Friday"):
        await client.send(f"remember that Anna plays tennis on {day}")
    asked = await client.send("forget what you know about Anna and tennis")
    assert asked.state == "INPUT_REQUIRED"
    (picked,) = [line for line in asked.text.splitlines() if "Tuesday" in line]
    done = await client.send(f"number {picked[0]}, please", task=asked.id)
    assert done.text == "I have forgotten 1 fact.\n- Anna plays tennis on Tuesday"
    none = await client.send("none", task=(await client.send("forget Anna and tennis")).id)
    assert (none.text, none.data["forgotten"]) == ("I have forgotten nothing.", 0)


async def test_everything_is_forgotten_only_once_that_is_confirmed(client: Any) -> None:
    await client.send("remember that it rains")
    kept = await client.send("no!", task=(await client.send("forget everything")).id)
    assert kept.data["forgotten"] == 0
    gone = await client.send("Yes, do", task=(await client.send("forget everything")).id)
    assert gone.text == "I have forgotten 1 fact."
    assert (await client.send("What do you remember?")).text == "I know nothing yet."


BAD: dict[str, tuple[Any, str]] = {
    "no request": ({"do": "juggle"}, "remember, recall, forget, put"),
    "not even a name": ({"do": None}, "says under “do” one of"),
    "nothing to remember": ({"do": "remember", "text": " \x07 "}, "at least 1 character"),
    "no text": ({"do": "remember", "text": 5}, "“text”"),
    "a fact too long": ({"do": "remember", "text": "x" * (FACT + 1)}, "at most 2000 characters"),
    "a scope that is none": ({"do": "recall", "need": "x", "scope": "world"}, "'owner' or 'context'"),
    "another owner": ({"do": "recall", "need": "x", "owner": "ben"}, "“owner”"),
    "a limit too high": ({"do": "recall", "need": "x", "limit": 10**6}, "“limit”"),
    "nothing to forget": ({"do": "forget"}, "either the “id” of a fact, or “everything”"),
    "no value": ({"do": "put", "name": "x"}, "“value”"),
    "a value too large": ({"do": "put", "name": "x", "value": "x" * VALUE}, "100,000 characters"),
    "a version below none": ({"do": "put", "name": "x", "value": 1, "expected": -1}, "“expected”"),
    "a name too long": ({"do": "get", "name": "x" * 300}, "at most 200 characters"),
    "an entry that is not there": ({"do": "remove", "name": "x"}, "There is no “x”"),
    "no document": ({"do": "add", "collection": "c"}, "Attach a file"),
    "a document without a name": ({"do": "add", "collection": "c", "text": "x"}, "has a “name”"),
    "a collection that is not there": ({"do": "drop", "collection": "c"}, "There is no collection c."),
}


@pytest.mark.parametrize("case", BAD)
async def test_a_bad_request_is_rejected_with_a_sentence(client: Any, case: str) -> None:
    request, sentence = BAD[case]
    told = await client.send(request)
    assert (told.state, sentence in told.text) == ("REJECTED", True), told.text


async def test_a_file_that_is_no_text_is_rejected(client: Any, file: File) -> None:
    for content, sentence in ((b"\x80\xff", "is no text in UTF-8"), (b" \n", "is empty")):
        told = await client.send("keep this", file("a.txt", content, "text/plain"))
        assert (told.state, sentence in told.text) == ("REJECTED", True)


async def test_a_kind_of_document_that_is_not_taken_is_refused_with_those_that_are(client: Any, file: File) -> None:
    refused = await client.refused("keep this", file("a.pdf", b"%PDF", "application/pdf"))
    assert "It takes application/json, text/csv, text/markdown, text/plain" in refused


async def test_a_task_that_is_deleted_with_all_others_takes_what_was_remembered_along(client: Any, file: File) -> None:
    await client.send("remember that it rains")
    await client.send({"do": "put", "name": "n", "value": 1}, context="w")
    await client.send("keep this", file("a.txt", "text", "text/plain"))
    await client.rpc("DeleteTasks")
    assert (await client.send("What do you remember?")).text == "I know nothing yet."
    assert (await client.send({"do": "entries"}, context="w")).text == "This workspace is empty."
    assert (await client.send("list my documents")).text == "There are no documents."


async def test_no_byte_of_what_was_deleted_is_left_in_the_files(client: Any, file: File) -> None:
    for said in ("remember that the zyxxy is blue", {"do": "put", "name": "n", "value": "zyxxy"}):
        assert (await client.send(said)).state == "COMPLETED"
    await client.send("keep this", file("a.txt", "zyxxy", "text/plain"))
    assert any(b"zyxxy" in path.read_bytes().lower() for path in client.files())
    await client.rpc("DeleteTasks")
    assert not [path for path in client.files() if b"zyxxy" in path.read_bytes().lower()]


async def test_the_examples_of_the_card_are_read(client: Any) -> None:
    await client.send("Remember that my favourite region is North")
    await client.send({"do": "put", "name": "colour", "value": "blue"}, context="e")
    for skill in librarian.skills:
        for example in skill.examples:
            if "Add these" not in example and "everything" not in example:
                assert (await client.send(example, context="e")).state == "COMPLETED", example


async def test_its_card_has_nothing_to_complain_of() -> None:
    found = lint(librarian.card("http://127.0.0.1:8013/"))
    assert [finding for finding in found if finding.level != "hint"] == []
