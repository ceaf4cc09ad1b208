"""Writing to a terminal: the two consoles, and text from strangers made harmless."""

import os
import re
import sys
from functools import cache
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from rich.console import Console

WIDE = 200
_ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\-_])")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def clean(text: str) -> str:
    """Without terminal escapes, control characters and bidirectional overrides: agents are strangers."""
    return _CONTROL.sub("", _ESCAPES.sub("", text.replace("\r\n", "\n")))


def one_line(text: str) -> str:
    """Cleaned, and its white space folded to single blanks."""
    return " ".join(clean(text).split())


@cache
def out() -> "Console":
    """The console of results."""
    from rich.console import Console

    return Console(highlight=False, width=_width(sys.stdout))


@cache
def err() -> "Console":
    """The console of progress and notes, apart from results so that those can be piped."""
    from rich.console import Console

    return Console(highlight=False, stderr=True, width=_width(sys.stderr))


def _width(stream: TextIO) -> int | None:
    """A terminal's own width; in a pipe nothing needs to be cut."""
    return None if stream.isatty() or os.environ.get("COLUMNS") else WIDE
