"""Units: conversions in every wording, and sums of quantities."""

import re
from dataclasses import dataclass
from typing import ClassVar, Final

from agentia.agents.quant.errors import NotUnderstood, Unanswerable
from agentia.agents.quant.language.expression import Expression, Name, Number, Relation, walk
from agentia.agents.quant.language.grammar import parse
from agentia.agents.quant.language.units import TEMPERATURES, is_unit, may_be_unit, prepared
from agentia.agents.quant.language.vocabulary import CURRENCIES, CURRENCY_SIGNS, symbols_for_words
from agentia.agents.quant.question import Question
from agentia.agents.quant.request import Request, asked
from agentia.agents.quant.working import Answer

_UNIT: Final = r"[A-Za-zµÅΩ°][A-Za-zµÅΩ°0-9/^*(). '-]*"
_OF = re.compile(
    r"(?:the |an? )?(?:weight|mass|length|distance|height|width|speed|temperature|area|volume|time|duration) of (?=\d)",
    re.IGNORECASE,
)
_VERB: Final = r"(?:convert|express|change|turn|translate|write)"
_HOW_MANY = re.compile(
    rf"how (?:many|much) (?P<target>{_UNIT}?)(?: (?:are there|is there|there are|are|is|do you get|does it take"
    rf"|make(?: up)?|equals?|fit))* ?"
    r"(?:\bin\b|\binto\b|\bfor\b|(?<= is)|(?<= are)|(?<=make)|(?<=make up)|(?<=equal)|(?<=equals)) (?P<source>.+)$",
    re.IGNORECASE,
)
_HAS = re.compile(
    rf"how (?:many|much) (?P<target>{_UNIT}?) (?:does|do|has|have) (?P<source>.+?)(?: have| contain| make| equal)?$",
    re.IGNORECASE,
)
_TARGETS: Final = rf"{_UNIT}(?:, {_UNIT})*"
_TO = re.compile(
    rf"(?P<verb>{_VERB} )?(?P<source>.+?) (?:to|into|as|in terms of|expressed in|=|->) (?P<target>{_TARGETS})$",
    re.IGNORECASE,
)
_IN = re.compile(rf"(?P<verb>{_VERB} )?(?P<source>.+?) in (?P<target>(?!in ){_TARGETS})$", re.IGNORECASE)

_INCHES = re.compile(
    r"(?P<source>[\d.,/]+ in) (?P<target>(?:[cm]?m|feet|foot|ft|yards?|(?:centi|milli)?met(?:er|re)s?))$", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Measure(Request):
    """A quantity as an expression whose names are units, and the units it is wanted in (none: as it comes)."""

    home: ClassVar[str] = "agentia.agents.quant.conversion"

    source: str
    quantity: Expression
    targets: tuple[Expression, ...]
    labels: tuple[str, ...]


def read(question: Question) -> Measure | None:
    """Read a conversion or a sum with units; None when no word of it is a unit."""
    asks = _OF.sub("", re.sub(r"^(?:is|are) ", "", question.asks, flags=re.IGNORECASE))
    for pattern in (_HOW_MANY, _HAS, _TO, _IN):
        if match := pattern.match(asks):
            found = match.groupdict()
            _refuse_money(found["source"], found["target"])
            if found.get("verb") or _is_measured(found["source"], found["target"]):
                return _measure(question, found["source"], found["target"], sure=bool(found.get("verb")))
    if match := _INCHES.match(asks):
        return _measure(question, f"{match['source']}ch", match["target"], sure=True)
    if re.search(r"\d", asks) and any(is_unit(word) for word in _words(asks)):
        return _measure(question, asks, None, sure=False)
    return None


def _measure(question: Question, source: str, target: str | None, *, sure: bool) -> Measure | None:
    try:
        source = _once(source)
        quantity = parse(prepared(symbols_for_words(source)), units=True)
        labels = tuple(re.split(r",? and |, ", target)) if target else ()
        targets = [parse(prepared(label), units=True) for label in labels]
    except NotUnderstood:
        if sure:
            raise
        return None
    names = [part.name for part in walk(quantity.expression) if isinstance(part, Name)]
    if not names and not any(isinstance(part, Number) for part in walk(quantity.expression)):
        return None
    if not sure and not all(may_be_unit(name) for name in names):
        return None
    if isinstance(quantity.expression, Relation) and (target or not any(is_unit(name) for name in names)):
        return None
    if target is None and sum(isinstance(part, Number) for part in walk(quantity.expression)) < 2:
        raise NotUnderstood(f"I understood {source}, but not what to do with it; name a unit to convert it to.")
    notes = asked(question, quantity.notes, *(target.notes for target in targets))
    return Measure(*notes, source, quantity.expression, tuple(target.expression for target in targets), labels)


def _is_measured(source: str, target: str) -> bool:
    """Whether source and target speak of units and of nothing else."""
    names, wanted = _words(source), [word for word in _words(target) if word != "and"]
    known = all(map(may_be_unit, wanted)) and any(map(may_be_unit, names))
    return (
        bool(wanted)
        and known
        and (any(map(is_unit, (*names, *wanted))) or all(name.lower() in TEMPERATURES for name in (*names, *wanted)))
    )


def _once(source: str) -> str:
    """A unit alone stands for one of it: "feet in a mile", "seconds in an hour"."""
    source = " ".join(source.split())
    return re.sub(r"^(?:the |one )?(?=[A-Za-z°])", "1 ", re.sub(r"^an? ", "", source))


def _words(text: str) -> list[str]:
    return re.findall(r"°[CFK]|[A-Za-zµÅΩ]+[23]?", prepared(text))


def _refuse_money(source: str, target: str) -> None:
    money = any(sign in source for sign in CURRENCY_SIGNS) or any(
        word in CURRENCIES for word in re.findall(r"[A-Za-z]+", source)
    )
    if money and (target.strip() in CURRENCIES or target.strip().lower() in CURRENCIES):
        raise Unanswerable(
            "I cannot convert between currencies: exchange rates change, and I know none. Give the rate and I multiply."
        )


def answer(request: Measure) -> Answer:
    """Convert and add up with Pint, exactly."""
    from agentia.agents.quant import conversion

    return conversion.answer(request.source, request.quantity, request.targets, request.labels, request.working())
