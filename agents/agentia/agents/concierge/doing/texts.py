"""Texts of users and agents, shortened for sentences that quote them."""

_BRIEF = 160  # characters


def cut(text: str, length: int) -> str:
    """The text, or its beginning when it is longer than `length`."""
    return text if len(text) <= length else f"{text[: length - 1]}…"


def brief(text: str) -> str:
    """The text on one line and not too long."""
    return cut(" ".join(text.split()), _BRIEF)


def quoted(text: str) -> str:
    """The text, brief, in quotation marks."""
    return f"“{brief(text)}”"
