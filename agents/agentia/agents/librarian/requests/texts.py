"""Texts as they are kept and shown."""

import re
from typing import Final

_UNPRINTABLE: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_SHOWN: Final = 120


def cleaned(text: str) -> str:
    """`text` without control characters, which no database need take and no terminal need obey."""
    return _UNPRINTABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def brief(text: str) -> str:
    """`text` as a sentence can repeat it."""
    line = " ".join(text.split())
    return line if len(line) <= _SHOWN else f"{line[:_SHOWN]}…"
