"""Cut a request into its clauses: lines, list items, sentences, and what "and then" or "; " joins."""

import re
from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise

from agentia.agents.concierge.planning.mask import HIDDEN, masked
from agentia.agents.concierge.planning.words import (
    AUXILIARY,
    DETERMINER,
    IMPERATIVE,
    PART,
    PERCENT,
    PREPOSITION,
    QUESTION,
    alternatives,
)

Test = Callable[[str, str], bool]

LONGEST = 4_000  # characters of a text that is read as sentences; more is a document
_ASK = alternatives(QUESTION)
_DO = alternatives(IMPERATIVE)
_OBJECT = rf"(?:{alternatives(DETERMINER, QUESTION, 'it them me us by')}\b|\d)"
_PASSED_ON = alternatives(
    "translate summarise summarize shout proofread rewrite rephrase explain review correct spell shorten classify echo",
    "repeat say read encode decode reverse",
)
_CONTENT = re.compile(
    rf"(?:the following (?:text|paragraph|sentence|message|e-?mail|code|words)|\b{_PASSED_ON}\b[^:.?!\n]{{0,80}}):\s",
    re.IGNORECASE,
)
_ITEM = re.compile(r"[ \t]*(?:[-*•–][ \t]+|\(?\d{1,2}[.)][ \t]+|\(?[a-h]\)[ \t]+)")
_NUMBERED = re.compile(r"(?:(?<=\s)|^)\(?(\d{1,2})[.)]\s+(?=\S)")
_SENTENCE = re.compile(r"(?<=[.?!…])[”\"')\]]*\s+(?=\S)")
_SHORT = alternatives("e.g i.e vs etc approx dr mr mrs ms st no nr fig ca incl excl a.m p.m u.s inc ltd corp")
_ABBREVIATION = re.compile(rf"(?:\b(?i:{_SHORT})|(?<!\w)[A-Z])\.$")
_REQUEST = re.compile(rf"(?:please\s+)?(?:{_ASK}|{_DO}|{alternatives(AUXILIARY)})\b", re.IGNORECASE)
_SHARE = rf"(?:{PERCENT}|{PART})\s+(?:of|off|on)\b"
_SHARE_OF = re.compile(rf"(?<!\w){_SHARE}", re.IGNORECASE)
_PAIR = re.compile(r"\b(?:compare|between|both|(?:sum|difference|product|ratio|average|mean) of)\b", re.IGNORECASE)
_CONDITION = re.compile(r"(?:if|when|whenever|unless|suppose|assuming|given)\b", re.IGNORECASE)
_EQUATION = re.compile(r"(?=[^=]*=)(?![^\n]*[a-z]{4})[^?]*", re.IGNORECASE)


def clauses(text: str) -> list[str]:
    """The clauses in order, as written. What is hidden in quotations or parentheses is never cut."""
    if len(text) > LONGEST or _CONTENT.search(masked(text)):
        return [text.strip()]
    found = (piece for block in _blocks(text) for sentence in _sentences(block) for piece in _joined(sentence))
    return [piece.strip() for piece in found if any(map(str.isalnum, piece))]


def _blocks(text: str) -> Iterator[str]:
    """Lines; a list item without its mark; lines that are one wrapped sentence joined."""
    block = ""
    for line, hidden in _lines(text):
        item = _ITEM.match(hidden)
        if block and not item and hidden[:1].islower() and not block.endswith((".", "?", "!", ":", ";")):
            block = f"{block} {line.strip()}"
            continue
        yield from _enumerated(block)
        block = line.strip()
    yield from _enumerated(block)


def _lines(text: str) -> Iterator[tuple[str, str]]:
    """Each line with its masked form; a hidden stretch over several lines stays one."""
    hidden = masked(text)
    cuts = [-1, *(match.start() for match in re.finditer("\n", hidden)), len(text)]
    return ((text[start + 1 : end], hidden[start + 1 : end]) for start, end in pairwise(cuts))


def _enumerated(block: str) -> Iterable[str]:
    """The items of "1. … 2. …" in one line, or the line without its own mark."""
    marks = list(_NUMBERED.finditer(masked(block)))
    if len(marks) < 2 or [int(mark[1]) for mark in marks] != [*range(1, len(marks) + 1)]:
        return [_ITEM.sub("", block, count=1)] if _ITEM.match(block) else [block]
    ends = [*(mark.start() for mark in marks[1:]), len(block)]
    return [block[: marks[0].start()], *(block[mark.end() : end] for mark, end in zip(marks, ends, strict=True))]


def _sentences(block: str) -> Iterator[str]:
    return _cut(block, _SENTENCE, lambda left, _: not _ABBREVIATION.search(left.rstrip(" ”\"')]")))


def _joined(sentence: str) -> list[str]:
    """What joints hold together, where both sides can stand alone."""
    pieces = [sentence]
    for joint, test in () if _CONDITION.match(sentence) else _JOINTS:
        pieces = [cut for piece in pieces for cut in _cut(piece, joint, test)]
    return pieces


def _cut(text: str, joint: re.Pattern[str], test: Test) -> Iterator[str]:
    start = 0
    for match in joint.finditer(masked(text)):
        if test(text[start : match.start()], text[match.end() :]):
            yield text[start : match.start()]
            start = match.end()
    yield text[start:]


def _words(left_least: int, right_least: int) -> Test:
    return lambda left, right: len(left.split()) >= left_least and len(right.split()) >= right_least


def _semicolon(left: str, right: str) -> bool:
    return bool(re.search(r"[^\W\d_]{3}", right)) and not (_EQUATION.fullmatch(left) and _EQUATION.fullmatch(right))


def _comma(left: str, right: str) -> bool:
    return _REQUEST.match(left) is not None and _words(3, 3)(left, right)


def _shares(left: str, _: str) -> bool:
    return _SHARE_OF.search(left) is not None and not _PAIR.search(left)


def _of_one(left: str, right: str) -> bool:
    return _words(3, 2)(left, right) and not _PAIR.search(left)


def _joint(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


_NOT_MORE = rf"(?!{alternatives(PREPOSITION, AUXILIARY, 'a an the')}\b)(?=[a-z{HIDDEN}])"  # "by day and then by hour"
_JOINTS = (
    (_joint(r"\s*;\s*(?:and\s+)?"), _semicolon),
    (_joint(rf",?\s+(?:and\s+)?(?:then|after that|afterwards|finally)\s*,?\s+{_NOT_MORE}"), _words(2, 2)),
    (_joint(rf",?\s+and\s+(?:also\s+)?(?={_ASK}\b)"), _words(3, 3)),
    (_joint(rf",?\s+and\s+(?:also\s+)?(?=(?:please\s+)?{_DO}\s+{_OBJECT})"), _words(2, 2)),
    (_joint(rf",?\s+and\s+(?={_SHARE})"), _shares),
    (_joint(r",?\s+and\s+(?=(?:its|their)\s+\w)"), _of_one),
    (_joint(r",\s+(?=(?:what(?:'s)?|who|how (?:many|much))\b)"), _comma),
)
"""What joins two requests in a sentence, and whether what stands on its two sides are two."""
