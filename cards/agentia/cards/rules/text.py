"""Text that reads otherwise than it looks, and how much of it there is."""

import json
import re
from collections.abc import Iterator
from typing import Any, Final

from agentia.cards.finding import Finding, error, warning
from agentia.cards.shape import join
from agentia.cards.versions import MAX_BYTES

# Controls but for line breaks and tabs, direction overrides, zero-width characters, and Unicode's invisible "tags":
# they hide words from people that models and terminals still obey. (The joiner of emoji is fine.)
_HIDDEN: Final = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b\u202a-\u202e\u2060\u2066-\u2069\ufeff\U000e0000-\U000e007f]"
)
_LARGE: Final = 64 * 1024


def check(card: dict[str, Any]) -> Iterator[Finding]:
    for field, text in _texts(card, ""):
        if _HIDDEN.search(text):
            yield warning(
                field or "card", "has invisible or control characters", "Remove them; people cannot see what they do."
            )
    size = len(json.dumps(card, ensure_ascii=False).encode(errors="replace"))
    if size > MAX_BYTES:
        yield error("card", f"is larger than {MAX_BYTES // 1024} KB", "Link to documents and images.")
    elif size > _LARGE:
        yield warning(
            "card", f"is larger than {_LARGE // 1024} KB", "Shorten it: every peer and model reads all of it."
        )


def _texts(value: object, at: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield at, value
    elif isinstance(value, dict):
        for key, each in value.items():
            yield at, key
            yield from _texts(each, join(at, key))
    elif isinstance(value, list):
        for index, each in enumerate(value):
            yield from _texts(each, f"{at}[{index}]")
