"""What people say around a request: greetings, thanks, "first", "and also", and that something is attached."""

import re

from agentia.agents.concierge.planning.words import FILES, IMPERATIVE, QUESTION, alternatives

_HELLO = r"(?:hello|hi|hey|hiya|howdy|greetings|good (?:morning|afternoon|evening|day))"
_WHOM = r"(?: (?:there|all|everyone|team|again|you|concierge|agentia|friends?))?"
_FILE = alternatives(FILES)
_OUR = r"(?:the |my |our |an? |some )"
_TASKS = r"(?:questions|requests|things|tasks|points|steps)"


def _one_of(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.IGNORECASE)


_ATTACHED = rf"{_OUR}?(?:{_FILE} )?(?:is |are )?attached"
_NO_REQUEST = _one_of(
    rf"{_HELLO}{_WHOM}",
    r"(?:many )?(?:thanks|thank you|thx|cheers)(?: (?:a lot|very much|so much|in advance|you|again))*",
    r"yes|no|ok|okay|please|great|perfect|sorry|right|sure",
    rf"(?:i|we) have .{{0,30}}\b(?:{_TASKS}|question|request)(?: for you)?",
    rf"(?:please )?(?:answer |do |help me with )?(?:{_OUR}|these |a few )?(?:following |two |three |four )*{_TASKS}",
    rf"(?:please )?(?:find |see )?{_ATTACHED}(?: (?:is|are)\b.*|(?: \w+){{0,4}} {_FILE})?",
    rf"(?:here|this|these)(?:'s| is| are) {_OUR}(?:\w+ ){{0,3}}{_FILE}(?: (?:for|of|from) .*)?",
)
_HERE = "(?: here| on (?:the|this) mesh)?"
_HELP = _one_of(
    r"(?:please )?help(?: me)?(?: please)?",
    r"what (?:can|do) you (?:do|offer|know)(?: for me)?|who are you|what are you|what is this|how are you",
    r"what (?:can|could|should|may) i ask(?: you)?|how (?:does this|do you) work|how do i use (?:this|you)",
    rf"(?:which|what) (?:other )?agents (?:are|do you (?:have|know))(?: there| available)?{_HERE}",
    rf"what can the (?:other )?agents{_HERE} do",
    r"(?:list|show)(?: me)? (?:all )?(?:the |your )?agents|introduce yourself|test|ping",
)
_OPENING = re.compile(rf"{_HELLO}{_WHOM}(?:\s*[,.!:;–—-]+\s*|\s+(?=(?:please|can|could)\b))", re.IGNORECASE)
_ALWAYS = (
    r"(?:and|then|also|but|furthermore|moreover|besides|in addition|additionally|after(?: that| this|wards)|by the way)"
)
_PERHAPS = r"(?:first(?:ly)?|second(?:ly)?|third(?:ly)?|last(?:ly)?|finally|next|now|so|oh|well|ok|okay|plus)"
_REQUEST = rf"(?:please\s+)?{alternatives(QUESTION, IMPERATIVE)}\b"
_CONNECTOR = re.compile(rf"{_ALWAYS}\b,?\s*|{_PERHAPS}(?:,\s*|\s+(?={_REQUEST}))", re.IGNORECASE)


def is_no_request(text: str) -> bool:
    """Whether a clause asks for nothing: a greeting, thanks, "see attached"."""
    return not any(map(str.isalnum, text)) or _NO_REQUEST.fullmatch(_bare(text)) is not None


def asks_for_help(text: str) -> bool:
    """Whether a text only wants to know what there is."""
    return _HELP.fullmatch(_bare(text)) is not None


def without_opening(text: str) -> str:
    """The text without a greeting at its start."""
    return _OPENING.sub("", text, count=1) if _OPENING.match(text) else text


def without_connectors(text: str) -> str:
    """The clause without what joined it to the one before: "and then", "First," …"""
    while (found := _CONNECTOR.match(text)) and found.end() < len(text):
        text = text[found.end() :]
    return text.lstrip(" ,")


def _bare(text: str) -> str:
    return " ".join(text.split()).strip(" ,.!?:;…-–—)(")
