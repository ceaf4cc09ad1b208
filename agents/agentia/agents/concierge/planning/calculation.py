"""Read a clause as a calculation whose operands must be found out first."""

import re
from dataclasses import dataclass

from agentia.agents.concierge.planning.figures import is_figure
from agentia.agents.concierge.planning.heads import owned, shared
from agentia.agents.concierge.planning.mask import masked
from agentia.agents.concierge.planning.operands import Calculation, Earlier, Figure, Operand, Quantity, is_quantity
from agentia.agents.concierge.planning.operations import OPERATIONS, Operation
from agentia.agents.concierge.planning.references import is_reference, references
from agentia.agents.concierge.planning.words import AUXILIARY, QUESTION, alternatives

DEEPEST = 3
LONGEST = 300  # characters of a clause that is read as a calculation

_WISH = r"(?:can|could|would|will) you|i(?:'d| would) like(?: you)? to(?: know)?|i (?:want|need)(?: to know)?"
_ASKING = re.compile(
    rf"(?:(?:please|kindly|{_WISH}|tell me|show me|give me|calculate|compute|work out|find out|find|determine|get"
    r"|evaluate|what(?:'s| is| are| was| were| would be| will be)|how much (?:is|are|was|were)|the value of)\s+)*",
    re.IGNORECASE,
)
_CLOSING = re.compile(r"(?: ?[?.!,:;=]| (?:please|too|then|now|again))+$", re.IGNORECASE)
_INDIRECT = re.compile(r"(?:what|how much) (.+) (?:is|are|was|were|would be|makes)", re.IGNORECASE)
_OPEN = re.compile(rf"{alternatives(QUESTION, AUXILIARY)}\b", re.IGNORECASE)  # "How many times …" is no calculation
_LISTED = re.compile(r"\{a\} (?:and|to) \{b\}")


@dataclass(frozen=True, slots=True)
class Known:
    """What a clause may build on: a table to look quantities up in, and earlier answers to refer to."""

    has_data: bool
    has_earlier: bool


def calculation(clause: str, known: Known) -> Calculation | None:
    """The calculation that a clause asks for; None when it asks for none, or has all of its numbers already."""
    if len(clause) > LONGEST:
        return None
    core = _CLOSING.sub("", _ASKING.sub("", " ".join(clause.split()), count=1))
    if indirect := _INDIRECT.fullmatch(core):
        core = indirect[1]
    return None if is_figure(core) or _OPEN.match(core) else _read(core, known, 1)


def _read(text: str, known: Known, depth: int) -> Calculation | None:
    readings = (_operated(operation, text, known, depth) for operation in OPERATIONS)
    return next((reading for reading in readings if reading is not None), None)


def _operated(operation: Operation, text: str, known: Known, depth: int) -> Calculation | None:
    match = operation.pattern.fullmatch(masked(text))
    if match is None:
        return None
    said = {name: text[slice(*match.span(name))] for name in match.groupdict() if name != "k"}
    if {"a", "b"} <= said.keys():
        said = owned(shared(said) if _LISTED.search(operation.form) else said)
    found = {name: _operand(words, known, depth) for name, words in said.items()}
    if "{that}" in operation.form:
        found["that"] = _unsaid(known, said, found)
    operands = {name: operand for name, operand in found.items() if operand is not None}
    if len(operands) < len(found) or all(isinstance(operand, Figure) for operand in operands.values()):
        return None
    if kind := match.groupdict().get("k"):
        operands["k"] = Figure(kind if kind.isupper() else kind[0].lower() + kind[1:])
    return Calculation(operation.form, operation.signs or operation.form, operands)


def _operand(text: str, known: Known, depth: int) -> Operand | None:
    text = text.strip(" ,:")
    if known.has_earlier and is_reference(text):
        return Earlier(text)
    if is_figure(text):
        return Figure(text)
    if depth < DEEPEST and (nested := _read(text, known, depth + 1)):
        return nested
    can_be_known = known.has_earlier if references(text) else known.has_data
    return Quantity(text) if can_be_known and is_quantity(text) else None


def _unsaid(known: Known, said: dict[str, str], found: dict[str, Operand | None]) -> Earlier | None:
    """What "then add 5" is added to; "add a chart" adds to nothing."""
    clear = all(isinstance(operand, Figure) or references(said[name]) for name, operand in found.items())
    return Earlier("") if known.has_earlier and clear else None
