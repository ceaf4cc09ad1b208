"""An operand of a question: an expression in figures, or words for a number that came with the task."""

import re

from agentia.agents.quant.errors import NotUnderstood
from agentia.agents.quant.figures import exact, grouped
from agentia.agents.quant.given import Value
from agentia.agents.quant.language.expression import unknowns
from agentia.agents.quant.language.grammar import Reading, parse
from agentia.agents.quant.language.notation import money
from agentia.agents.quant.language.vocabulary import CONSTANT_NAMES, is_currency
from agentia.agents.quant.question import Question
from agentia.agents.quant.working import unit_amount

_PHRASE = re.compile(
    r"(?:^|(?<=\bof )|(?<=\bto )|(?<=[-+*/] )|(?<=\bby )|(?<=\bfrom ))[A-Za-z_'][A-Za-z_' -]*$|\b(?:that|it)\b"
)
_WORDY = 3
"""More words than this around the numbers, and no single one of them is to blame."""
_THOUSANDS = re.compile(r"(?<![\w.,])(\d[\d,]*(?:\.\d+)?)k\b(?! *[a-zA-Z(])")


def operand(text: str, question: Question) -> Reading:
    """Read a number or an expression without unknowns. Raises NotUnderstood."""
    text = re.sub(r"^(?:a|an|the|about|around|roughly) ", "", text.strip().rstrip(","))
    text = _THOUSANDS.sub(r"(\1 * 1000)", text)
    try:
        return _constant(parse(text))
    except NotUnderstood as exc:
        referred = _referred(text, question)
        if referred is None:
            raise _unread(text, exc) from exc
        return referred


def _constant(reading: Reading) -> Reading:
    names = unknowns(reading.expression, CONSTANT_NAMES)
    if names:
        raise NotUnderstood(f"I do not know the value of {' and '.join(names)}.")
    return reading


def _referred(text: str, question: Question) -> Reading | None:
    """The text with the words that name a given number replaced by that."""
    for match in _PHRASE.finditer(text):
        if value := question.given.value(match[0]):
            reading = _constant(parse(f"{text[: match.start()]} {_figures(value)} {text[match.end() :]}"))
            amount = unit_amount(value.number, value.unit if value.unit and is_currency(value.unit) else None)
            return Reading(
                reading.expression, (*reading.notes, f'Took "{match[0].strip()}" as {amount} ({value.name}).')
            )
    return None


def _figures(value: Value) -> str:
    sign = value.unit if value.unit and is_currency(value.unit) else None
    digits = grouped(exact(value.number))
    return f"({money(digits, sign) if sign else digits})"


def _unread(text: str, cause: NotUnderstood) -> NotUnderstood:
    """The refusal, naming what could be read of the text."""
    numbers = re.findall(r"\d[\d.,/]*(?<![.,/])", text)
    if not numbers:
        return NotUnderstood("I found nothing in it that I can work out.")
    if (phrase := next((match for match in _PHRASE.finditer(text) if len(match[0]) > 2), None)) is not None:
        read = text[: phrase.start()].strip()
        unknown = phrase[0].strip()[:60]
        return (
            NotUnderstood(f'I understood "{read[:60]}", but I was given no number for "{unknown}".') if read else cause
        )
    if len(re.findall(r"[^\W\d_]{2,}", text)) > _WORDY:
        named = " and ".join(numbers[:4])
        return NotUnderstood(
            f"I understood the number{'s' if len(numbers) > 1 else ''} {named}, but not what is asked."
        )
    return cause
