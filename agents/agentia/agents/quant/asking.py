"""Asking back: what was understood, what helps, and how an answer completes the question it answers."""

from agentia.agents.quant import catalogue
from agentia.agents.quant.errors import QuantError
from agentia.agents.quant.question import Question, question

_SHORT = 4
"""Words up to which a reply is taken as what was missing rather than as a question of its own."""
_SHOWN = 200


def ask_back(text: str, sentence: str) -> str:
    """The question to the person."""
    asked = f"About “{text if len(text) <= _SHOWN else f'{text[:_SHOWN]}…'}”: " if text else ""
    examples = "; ".join(f"“{example}”" for example in catalogue.EXAMPLES)
    return f"{asked}{sentence} Please put it in other words. I can read, for example: {examples}."


def completed(asked: Question, reply: tuple[str, ...]) -> tuple[str, ...]:
    """The questions that remain after a reply: the reply itself, or what was asked with the missing part added."""
    if len(reply) > 1 or not asked.text:
        return reply
    together = f"{asked.text} {' '.join(reply)}".strip()
    short = not reply or len(reply[0].split()) <= _SHORT
    return (together,) if short and _readable(together, asked) else reply or (asked.text,)


def _readable(text: str, asked: Question) -> bool:
    try:
        catalogue.read(question(text, asked.given, asked.today))
    except QuantError:
        return False
    return True
