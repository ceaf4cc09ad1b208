"""Equations, systems of them, and inequalities."""

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import ClassVar, Final

from agentia.agents.quant.errors import NotUnderstood
from agentia.agents.quant.language.expression import Expression, Number, Relation, unknowns
from agentia.agents.quant.language.grammar import Reading, parse
from agentia.agents.quant.language.vocabulary import CONSTANT_NAMES
from agentia.agents.quant.question import Question
from agentia.agents.quant.request import Request, asked
from agentia.agents.quant.working import Answer

_VERB = re.compile(
    r"(?:(?:solve|find|determine|get)\b:? ?(?:the )?(?:following )?(?:(?:linear |simultaneous "
    r"|quadratic )?(?:system(?: of (?:linear )?equations)?|equations?|inequality|inequalities)\b)?:? ?"
    r"|(?:the )?system(?: of (?:linear )?equations)?:? |(?:if|when|given(?: that)?|suppose) )",
    re.IGNORECASE,
)
_ROOTS = re.compile(
    (
        r"(?:(?:find|get|determine|compute) )?(?:the |all |real |complex )*(?:roots?|zeros?|zeroes|solutions?"
        r"|x-intercepts?)(?: (?:of|to|for))? "
    ),
    re.IGNORECASE,
)
_ASKED = re.compile(
    r"(?:(?:find|what is|what are|for (?:what|which)(?: values? of)?|(?:what|which) values? of"
    r"|(?:the )?values? of|determine|solve for)? ?)(?P<names>[a-z](?:(?:, | and )[a-z])*)"
    r"(?::|,? (?:such that|so that|satisf(?:y|ies)|if|when|where|given(?: that)?|in|from|does|is|make|makes"
    r"|for which):?) (?P<rest>.*[=<>].*)$",
    re.IGNORECASE,
)
_FOR = re.compile(
    (
        r",? (?:for|find|what is|solve for|what are|then) (?:the )?(?:values? of |variables? "
        r"|unknowns? )?(?P<names>[^\W\d_]\w*(?:(?:,| and|, and) [^\W\d_]\w*)*)$"
    ),
    re.IGNORECASE,
)
_FIRST = re.compile(
    r"solve for (?P<names>[^\W\d_]\w*(?:(?:, | and )[a-z])*)(?:[:,]| in| if| when| given(?: that)?) (?P<rest>.+)$",
    re.IGNORECASE,
)
_FUNCTION = re.compile(r"[a-zA-Z]\([a-z]\) ?=[^=]*$")
_COMPLEX = re.compile(
    r",? (?:over|in|including|with) (?:the )?complex(?: numbers| roots| solutions)?$|\bcomplex ", re.IGNORECASE
)
_SPLIT = re.compile(r"\s*;\s*|\s*,\s+(?:and )?|\s+and\s+|,(?=[a-z])", re.IGNORECASE)
_WITH = re.compile(r" (?:where|with|if|when|given) (?=[^=<>]*[=<>])", re.IGNORECASE)
_USUAL: Final = "xyzt"


@dataclass(frozen=True, slots=True)
class Solve(Request):
    """Relations that hold together, and the unknowns wanted; `everywhere` admits complex numbers."""

    home: ClassVar[str] = "agentia.agents.quant.symbols.solving"

    relations: tuple[Relation, ...]
    unknowns: tuple[str, ...]
    everywhere: bool


def read(question: Question) -> Solve | None:
    """Read equations and inequalities, with or without a word before them."""
    text = question.asks
    everywhere = bool(_COMPLEX.search(text))
    if _FUNCTION.match(text):
        raise NotUnderstood(
            "I understood a function, but not what is wanted of it: its roots, its derivative, its value at a point?"
        )
    text, names = _unknowns_named(_COMPLEX.sub("", text))
    roots = _ROOTS.match(text)
    verb = _VERB.match(text)
    if not roots and not re.search(r"[=<>]|\bequals?\b|\bthan\b", text) and not (verb and names):
        return None
    body = text[roots.end() :] if roots else text[verb.end() :] if verb else text
    body = re.sub(r"^[a-z]\([a-z]\) ?= ?(?=.*[a-z])", "", body) if roots else body
    readings = _parts(body, frozenset(name for name in names if len(name) > 1), sure=bool(roots or verb))
    if readings is None:
        return None
    relations = tuple(_relation(reading.expression) for reading in readings)
    found = tuple(dict.fromkeys(name for relation in relations for name in unknowns(relation, CONSTANT_NAMES)))
    if not found:
        return None
    _check_names(names, found)
    wanted, note = _wanted(names, found, relations)
    return Solve(*asked(question, *(reading.notes for reading in readings), note), relations, wanted, everywhere)


def _unknowns_named(text: str) -> tuple[str, tuple[str, ...]]:
    """The text without "for x and y", and these names."""
    if match := _FIRST.match(text):
        return f"solve {match['rest']}", _names(match["names"])
    if match := _FOR.search(text):
        return text[: match.start()], _names(match["names"])
    if match := _ASKED.match(text):
        return match["rest"], _names(match["names"])
    return text, ()


def _names(text: str) -> tuple[str, ...]:
    return tuple(name for name in re.split(r",? and |, ?", text) if name)


def _parts(body: str, names: frozenset[str], *, sure: bool) -> list[Reading] | None:
    pieces = [piece for piece in _SPLIT.split(_WITH.sub("; ", body).strip(" :.")) if piece]
    try:
        return [parse(piece, names=names) for piece in pieces] or None
    except NotUnderstood:
        if sure or re.match(r"[^a-z]*\b[a-z]\b[^a-z]*[=<>]", body):
            raise
        return None


def _relation(expression: Expression) -> Relation:
    """A relation as it is, anything else as equal to 0."""
    if isinstance(expression, Relation):
        return expression
    return Relation(expression, (("=", Number(Fraction(0), "0")),))


def _check_names(names: tuple[str, ...], found: tuple[str, ...]) -> None:
    missing = [name for name in names if name not in found]
    if missing:
        raise NotUnderstood(
            f"I understood an equation in {' and '.join(found)}, but {' and '.join(missing)} is not in it."
        )


def _wanted(
    names: tuple[str, ...], found: tuple[str, ...], relations: tuple[Relation, ...]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The unknowns to solve for: those named, else all, else the most usual as many as there are equations."""
    equations = sum(all(sign == "=" for sign, _ in relation.rest) for relation in relations) or 1
    if names or len(found) <= equations:
        return names or found, ()
    usual = sorted(found, key=lambda name: (_USUAL.find(name) if name in _USUAL else len(_USUAL), found.index(name)))
    wanted = tuple(usual[:equations])
    others = [name for name in found if name not in wanted]
    return wanted, (f"Solved for {' and '.join(wanted)}; {' and '.join(others)} may be any number.",)


def answer(request: Solve) -> Answer:
    """Solve exactly, and check each solution."""
    from agentia.agents.quant.symbols import solving

    return solving.answer(request.relations, request.unknowns, request.everywhere, request.working())
