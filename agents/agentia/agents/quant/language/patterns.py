"""Wordings of a kind of question: regular expressions, compiled when their module is imported."""

import re

Forms = tuple[re.Pattern[str], ...]


def forms(*patterns: str) -> Forms:
    """The patterns, indifferent to case."""
    return tuple(re.compile(pattern, re.IGNORECASE) for pattern in patterns)


def first(patterns: Forms, text: str) -> re.Match[str] | None:
    """The first match from the beginning of the text."""
    return next((match for pattern in patterns if (match := pattern.match(text))), None)


def words(text: str) -> frozenset[str]:
    """The words of a text, each once."""
    return frozenset(text.split())
