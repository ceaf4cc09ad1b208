"""The plan: the needs of a request, and where their words wait for what earlier needs find out."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

What = Literal["subject", "possessive", "place", "value", "amount", "any", "all", "whole"]
"""What a slot wants of an answer: whom it is about ("North", "North's", "in North"), its number, the number with its
unit, the first of these that there is, the names of several, or all of its content."""

Kind = Literal["ask", "look up", "calculate"]


@dataclass(frozen=True, slots=True)
class Slot:
    """Words such as "its" that stand for something of an earlier need; `needs` are candidates, the nearest first."""

    what: What
    said: str
    needs: tuple[int, ...]


Wording = tuple[str | Slot, ...]


@dataclass(frozen=True, slots=True)
class Need:
    """One thing to be done by one agent.

    `label` names its result in a sentence. A need of the kind "look up" finds a quantity in the attached data for the
    calculation of the same clause; `clause` numbers the parts of the request as the user wrote them, from 1.
    """

    number: int
    clause: int
    kind: Kind
    wording: Wording
    label: Wording

    @property
    def after(self) -> frozenset[int]:
        """The needs that must be done before."""
        return frozenset(number for piece in self.wording if isinstance(piece, Slot) for number in piece.needs)

    @property
    def names(self) -> bool:
        """Whether its answer can be about somebody new, so that "its" may refer to it."""
        is_about_earlier = any(
            isinstance(piece, Slot) and piece.what not in ("value", "amount") for piece in self.wording
        )
        return self.kind == "ask" or (self.kind == "look up" and not is_about_earlier)


@dataclass(frozen=True, slots=True)
class Plan:
    """The needs in the order of the request. Without any, it only says hello or asks what there is."""

    needs: tuple[Need, ...] = ()

    @property
    def clauses(self) -> tuple[tuple[Need, ...], ...]:
        """The needs by clause, in order; the last one of each answers it."""
        numbers = dict.fromkeys(need.clause for need in self.needs)
        return tuple(tuple(need for need in self.needs if need.clause == number) for number in numbers)


def fill(wording: Wording, word: Callable[[Slot], str]) -> str:
    """The wording with a word for each slot."""
    return "".join(piece if isinstance(piece, str) else word(piece) for piece in wording)


def outline(need: Need) -> str:
    """The need before anything is known: "What is 15 % of answer 2?"."""
    return fill(need.wording, lambda slot: slot.said or f"answer {slot.needs[0]}")
