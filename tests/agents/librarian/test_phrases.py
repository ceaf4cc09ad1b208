"""Plain words, and what they are read as."""

from typing import Any

import pytest

from agentia.agents.librarian.errors import Unreadable
from agentia.agents.librarian.requests.phrases import LONGEST, completed, read

READ: dict[str, dict[str, Any]] = {
    "remember that my favourite region is North": {"do": "remember", "text": "My favourite region is North"},
    "Please remember: the door code is 1234": {"do": "remember", "text": "The door code is 1234"},
    "Could you note that Anna is away?": {"do": "remember", "text": "Anna is away"},
    "don't forget that the rent is due": {"do": "remember", "text": "The rent is due"},
    "Merk dir, dass ich keinen Fisch esse": {"do": "remember", "text": "Ich keinen Fisch esse"},
    "Remember the code 99 for this conversation": {"do": "remember", "text": "The code 99", "scope": "context"},
    "what do you know about my favourite region?": {"do": "recall", "need": "my favourite region", "scope": None},
    "Was weißt du über Anna?": {"do": "recall", "need": "Anna"},
    "do you remember Anna's birthday?": {"do": "recall", "need": "Anna's birthday"},
    "What is my favourite region?": {"do": "recall", "need": "What is my favourite region"},
    "What do you remember?": {"do": "recall", "need": "", "limit": 50},
    "forget what you know about Anna": {"do": "forget about", "need": "Anna"},
    "forget that Anna is away.": {"do": "forget about", "need": "Anna is away"},
    "forget everything about Anna": {"do": "forget about", "need": "Anna"},
    "forget everything": {"do": "forget", "everything": True},
    "put blue as colour in the workspace": {"do": "put", "name": "colour", "value": "blue", "expected": None},
    "put “dark blue” as colour into the shared workspace if it is at version 3": {
        "do": "put", "name": "colour", "value": "dark blue", "expected": 3,
    },
    "what is in the workspace?": {"do": "entries"},
    "get colour from the workspace": {"do": "get", "name": "colour", "version": None},
    "show version 2 of colour in the workspace": {"do": "get", "name": "colour", "version": 2},
    "history of colour": {"do": "history", "name": "colour"},
    "remove colour from the workspace": {"do": "remove", "name": "colour"},
    "search for delivery times in my documents": {"do": "search", "need": "delivery times", "collection": ""},
    "find who signs in collection contracts": {"do": "search", "need": "who signs", "collection": "contracts"},
    "search the contracts collection for notice": {"do": "search", "need": "notice", "collection": "contracts"},
    "what do my documents say about holidays?": {"do": "search", "need": "holidays", "collection": ""},
    "list my documents": {"do": "documents", "collection": ""},
    "drop terms.md from collection contracts": {"do": "drop", "collection": "contracts", "name": "terms.md"},
    "delete the collection contracts": {"do": "drop", "collection": "contracts", "name": ""},
}  # fmt: skip
KEPT = {
    "": "documents",
    "keep this file": "documents",
    "add these to collection contracts": "contracts",
    "please add to the contracts collection": "contracts",
}


@pytest.mark.parametrize("text", READ)
def test_a_sentence_is_read_as_a_request(text: str) -> None:
    (found,) = [wish.model_dump() for wish in read(text)]
    assert {name: found[name] for name in READ[text]} == READ[text]


@pytest.mark.parametrize("text", KEPT)
def test_files_are_kept_in_the_collection_that_is_named(text: str) -> None:
    (found,) = [wish.model_dump() for wish in read(text, files=True)]
    assert (found["do"], found["collection"]) == ("add", KEPT[text])


@pytest.mark.parametrize("text", ["My favourite region is North", "hello", "remember", "", "¯\\_(ツ)_/¯"])
def test_what_cannot_be_read_is_asked_back_with_what_was_understood(text: str) -> None:
    with pytest.raises(Unreadable) as refused:
        read(text)
    assert text in refused.value.message
    assert "remember" in refused.value.message


def test_an_answer_says_what_to_do_with_the_text_before() -> None:
    assert read("Remember that it rains") == completed("it rains", "remember that.")
    assert completed("it rains", "Do you remember Anna?") == read("Do you remember Anna?")


def test_sentences_that_ask_for_several_things_are_read_one_by_one() -> None:
    wishes = read("Remember that it rains. Please remember: Anna is away. She comes on Monday. What do you know?")
    assert [wish.do for wish in wishes] == ["remember", "remember", "recall"]
    assert wishes[1].model_dump()["text"] == "Anna is away. She comes on Monday"


def test_a_question_with_files_is_asked_back() -> None:
    with pytest.raises(Unreadable, match="add these to collection"):
        read("what is in here?", files=True)


@pytest.mark.parametrize(
    "text", ["put " * 500, "search " * 300, "forget a in " * 180, "what is " * 280, "remember that " * 150, "“" * 2000]
)
def test_hostile_sentences_are_read_to_their_end(text: str) -> None:
    """A pattern that tries every way to read such a text would not come back."""
    assert outcome(text)


def outcome(text: str) -> str:
    try:
        return str(read(text)[0].do)
    except Unreadable as exc:
        return exc.message


def test_a_sentence_that_is_too_long_is_refused_with_what_to_do() -> None:
    with pytest.raises(Unreadable, match="send what is longer as a file"):
        read("remember " + "x" * LONGEST)
