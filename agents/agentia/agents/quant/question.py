"""One question, cleaned of politeness and with its numbers in digits, and all it may refer to."""

import re
from dataclasses import dataclass, field
from datetime import date

from agentia.agents.quant.given import Given
from agentia.agents.quant.language.words import digits

_FILLER = re.compile(
    r"(?:(?:hi|hey|hello|ok|okay|so|and|also|then|please|kindly)\b[,:]?|(?:next|now|first|second|finally"
    r"|lastly)[,:]|(?:can|could|would|will) you(?: please)?\b"
    r"|i (?:want|need|would like|'d like) (?:you )?to(?: know)?\b|(?:tell|show|give) me\b|do you know\b|let me know\b"
    r"|(?:calculate|compute|evaluate|work out|figure out|find out|find|determine"
    r"|get)\b(?! (?:the )?(?:derivative|roots|zeros))"
    r"|what(?:'s| is| are| was| were| would be| will be|s)\b|how much (?:is|are|was|would be)\b|how much does\b"
    r"|the (?:value|result|answer) (?:of|to)\b|what does\b|is it true that\b) *:? *",
    re.IGNORECASE,
)
_TRAILING = re.compile(r"\s*(?:\b(?:please|equals?(?: to)?|thanks|thank you)!*|[\s?.,;:=]|(?<=[\s?])!)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Question:
    """`text` as it was asked, `asks` what is left to be read. `today` is a date in UTC."""

    text: str
    asks: str
    given: Given = field(default_factory=Given)
    today: date | None = None


def question(text: str, given: Given | None = None, today: date | None = None) -> Question:
    """Make a question of a text that `wording.plain` has seen."""
    return Question(" ".join(text.split()), digits(_core(text)), given or Given(), today)


def _core(text: str) -> str:
    """The text without what only makes it polite: "Please tell me what is 2 + 2?" becomes "2 + 2"."""
    text = " ".join(text.split())
    while match := _FILLER.match(text):
        text = text[match.end() :]
    while tail := _TRAILING.search(text):
        text = text[: tail.start()]
    return text
