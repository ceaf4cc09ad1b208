"""Expressions with unknowns rewritten: simplified, expanded, factored, split into partial fractions, or evaluated."""

import re
from dataclasses import dataclass, replace
from typing import ClassVar, Final, Literal

from agentia.agents.quant.errors import NotUnderstood
from agentia.agents.quant.kinds import arithmetic
from agentia.agents.quant.language.expression import Expression, Relation, unknowns
from agentia.agents.quant.language.grammar import parse
from agentia.agents.quant.language.vocabulary import CONSTANT_NAMES
from agentia.agents.quant.question import Question
from agentia.agents.quant.request import Request, asked
from agentia.agents.quant.working import Answer

Form = Literal["simplify", "expand", "factor", "apart", "square", "evaluate"]
_OF: Final = r"(?: of| the expression| expression| the polynomial)?:? "
_PATTERNS: Final[tuple[tuple[Form, str], ...]] = (
    ("simplify", rf"(?:simplify|reduce|cancel|combine(?: like terms(?: in)?)?){_OF}"),
    ("expand", rf"(?:expand|multiply out|distribute|(?:the )?expansion){_OF}"),
    ("factor", rf"(?:factori[sz]e|factor(?: out)?|(?:the )?factori[sz]ation){_OF}"),
    (
        "apart",
        r"(?:(?:the )?partial fractions?(?: decomposition)?(?: of| for)?|decompose)(?: into partial fractions)?:? ",
    ),
    ("square", r"complete the square(?: of| for| in)?:? "),
    ("evaluate", r"(?:evaluate|substitute|(?:the )?value of)(?: the expression)?:? "),
)
_VERBS: Final = tuple((form, re.compile(pattern, re.IGNORECASE)) for form, pattern in _PATTERNS)
_AT = re.compile(
    (
        r",? (?:at|for|when|if|where|with|given)(?: that)? (?P<values>(?:the )?[a-z]\w? ?(?:=|is"
        r"|equals) ?[^=]+(?:=[^=]+)*)$"
    ),
    re.IGNORECASE,
)
_VALUE = re.compile(
    r"(?P<name>[a-z]\w?) ?(?:=|is|equals) ?(?P<value>.+?)(?=(?:,| and|;) [a-z]\w? ?(?:=|is|equals)|$)", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Rewrite(Request):
    """What to do with an expression, and what to put for its unknowns first."""

    home: ClassVar[str] = "agentia.agents.quant.symbols.rewriting"

    form: Form
    expression: Expression
    values: tuple[tuple[str, Expression], ...]


def read(question: Question) -> Rewrite | arithmetic.Sum | None:
    """Read a verb and an expression; an expression with unknowns alone is simplified."""
    form, text = _verb(question.asks)
    values: tuple[tuple[str, Expression], ...] = ()
    if match := _AT.search(text):
        try:
            values = tuple(
                (value["name"], parse(value["value"]).expression) for value in _VALUE.finditer(match["values"])
            )
            text, form = text[: match.start()], form or "evaluate"
        except NotUnderstood:
            values = ()
    text = re.sub(r"^(?:the )?(?:function |expression )?[a-z]\([a-z]\) ?= ?", "", text)
    try:
        reading = parse(text)
    except NotUnderstood:
        if form and re.search(r"\d|[-+*/^=()]", text):
            raise
        return None
    names = unknowns(reading.expression, CONSTANT_NAMES)
    if not names and form in ("simplify", "expand"):
        return arithmetic.read(replace(question, asks=text))
    if isinstance(reading.expression, Relation) or (not names and form in (None, "evaluate")):
        return None
    if form is None and not re.search(r"[-+*/^0-9(]", text):
        return None
    return Rewrite(*asked(question, reading.notes), form or "simplify", reading.expression, values)


def _verb(text: str) -> tuple[Form | None, str]:
    for form, pattern in _VERBS:
        if match := pattern.match(text):
            return form, text[match.end() :]
    return None, text


def answer(request: Rewrite) -> Answer:
    """Rewrite with SymPy, and check the result by numbers."""
    from agentia.agents.quant.symbols import rewriting

    return rewriting.answer(request.form, request.expression, request.values, request.working())
