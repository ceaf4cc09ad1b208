"""Who asks for memory finds the librarian, and who asks for something else does not."""

import pytest

from agentia.agents import Specialist
from agentia.agents.analyst import analyst
from agentia.agents.concierge import concierge
from agentia.agents.librarian import librarian
from agentia.agents.memory import NEEDS
from agentia.agents.quant import quant
from agentia.cards.versions import card_to_json
from agentia.registry.index import CardIndex, terms_of_card
from agentia.registry.query import Need
from agentia.registry.search import rank

SHIPPED = (analyst, quant, concierge, librarian)
ASKED = (
    "remember that my favourite region is North",
    "What do you know about my favourite region?",
    "What is my favourite region?",
    "forget my favourite region",
    "Keep in mind that reports are due on Fridays",
    "Put blue as colour in the workspace",
    "Search my documents for delivery times",
    "What do you remember?",
)
OTHERS = (
    "play me a song",
    "translate this to French",
    "unlock the front door",
    "are there bugs in this code?",
    "remind me on 2025-03-01 to call my mother",
    "answer Anna's email",
    "dinner for six without meat",
)


@pytest.fixture(scope="module")
def shipped() -> CardIndex:
    """The cards of all that ship, as the registry has them."""
    index = CardIndex()
    for each in SHIPPED:
        index.put(each.id, terms_of_card(card_to_json(each.card("http://127.0.0.1/"))))
    return index


def first(index: CardIndex, text: str) -> str:
    found = rank(index, Need(text))
    return found[0].id if found else ""


@pytest.mark.parametrize("text", [*ASKED, *NEEDS.values()])
def test_what_is_asked_of_memory_is_found_at_the_librarian(shipped: CardIndex, text: str) -> None:
    assert first(shipped, text) == "librarian"


@pytest.mark.parametrize("specialist", SHIPPED, ids=lambda each: each.id)
def test_what_is_on_a_card_is_found_at_its_agent(shipped: CardIndex, specialist: Specialist) -> None:
    for skill in specialist.skills:
        for example in skill.examples:
            assert first(shipped, example) == specialist.id, example


@pytest.mark.parametrize("text", OTHERS)
def test_what_nobody_does_is_not_found_at_the_librarian(shipped: CardIndex, text: str) -> None:
    assert first(shipped, text) != "librarian"
