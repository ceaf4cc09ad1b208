"""Which clauses ask for something; the others are what is to be known about the one that follows."""

import re
from dataclasses import dataclass

from agentia.agents.concierge.planning.clauses import clauses
from agentia.agents.concierge.planning.courtesy import (
    asks_for_help,
    is_no_request,
    without_connectors,
    without_opening,
)
from agentia.agents.concierge.planning.mask import masked
from agentia.agents.concierge.planning.words import IMPERATIVE, QUESTION, alternatives

MOST = 12
"""Clauses of a request; what has more is a document, and is passed on whole."""

_WISH = r"(?:want|need|would|wish|wonder|'d|must|have to|like to|require|expect|hope)"
_POINTING = r"(?:here|there|this|these|those|it|they|you)"
_NAMING = r"(?:the|my|our|its|their|this|these|those|each|every|all)"
_VERB = r"(?:is|are|was|were|has|have|had|contains?|shows?|includes?|comes?)"
_STATEMENT = re.compile(
    rf"(?:i|we)\b(?!'d| {_WISH}| am looking| are looking)"
    rf"|{_POINTING}(?:'s|'re| {_VERB}| will| find| can)\b|{_NAMING}\b.*\b{_VERB}\b"
    r"|(?:let(?!'s| us| me)|assume|suppose|note|remember|consider|imagine|keep in mind|see)\b"
    r"|(?:data|numbers|values|list|sample)\s*[:=]",
    re.IGNORECASE,
)
_ASKS_LATER = re.compile(rf",\s*(?:please\s+)?{alternatives(QUESTION, IMPERATIVE)}\b", re.IGNORECASE)
_FIGURES = re.compile(r"[\d\s.,;:()-]+|(?=[^=]*=)(?!.*[a-z]{4}).*", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Clause:
    """One request in the user's words, and what she said before it that belongs to it."""

    text: str
    context: str = ""


def requests(text: str) -> list[Clause]:
    """The clauses that ask for something, in order; none for a greeting or a cry for help."""
    text = without_opening(text.strip())
    if asks_for_help(text):
        return []
    found = [piece for piece in map(without_connectors, clauses(text)) if not is_no_request(piece)]
    if len(found) > MOST:
        return [Clause(text)]
    return _gathered(found)


def _gathered(pieces: list[str]) -> list[Clause]:
    """Statements go with the request that follows, at the end with the one before."""
    found: list[Clause] = []
    said: list[str] = []
    for piece in pieces:
        if _is_statement(piece):
            said.append(piece)
        else:
            found.append(Clause(piece, _together(said)))
            said = []
    if not said:
        return found
    last = found.pop() if found else Clause("")
    return [*found, Clause(_together([last.text, *said]), last.context)]


def _is_statement(piece: str) -> bool:
    if "?" in masked(piece) or _ASKS_LATER.search(piece):
        return False
    return (_STATEMENT.match(piece) or _FIGURES.fullmatch(piece)) is not None


def _together(said: list[str]) -> str:
    """The sentences as one text, each with an end."""
    return " ".join(piece if piece[-1] in ".!?:;,…" else f"{piece}." for piece in said if piece)
