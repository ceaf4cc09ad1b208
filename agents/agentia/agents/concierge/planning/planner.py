"""Make a plan of a request: a need for each clause, and for each quantity that a calculation has to look up first."""

import re
from collections.abc import Mapping
from string import Formatter

from agentia.agents.concierge.planning.calculation import Known, calculation
from agentia.agents.concierge.planning.operands import Calculation, Earlier, Figure, Operand, Quantity
from agentia.agents.concierge.planning.operations import CONVERSION
from agentia.agents.concierge.planning.plan import Kind, Need, Plan, Slot, What, Wording
from agentia.agents.concierge.planning.references import worded
from agentia.agents.concierge.planning.requests import Clause, requests
from agentia.agents.concierge.planning.words import QUESTION, alternatives

_ASKS = re.compile(rf"{alternatives(QUESTION)}\b", re.IGNORECASE)


def plan(text: str, *, has_data: bool) -> Plan:
    """The needs of a request; `has_data` says whether something is attached in which quantities can be looked up."""
    planner = _Planner(has_data)
    for number, clause in enumerate(requests(text), start=1):
        planner.add(number, clause)
    return Plan(tuple(planner.needs))


class _Planner:
    """The needs so far. References of a clause go to needs of earlier clauses, the nearest first."""

    def __init__(self, has_data: bool) -> None:
        self.needs: list[Need] = []
        self._has_data = has_data
        self._clause = 0
        self._context = ""
        self._earlier: tuple[Need, ...] = ()

    def add(self, number: int, clause: Clause) -> None:
        """Add what a clause needs."""
        self._clause, self._context, self._earlier = number, clause.context, tuple(reversed(self.needs))
        known = Known(self._has_data, bool(self._earlier))
        has_figures = any(map(str.isdigit, clause.context))  # "The price is 80. What is 15 % of the price?"
        found = None if has_figures else calculation(clause.text, known)
        if found is None:
            wording = self._worded(_asked(clause.text))
            self._need("ask", wording, wording)
        else:
            self._calculate(found)

    def _calculate(self, found: Calculation) -> int:
        what: What = "amount" if found.form == CONVERSION else "value"
        operands = {name: self._operand(operand, what) for name, operand in sorted(found.operands.items())}
        asked = ("What is ", *_filled(found.signs, operands), "?")
        return self._need("calculate", asked, _filled(found.form, operands))

    def _operand(self, operand: Operand, what: What) -> str | Slot:
        match operand:
            case Figure(text):
                return text
            case Earlier(said):
                return Slot(what, said, tuple(need.number for need in self._earlier))
            case Quantity(text):
                return Slot(what, "", (self._look_up(text),))
            case Calculation():
                return Slot(what, "", (self._calculate(operand),))

    def _look_up(self, text: str) -> int:
        question = f"{_capital(text)}?" if _ASKS.match(text) else f"What is {text}?"
        wording, label = self._worded(question), self._worded(text, context=False)
        same = (need.number for need in self.needs if need.kind == "look up" and need.wording == wording)
        return next(same, None) or self._need("look up", wording, label)

    def _worded(self, text: str, *, context: bool = True) -> Wording:
        said = f"{self._context} " if context and self._context else ""
        subjects = tuple(need.number for need in self._earlier if need.names)
        numbers = tuple(need.number for need in self._earlier)
        pieces = worded(text, numbers)
        narrowed = (
            Slot(piece.what, piece.said, subjects or numbers)
            if isinstance(piece, Slot) and piece.what in ("subject", "possessive", "place")
            else piece
            for piece in pieces
        )
        return ((said,) if said else ()) + tuple(narrowed)

    def _need(self, kind: Kind, wording: Wording, label: Wording) -> int:
        self.needs.append(Need(len(self.needs) + 1, self._clause, kind, wording, label))
        return len(self.needs)


def _filled(form: str, operands: Mapping[str, str | Slot]) -> Wording:
    pieces = ((said, operands[name] if name else "") for said, name, _, _ in Formatter().parse(form))
    return tuple(piece for pair in pieces for piece in pair if piece)


def _asked(text: str) -> str:
    """A clause as a sentence of its own."""
    text = _capital(text.rstrip(" ,;:"))
    return f"{text}?" if _ASKS.match(text) and text[-1:] not in ".!?" else text


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
