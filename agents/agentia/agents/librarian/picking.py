"""Which of several facts a person means, when one is to be forgotten in plain words."""

import re
from collections.abc import Sequence
from typing import Any

from agentia.agents.librarian.requests.texts import brief
from agentia.core.meaning.ranking import words

Fact = dict[str, Any]


def certain(need: str, found: Sequence[Fact]) -> list[Fact]:
    """The one fact that has all words of `need`, if it is one alone."""
    wanted = words(need)
    having = [fact for fact in found if wanted and wanted <= words(fact["text"])]
    return having if len(having) == 1 else []


def which(found: Sequence[Fact]) -> str:
    """The question."""
    listed = "\n".join(f"{number}. {brief(fact['text'])}" for number, fact in enumerate(found, 1))
    return f"Which of these shall I forget? Answer with numbers, “all” or “none”.\n{listed}"


def picked(reply: str, found: Sequence[Fact]) -> list[Fact]:
    """Those that the answer names; none when it says so, or says nothing of the kind."""
    if re.search(r"\b(?:all|every|alle)\b", reply, re.IGNORECASE):
        return list(found)
    numbers = {int(number) for number in re.findall(r"\d{1,4}", reply)}
    return [fact for number, fact in enumerate(found, 1) if number in numbers]


def agreed(reply: str) -> bool:
    """Whether an answer says yes."""
    return bool(re.match(r"\W*(?:yes|y|ja|sure|do|ok|okay)\b", reply, re.IGNORECASE))
