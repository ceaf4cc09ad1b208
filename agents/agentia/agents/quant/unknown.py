"""Functions of an unknown, as calculus asks about them, read from words."""

import re
from dataclasses import dataclass
from typing import Final

from agentia.agents.quant.errors import NotUnderstood
from agentia.agents.quant.language.expression import Expression, unknowns
from agentia.agents.quant.language.grammar import parse
from agentia.agents.quant.language.vocabulary import CONSTANT_NAMES, is_letter

_USUAL: Final = ("x", "t", "y", "z", "theta", "n", "k")
_FUNCTION_OF = re.compile(r"(?:the )?(?:function |expression |polynomial |curve )?(?:[a-zA-Z]\([a-z]\)|y) ?= ?")
_RESPECT = re.compile(
    r",? (?:with respect to|wrt|w\.r\.t\.?|in terms of|for the variable) (?P<name>[^\W\d_]\w*)$", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Function:
    """An expression and the unknown it is a function of."""

    expression: Expression
    variable: str
    notes: tuple[str, ...]


def function(text: str, variable: str | None = None) -> Function:
    """Read "f(x) = x^2 with respect to x". Raises NotUnderstood."""
    text = text.strip().strip(",:").strip()
    if match := _RESPECT.search(text):
        text, variable = text[: match.start()], match["name"]
    text = _FUNCTION_OF.sub("", re.sub(r"^(?:the )?(?:function|expression|polynomial|curve) ", "", text), count=1)
    reading = parse(text)
    names = unknowns(reading.expression, CONSTANT_NAMES - {variable or ""})
    if variable is not None:
        if not is_letter(variable):
            raise NotUnderstood(f'"{variable}" is no unknown I know; use a letter such as x.')
        return Function(reading.expression, variable, reading.notes)
    chosen = next((name for name in _USUAL if name in names), names[0] if names else "x")
    note = (f"Took {chosen} as the variable, the other letters as fixed.",) if len(names) > 1 else ()
    return Function(reading.expression, chosen, (*reading.notes, *note))


def bound(text: str) -> Expression:
    """A point or a bound, such as 0, π/2 or infinity."""
    text = re.sub(
        r"\b(?:positive infinity|plus infinity|\+ ?infinity)\b", "infinity", text.strip(), flags=re.IGNORECASE
    )
    return parse(re.sub(r"^(?:the )?point ", "", text)).expression
