"""Complete two quantities that share words: "North's and South's revenue", "the revenue of North and South"."""

import re
from collections.abc import Mapping

_OWNER = re.compile(r".*['’]s?", re.DOTALL)
_OWNED = re.compile(r"['’]s?\s")
_SHARED_START = re.compile(r"(?P<start>.+\s(?:of|in|for|from|during)\s)(?P<rest>.+)", re.DOTALL)
_OF_ITS_OWN = re.compile(r"['’]|\b(?:of|in|for|from|its|their|the)\b")
_SUPERLATIVE = re.compile(r"(?:the\s+)?(?:\w+est|best|worst|first|last|most|least|previous|next)", re.IGNORECASE)


def shared(operands: Mapping[str, str]) -> dict[str, str]:
    """The operands `a` and `b` of "a and b", each complete."""
    first, second = operands["a"], operands["b"]
    return {**operands, "a": _with_end(first, second), "b": _with_start(first, second)}


def owned(operands: Mapping[str, str]) -> dict[str, str]:
    """The operands, with the owner of `a` for "its" in `b`: "North's revenue divided by its units"."""
    owner = re.search(r"\w[\w-]*['’]s\b", operands["a"])
    second = operands["b"]
    if owner:
        second = re.sub(r"\b(?:its|their)\b", lambda _: owner[0], second, flags=re.IGNORECASE)
    return {**operands, "b": second}


def _with_end(first: str, second: str) -> str:
    """`first` with the noun that only `second` has."""
    if _OWNER.fullmatch(first):
        return f"{first} {_OWNED.split(second, maxsplit=1)[-1]}"
    rest = " ".join(second.split()[len(first.split()) :])
    names = first[:1].isupper() and second[:1].isupper() and " " not in first.strip()
    superlatives = _SUPERLATIVE.fullmatch(first) and _SUPERLATIVE.match(second)
    return f"{first} {rest}" if rest and (names or superlatives) else first


def _with_start(first: str, second: str) -> str:
    """`second` with the beginning that only `first` has."""
    match = _SHARED_START.fullmatch(first)
    bare = len(second.split()) <= 2 and not _OF_ITS_OWN.search(second) and not re.fullmatch(r"[\d.,\s%]+", second)
    return f"{match['start']}{second}" if match and bare else second
