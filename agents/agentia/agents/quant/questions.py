"""A text split into its questions, with the bare numbers in it as data for all of them."""

import re
from dataclasses import dataclass, replace

from agentia.agents.quant.errors import TooLarge
from agentia.agents.quant.given import Column, Given
from agentia.agents.quant.language import lists
from agentia.agents.quant.language.wording import plain
from agentia.agents.quant.limits import MAX_LITERAL, MAX_QUESTION, MAX_QUESTIONS, MAX_TEXT

_STARTS = (
    r"(?:what|how|which|when|who|is \d|are \d|solve|convert|calculate|compute|factori[sz]e|factor|simplify|expand"
    r"|differentiate|integrate|evaluate|find|express|add|subtract|multiply|divide|(?:increase|decrease"
    r"|reduce)(?! by\b))\b"
)
_BREAK = re.compile(
    rf"\n|(?<=\?)\s+|;\s*(?={_STARTS})|(?<=[\w%)])\. +(?=[A-Za-z])"
    rf"|[,;.]? (?:and then|and also|and|then) (?=(?:please )?{_STARTS})",
    re.IGNORECASE,
)
_LONG_NUMBER = re.compile(rf"\d{{{MAX_LITERAL + 1}}}|(?:\d{{3}}[,' ]){{{MAX_LITERAL // 3}}}")
_BULLET = re.compile(r"\s*(?:[-*•] |\(?(?:\d{1,2}|[a-h])[.)] )\s*")
_LABEL = re.compile(
    r"(?:(?:here (?:is|are) )?(?:the |my )?(?P<name>data|numbers|values|list|sample|dataset|measurements"
    r"|[^\W\d_]\w{0,20})"
    r" *(?:are|is)? *[:=] *)?(?P<list>.+)$",
    re.IGNORECASE,
)
_EQUATION = re.compile(
    r"[^a-zA-Z]*(?:\b(?:[a-z]|[xyzabc]{2}|sin|cos|tan|ln|log|exp|sqrt|and)\b[^a-zA-Z]*)*$", re.IGNORECASE
)
_SOLVE_FOR = re.compile(r"^(?:please )?(?:solve|find)(?: it| this| them)?(?: for)?", re.IGNORECASE)
_SOLVE = re.compile(r"(?:please )?(?:solve|find)\b(?!.*[=<>])", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Reading:
    """The questions in their order, and what the text itself gives as data."""

    questions: tuple[str, ...]
    given: Given


def split(text: str, given: Given) -> Reading:
    """Split a text as typed. Raises TooLarge beyond the bounds."""
    if len(text) > MAX_TEXT:
        raise TooLarge(
            f"The text is {len(text):,} characters long; I read up to {MAX_TEXT:,}. Send long lists as a data part."
        )
    text = plain(text)
    if _LONG_NUMBER.search(text):
        raise TooLarge(
            f"A number in the question has more than {MAX_LITERAL:,} digits; I read numbers up to that length."
        )
    pieces = _pieces(text)
    columns: list[Column] = []
    questions: list[str] = []
    for piece in pieces:
        if column := _data(piece, alone=len(pieces) == 1):
            _extend(columns, column)
        elif questions and _continues(questions[-1], piece):
            questions[-1] = _together(questions[-1], piece)
        else:
            questions.append(piece)
    _check(questions)
    return Reading(tuple(questions), replace(given, columns=given.columns + tuple(columns)))


def _pieces(text: str) -> list[str]:
    lines = text.split("\n")
    if sum(bool(_BULLET.match(line)) for line in lines) > 1:
        lines = [_BULLET.sub("", line, count=1) if _BULLET.match(line) else line for line in lines]
    pieces = (piece.strip() for piece in _BREAK.split("\n".join(lines)))
    return [piece for piece in pieces if any(character.isalnum() for character in piece)]


def _data(piece: str, *, alone: bool) -> Column | None:
    """The column when a piece is but numbers, such as "Data: 1, 2, 3" or one number of a list with one a line."""
    match = _LABEL.match(piece.rstrip(".")) if not alone else None
    found = lists.read(match["list"]) if match else None
    if match is None or found is None or (len(found.numbers) < 2 and match["name"]):
        return None
    return Column(match["name"] or "", found.numbers)


def _extend(columns: list[Column], column: Column) -> None:
    if columns and not column.name and not columns[-1].name:
        columns[-1] = replace(columns[-1], numbers=columns[-1].numbers + column.numbers)
    else:
        columns.append(column)


def _continues(before: str, piece: str) -> bool:
    """Whether a piece is one more equation of a system, or says what to solve the equations before it for."""
    if _is_equation(piece):
        return before.lower().startswith(("solve", "find", "the system", "system", "simultaneous")) or _is_equation(
            before
        )
    return bool(_SOLVE.match(piece)) and _is_equation(before)


def _is_equation(piece: str) -> bool:
    return "=" in piece and _EQUATION.match(piece) is not None


def _together(before: str, piece: str) -> str:
    if _SOLVE.match(piece):
        return f"solve {before} {_SOLVE_FOR.sub('for', piece)}"
    return f"{before.rstrip(' :.')}{': ' if '=' not in before else '; '}{piece}"


def _check(questions: list[str]) -> None:
    if len(questions) > MAX_QUESTIONS:
        raise TooLarge(f"The text holds {len(questions)} questions; I answer up to {MAX_QUESTIONS} at once.")
    if any(len(question) > MAX_QUESTION for question in questions):
        raise TooLarge(f"One question is longer than {MAX_QUESTION:,} characters; send long lists as a data part.")
