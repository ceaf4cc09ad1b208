"""What language models cost: the price of a million tokens, as a setting says it."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

MILLION: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Price:
    """Of a million tokens: those of a question, those of an answer, and those of a question that were cached."""

    asked: float
    said: float
    cached: float

    def of(self, used: Mapping[str, float]) -> float:
        """What a call costs that used so many `input_tokens`, `cached_tokens` among them, and `output_tokens`."""
        cached = min(used["cached_tokens"], used["input_tokens"])
        fresh = used["input_tokens"] - cached
        return (fresh * self.asked + cached * self.cached + used["output_tokens"] * self.said) / MILLION


def prices(text: str) -> dict[str, Price]:
    """Prices by the names of models, "" for all others: `2.5,10` or `large=2.5,10,0.25; small=0.1,0.4`.

    Raises ValueError.
    """
    found: dict[str, Price] = {}
    for entry in filter(None, (each.strip() for each in text.split(";"))):
        name, _, numbers = entry.rpartition("=")
        if name.strip() in found:
            raise ValueError(f"names {name.strip() or 'a price for all models'!r} twice")
        found[name.strip()] = _price(numbers)
    return found


def _price(text: str) -> Price:
    try:
        numbers = [float(each) for each in text.split(",")]
    except ValueError:
        numbers = []
    if len(numbers) not in (2, 3) or not all(0 <= each < math.inf for each in numbers):
        raise ValueError(
            "must be the prices of a million tokens of questions, of answers and, if you like, of cached questions,"
            " such as 2.5,10,0.25; or several for models by name, such as large=2.5,10; small=0.1,0.4"
        )
    return Price(numbers[0], numbers[1], numbers[2] if len(numbers) == 3 else numbers[0])
