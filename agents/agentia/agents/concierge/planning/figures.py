"""Tell numbers and expressions from quantities in words."""

import re

from agentia.agents.concierge.planning.words import MONEY, NUMBER_WORDS, PERIODS, UNITS, alternatives

_NOTATION = """
of and plus minus times divided multiplied by over the a an sqrt root square cube squared cubed power to sin cos tan log
ln exp pi mod off on percent per cent pct vat tax tip discount
"""
_KNOWN = re.compile(rf"(?:{alternatives(NUMBER_WORDS, MONEY, UNITS, PERIODS, _NOTATION)}|[a-z])", re.IGNORECASE)
_NUMBER = re.compile(rf"\d|\b(?:{alternatives(NUMBER_WORDS)}|pi)\b", re.IGNORECASE)
_AMOUNT = re.compile(
    rf"(?:an?|the|my|our)\s+\w+\s+of\s+[€$£¥]?\s?\d[\d.,]*\s*{alternatives(MONEY, UNITS)}?", re.IGNORECASE
)


def is_figure(text: str) -> bool:
    """Whether a text is a number or an expression of numbers, with units or without, or "a bill of 80 EUR"."""
    if _AMOUNT.fullmatch(text):
        return True
    words = re.findall(r"[^\W\d_]+", text)
    return bool(_NUMBER.search(text)) and all(map(_KNOWN.fullmatch, words))
