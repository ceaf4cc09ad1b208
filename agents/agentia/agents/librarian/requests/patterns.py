"""How people put requests, in English and for facts in German too: patterns, and the request that each makes."""

import re
from collections.abc import Callable, Sequence
from typing import Final

from agentia.agents.librarian.requests.wishes import (
    Documents,
    Drop,
    Entries,
    Forget,
    ForgetAbout,
    Get,
    History,
    Put,
    Recall,
    Remember,
    Remove,
    Search,
    Wish,
)

SHELF: Final = "documents"
"""The collection of documents for which none was named."""

COURTESY: Final = re.compile(
    r"(?:(?:please|and|also|hey|hi|hello|librarian|(?:can|could|would|will) you|i(?: would|'d) like you to|kindly"
    r"|bitte)\b[,!: ]*){1,6}",
    re.IGNORECASE,
)
CONTEXT: Final = re.compile(
    r"[,( ]*\b(?:only )?(?:for|in) this (?:conversation|context|chat|session)(?: only)?\b[:,) ]*", re.IGNORECASE
)
NEXT: Final = re.compile(
    r"(?<=[.!?;])\s+(?=(?:(?:and|also|please)\s)*"
    r"(?:remember|note|keep in mind|forget|recall|merk|vergiss|what do you)\b)",
    re.IGNORECASE,
)
"""Where a sentence ends and the next one asks for something else."""
QUESTION: Final = re.compile(
    r"(?:what|which|who|whom|whose|when|where|why|how|is|are|was|were|did|does|do|has|have|can|may|must"
    r"|wer|was|wann|wo|wie|welche\w*|warum)\b",
    re.IGNORECASE,
)

_QUOTES = "“”\"'"
_SPACE = r"(?:(?:the|this|our|my) )?(?:shared )?workspace"
_NAME = rf"[{_QUOTES}]?(?P<name>[\w][\w .:/-]{{0,199}}?)[{_QUOTES}]?"
_SHELF = (
    rf"(?:(?:the|my|our) )?(?:collections? [{_QUOTES}]?(?P<shelf>[\w][\w .-]{{0,199}}?)[{_QUOTES}]?"
    rf"|[{_QUOTES}]?(?P<shelf2>[\w][\w .-]{{0,199}}?)[{_QUOTES}]? collection"
    r"|(?:documents?|papers|files|library|collections))"
)
_TELLING = (
    r"(?:what (?:do you (?:know|remember|recall)|did i (?:say|tell you)|have i (?:said|told you))"
    r"|do you (?:know|remember|recall)(?: anything)?|recall|remind me|tell me(?: what you know)?|was wei(?:ß|ss)t du)"
)

Match = re.Match[str]


def shelf(match: Match) -> str:
    """The collection that was named, "" for all."""
    found = match.groupdict()
    return str(found.get("shelf") or found.get("shelf2") or "")


def _plain(text: str) -> str:
    return text.strip().strip(_QUOTES).strip()


def _number(text: str | None) -> int | None:
    return int(text) if text else None


def _fact(text: str) -> Remember:
    plain = _plain(text)
    return Remember(text=plain[:1].upper() + plain[1:])


WORKSPACE: Final[Sequence[tuple[str, Callable[[Match], Wish]]]] = (
    (
        rf"(?:put|write|save|store|set) (?P<value>.+?) (?:as|under|for) {_NAME} (?:in|into|to|on) {_SPACE}"
        r"(?:,? (?:if|when) (?:it is |it's )?(?:still )?(?:at )?version (?P<expected>\d{1,9}))?",
        lambda m: Put(name=m["name"], value=_plain(m["value"]), expected=_number(m["expected"])),
    ),
    (rf"(?:what is in|what's in|show(?: me)?|list|look at) {_SPACE}", lambda _: Entries()),
    (
        rf"(?:show(?: me)? |list )?(?:the )?(?:history|versions) of {_NAME}(?: (?:in|of|from) {_SPACE})?",
        lambda m: History(name=m["name"]),
    ),
    (
        rf"(?:get|show(?: me)?|read|what is|what's|fetch) (?:version (?P<version>\d{{1,9}}) of )?{_NAME}"
        rf" (?:in|from|of|on) {_SPACE}",
        lambda m: Get(name=m["name"], version=_number(m["version"])),
    ),
    (rf"(?:remove|delete|drop|clear|forget) {_NAME} (?:from|in) {_SPACE}", lambda m: Remove(name=m["name"])),
)
COLLECTIONS: Final[Sequence[tuple[str, Callable[[Match], Wish]]]] = (
    (
        rf"(?:search|look|find|look up)(?: for)? (?P<need>.+) (?:in|among|within) {_SHELF}",
        lambda m: Search(need=_plain(m["need"]), collection=shelf(m)),
    ),
    (rf"search {_SHELF} for (?P<need>.+)", lambda m: Search(need=_plain(m["need"]), collection=shelf(m))),
    (
        rf"what (?:do|does) {_SHELF} say (?:about|on|of) (?P<need>.+)",
        lambda m: Search(need=_plain(m["need"]), collection=shelf(m)),
    ),
    (
        rf"(?:list|show(?: me)?|which|what)(?: are| is)?(?: all)?(?: (?:the )?documents (?:are )?(?:in|of))? {_SHELF}"
        r"(?: do you (?:have|keep)| are there| do i have)?",
        lambda m: Documents(collection=shelf(m)),
    ),
    (
        rf"(?:drop|delete|remove|forget) (?:the )?(?:document )?{_NAME} (?:from|in) {_SHELF}",
        lambda m: Drop(collection=shelf(m) or SHELF, name=m["name"]),
    ),
    (
        rf"(?:drop|delete|remove|forget) (?:the )?collection [{_QUOTES}]?(?P<shelf>[\w][\w .-]{{0,199}}?)[{_QUOTES}]?",
        lambda m: Drop(collection=m["shelf"]),
    ),
)
FACTS: Final[Sequence[tuple[str, Callable[[Match], Wish | ForgetAbout]]]] = (
    (
        r"(?:what (?:do you (?:know|remember)|have you remembered)|(?:show|list|tell)(?: me)?"
        r" (?:all|everything|what)(?: (?:facts|things))?(?: (?:that )?you (?:know|remember))?)",
        lambda _: Recall(limit=50),
    ),
    (rf"{_TELLING}(?: (?:about|of|on|über))? (?P<need>.+)", lambda m: Recall(need=_plain(m["need"]))),
    (
        r"(?:forget|delete|erase|vergiss) (?:everything|all|alles)(?: (?:that )?you (?:know|remember))?(?: about me)?",
        lambda _: Forget(everything=True),
    ),
    (r"(?:do not|don['’]t) forget(?: that|:)? (?P<text>.+)", lambda m: _fact(m["text"])),
    (
        r"(?:forget|delete|erase|remove|vergiss)(?: (?:everything|all|what you know|what i (?:said|told you)|was du))?"
        r"(?: (?:that|about|the fact that|über|von))? (?P<need>.+)",
        lambda m: ForgetAbout(need=_plain(m["need"])),
    ),
    (
        r"(?:remember|memori[sz]e|note(?: down)?|keep in mind|bear in mind|make a note|take a note|learn|save|store"
        r"|merke?(?: dir)?)(?: (?:the |this |following )*(?:fact|note))?(?:[,:]? (?:that|dass)\b|[,:])? ?(?P<text>.+)",
        lambda m: _fact(m["text"]),
    ),
)
"""The workspace and the collections are tried first, as their verbs are used for facts as well."""

KEEPING: Final = re.compile(
    rf"(?:add|keep|file|store|put|save|take)\b.{{0,200}}?(?: (?:to|in|into|as) {_SHELF})?", re.IGNORECASE | re.DOTALL
)
