"""Find the words of a clause that stand for something of an earlier one: "its", "that region", "there", "it"."""

import re
from dataclasses import dataclass

from agentia.agents.concierge.planning.mask import HIDDEN, masked
from agentia.agents.concierge.planning.plan import Slot, What, Wording
from agentia.agents.concierge.planning.words import (
    ABOUT_CONTENT,
    AUXILIARY,
    CONJUNCTION,
    FILES,
    IMPERATIVE,
    NUMBERS,
    OPERATOR,
    PREPOSITION,
    QUESTION,
    RESULTS,
    TIMES,
    alternatives,
)

_NOT_NOUNS = "more less fewer higher lower bigger smaller larger happen mean help work"
_SMALL = "and or but then not too also as so if the a an it its i we they you he she all there"
_GRAMMAR = alternatives(AUXILIARY, PREPOSITION, OPERATOR, QUESTION, _SMALL)
_LEADS = alternatives(AUXILIARY, PREPOSITION, OPERATOR, IMPERATIVE, QUESTION, CONJUNCTION, "divided multiplied")
_FOLLOWS = alternatives(
    AUXILIARY, PREPOSITION, OPERATOR, CONJUNCTION, _NOT_NOUNS, "divided multiplied too also again up down now"
)
_BEFORE = rf"(?:^|{_LEADS}\s+|[,:]\s*)"  # what stands before "that" where it is no "the product that sold best"
_BEHIND = rf"(?=\s*(?:$|[.?!,;:)]|{_FOLLOWS}\b))"
_NUMBER = alternatives(RESULTS, NUMBERS)
_RESULT = alternatives(RESULTS)
_NO_SUBJECT = alternatives(FILES, _NOT_NOUNS, "same own way thing things kind sort case one")
_THING = rf"(?!(?:{_NO_SUBJECT}|{_GRAMMAR})\b)[^\W\d_][\w-]*"
_THIS_THING = rf"(?:that|those)\s+{_THING}|(?:this|these)\s+(?!{alternatives(TIMES)}s?\b){_THING}"
_COMPARED = alternatives(
    "more less greater smaller bigger higher lower above below over under prime even odd divisible positive negative"
)
_NOT_THERE_IS = r"(?<!\bis )(?<!\bare )(?<!\bwas )(?<!\bwere )(?<!\bbe )"


def _finder(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


_FINDERS: tuple[tuple[What, re.Pattern[str]], ...] = (
    ("possessive", _finder(r"\b(?P<said>its|their|his)\b(?!\s+own\b)(?=\s+\w)")),
    ("possessive", _finder(rf"\b(?P<said>(?:{_THIS_THING}|the same\s+{_THING})['’]s)\b")),
    ("any", _finder(rf"{_BEFORE}(?P<said>(?:that|this|these|those)\s+{_NUMBER})\b(?!\s+(?:of|for|from)\b)")),
    ("any", _finder(rf"{_BEFORE}(?P<said>the\s+{_RESULT})\b(?!\s+(?:of|for|from)\b)")),
    ("subject", _finder(rf"\b(?P<said>the same\s+{_THING})\b(?!['’])")),
    ("subject", _finder(rf"{_BEFORE}(?P<said>{_THIS_THING})\b(?!['’]s)")),
    ("value", _finder(rf"\b(?:is|was)\s+(?P<said>it|that)\s+(?={_COMPARED}\b)")),
    ("place", _finder(rf"{_NOT_THERE_IS}\b(?P<said>there)\b(?!['’]|\s+(?:is|are|was|were|will|has|have)\b)")),
    ("any", _finder(rf"{_BEFORE}(?P<said>that|this)\b{_BEHIND}")),
    ("all", _finder(rf"{_BEFORE}(?P<said>those|these)\b{_BEHIND}")),
    ("any", _finder(r"\s(?P<said>that)\s*[.?!]*\s*$")),
    ("all", _finder(r"\s(?P<said>those|these)\s*[.?!]*\s*$")),
    ("any", _finder(r"\b(?P<said>it)\b")),
    ("all", _finder(r"\b(?P<said>them|they)\b")),
)
_WHOLE = _finder(rf"it|this|that|them|these|those|(?:the|this|that|these|those)\s+{_NUMBER}")
_EXPLETIVE = _finder(
    r"\b(?:is it (?:true|possible|correct that|ok|okay|worth|safe|legal|a|an|the)\b"
    r"|(?:does|did|will|would) it (?:take|matter|mean)\b|what (?:time|day|date) is it\b|it(?:'s| is| was) )"
)
_OWN_SUBJECT = _finder(rf"(?:which|who|whose|each|every)\b.*\s(?!{alternatives(AUXILIARY, PREPOSITION)}\s)\S+\s+")
_POLITELY = r"(?:please\s+)?(?:(?:can|could|would|will) you\s+(?:please\s+)?)?"
_CONTENT = _finder(rf"{_POLITELY}{alternatives(ABOUT_CONTENT)}\s+(?:me\s+)?")


@dataclass(frozen=True, slots=True)
class Reference:
    """Where a clause refers to something earlier, and to what of it."""

    what: What
    start: int
    end: int


def references(text: str) -> list[Reference]:
    """The references in a clause that follows others, in order."""
    hidden = _without_expletives(masked(text))
    about_content = _CONTENT.match(hidden)
    whole = about_content.end() if about_content else -1
    found: list[Reference] = []
    for what, finder in _FINDERS:
        for start, end in (match.span("said") for match in finder.finditer(hidden)):
            if not any(start < other.end and other.start < end for other in found) and not _own(what, hidden[:start]):
                found.append(Reference("whole" if what in ("any", "all") and start == whole else what, start, end))
    return sorted(found, key=lambda reference: reference.start)


def worded(text: str, needs: tuple[int, ...]) -> Wording:
    """The text with a slot for each reference, to be filled by the first of `needs` that can. None without needs."""
    pieces: list[str | Slot] = []
    start = 0
    for reference in references(text) if needs else ():
        pieces += [text[start : reference.start], Slot(reference.what, text[reference.start : reference.end], needs)]
        start = reference.end
    return tuple(piece for piece in (*pieces, text[start:]) if piece)


def is_reference(text: str) -> bool:
    """Whether a phrase as a whole stands for the answer of an earlier need: "it", "that", "the result", "this sum"."""
    return _WHOLE.fullmatch(text.strip()) is not None


def _without_expletives(text: str) -> str:
    return _EXPLETIVE.sub(lambda match: HIDDEN * len(match[0]), text)


def _own(what: What, before: str) -> bool:
    """Whether "its" belongs to the subject of its own clause: "Which product doubled its sales?"."""
    return what == "possessive" and _OWN_SUBJECT.fullmatch(before) is not None
