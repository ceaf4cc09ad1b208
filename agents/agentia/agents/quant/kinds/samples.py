"""Statistics of numbers in the text or in the data that came with it."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from agentia.agents.quant import averages, dispersion
from agentia.agents.quant.errors import NotUnderstood
from agentia.agents.quant.figures import portable, shown
from agentia.agents.quant.given import Column
from agentia.agents.quant.language import lists
from agentia.agents.quant.language.vocabulary import CURRENCY_SIGNS
from agentia.agents.quant.limits import QUICK_NUMBERS
from agentia.agents.quant.question import Question
from agentia.agents.quant.request import Request, asked
from agentia.agents.quant.statistic import Figure, rational
from agentia.agents.quant.working import Answer, Working

_MEASURES: Final = [
    (re.compile(rf"\b(?:{pattern})\b", re.IGNORECASE), name)
    for pattern, name in [
        (r"(?:sample |population )?(?:standard deviations?|std\.? ?dev\.?|stdevp?|std|s\.?d\.)", "deviation"),
        (r"(?:sample |population )?(?:variances?|var)", "variance"),
        (r"inter-?quartile range|iqr", "iqr"),
        (r"geometric (?:mean|average)", "geometric mean"),
        (r"harmonic (?:mean|average)", "harmonic mean"),
        (r"weighted (?:arithmetic )?(?:mean|average)", "weighted mean"),
        (r"(?:arithmetic )?(?:mean|average|avg)s?", "mean"),
        (r"medians?", "median"),
        (r"modes?|most (?:common|frequent)(?: (?:number|value))?", "mode"),
        (r"range", "range"),
        (r"minimum|min|smallest|lowest|least", "minimum"),
        (r"maximum|max|largest|highest|biggest|greatest", "maximum"),
        (r"(?:the )?(?P<rank>\d{1,2}(?:\.\d+)?)(?:st|nd|rd|th)? percentile|p(?P<p>\d{1,2})", "percentile"),
        (r"(?P<which>first|lower|1st|third|upper|3rd|second|2nd) quartile|q(?P<q>[123])", "quartile"),
        (r"quartiles", "quartiles"),
        (r"sum|total|add(?: up| together)?", "sum"),
        (r"product|multiply(?: together)?", "product"),
        (r"count", "count"),
        (r"(?:summary|descriptive) statistics|summari[sz]e|describe|statistics|stats", "summary"),
    ]
]
_SUMMARY: Final = ("count", "mean", "median", "deviation", "minimum", "maximum", "quartiles")
_FILLER = re.compile(
    r"(?<![\d%)] )\band\b|\b(?:the|of|for|in|from|following|these|those|this|numbers?|values?|data(?: ?set)?"
    r"|list|set|sample|population|entire|whole|all|column|"
    r"items?|elements?|what|are|is|as well as|plus|with|my|our|scores?|measurements?|series|between)\b|[:&]|,(?! *\d)",
    re.IGNORECASE,
)
_WEIGHTS = re.compile(
    r",? (?:with|using|and|by) (?:the )?(?:respective )?weights?(?: of)?:? |,? weighted (?:by|with):? ", re.IGNORECASE
)
_SIMPLE: Final[dict[str, Callable[[tuple[Fraction, ...], Working], Figure]]] = {
    "mean": averages.mean,
    "median": averages.median,
    "mode": averages.mode,
    "sum": averages.total,
    "count": averages.count,
    "minimum": averages.smallest,
    "maximum": averages.largest,
    "range": dispersion.extent,
    "product": averages.product,
    "geometric mean": averages.geometric_mean,
    "harmonic mean": averages.harmonic_mean,
}
_RANKS: Final = {"first": 1, "lower": 1, "1st": 1, "second": 2, "2nd": 2, "third": 3, "upper": 3, "3rd": 3}


@dataclass(frozen=True, slots=True)
class Wanted:
    """One statistic by name, a quantile with its share."""

    name: str
    share: Fraction = Fraction(0)


@dataclass(frozen=True, slots=True)
class Sample(Request):
    """Statistics wanted of a list of numbers; `population` is None when the words do not say."""

    wanted: tuple[Wanted, ...]
    numbers: tuple[Fraction, ...]
    weights: tuple[Fraction, ...]
    population: bool | None
    label: str
    currency: str | None

    @property
    def slow(self) -> bool:
        return len(self.numbers) > QUICK_NUMBERS


def read(question: Question) -> Sample | None:
    """Read the names of statistics and a list of numbers, or the column of the data that is meant."""
    text, *weights = _WEIGHTS.split(question.asks, maxsplit=1)
    wanted, rest = _wanted(text)
    if not wanted:
        return None
    rest = " ".join(_FILLER.sub(" ", rest).split()).strip(" ,.?")
    found = lists.read(rest) if rest else None
    notes = [found.note] if found and found.note else []
    column = _column(question, rest, wanted, notes) if found is None else Column("", found.numbers)
    if column is None or (found and len(found.numbers) == 1 and not question.asks.lower().endswith(f"of {rest}")):
        return None
    by = lists.read(weights[0]) if weights else None
    population = True if re.search(r"population|stdevp", text, re.I) else False if "sample" in text.lower() else None
    signs = {character for character in rest if character in CURRENCY_SIGNS}
    size = len(column.numbers)
    label = ("the number" if size == 1 else f"the {size:,} numbers") + (f' of "{column.name}"' if column.name else "")
    currency = signs.pop() if len(signs) == 1 else None
    return Sample(
        *asked(question, tuple(notes)), wanted, column.numbers, by.numbers if by else (), population, label, currency
    )


def _wanted(text: str) -> tuple[tuple[Wanted, ...], str]:
    """The statistics in their order, and the text without their names."""
    found: list[tuple[int, Wanted]] = []
    for pattern, name in _MEASURES:
        for match in pattern.finditer(text):
            groups = match.groupdict()
            rank = groups.get("rank") or groups.get("p")
            quarter = groups.get("q") or _RANKS.get((groups.get("which") or "").lower())
            share = Fraction(rank) / 100 if rank else Fraction(int(quarter), 4) if quarter else Fraction(0)
            found.append((match.start(), Wanted(name, share)))
        text = pattern.sub(lambda match: " " * len(match[0]), text)
    names = [wanted for _, wanted in sorted(found, key=lambda item: item[0])]
    return tuple(dict.fromkeys(names)), text


def _column(question: Question, phrase: str, wanted: tuple[Wanted, ...], notes: list[str]) -> Column | None:
    columns = question.given.columns
    if not columns or re.search(r"[=^]|\d", phrase):
        return None
    column = question.given.column(phrase)
    if column is None:
        names = ", ".join(f'"{column.name}"' for column in columns[:8])
        raise NotUnderstood(
            f"I understood that the {wanted[0].name} is wanted, but not of which column: there are {names}."
        )
    if column.gaps:
        notes.append(f'Left out {column.gaps} of the rows, which have no number in "{column.name}".')
    if column.name and phrase and column.name.lower() != phrase.lower():
        notes.append(f'Took "{phrase}" as the column "{column.name}".')
    return column


def answer(request: Sample) -> Answer:
    """Work out each statistic in the order asked."""
    working = request.working()
    figures = [figure for wanted in request.wanted for figure in _figures(wanted, request, working)]
    if len(figures) > 1:
        values = tuple(f"{figure.name} = {figure.text}" for figure in figures)
        told = "; ".join(values)
        return working.text(f"Of {request.label}: {told}.", told, told, None, None, values)
    (figure,) = figures
    sentence = f"The {figure.name} of {request.label} is {figure.text}."
    if figure.value is None:
        return working.text(sentence, figure.exact, figure.exact, figure.decimal or None)
    currency = request.currency if figure.name not in ("count", "sample variance", "population variance") else None
    if currency:
        return working.number(f"The {figure.name} of {request.label}", figure.value, currency)
    return working.text(sentence, portable(figure.value), figure.exact, figure.decimal)


def _figures(wanted: Wanted, request: Sample, working: Working) -> list[Figure]:
    numbers = request.numbers
    match wanted.name:
        case "summary":
            return [figure for name in _SUMMARY for figure in _figures(Wanted(name), request, working)]
        case "deviation" | "variance":
            if request.population is None and len(numbers) > 1:
                working.note(
                    "Of a sample, so divided by one less than the count; say population to divide by the count itself."
                )
            work = dispersion.deviation if wanted.name == "deviation" else dispersion.variance
            return [work(numbers, working, population=bool(request.population))]
        case "percentile":
            return [dispersion.quantile(numbers, wanted.share, f"{shown(wanted.share * 100)}th percentile", working)]
        case "quartile":
            return [_quartile(wanted.share, request, working)]
        case "quartiles":
            return [_quartile(Fraction(quarter, 4), request, working) for quarter in (1, 2, 3)]
        case "iqr":
            first, third = (
                _quartile(Fraction(quarter, 4), request, working).value or Fraction(0) for quarter in (1, 3)
            )
            working.step(f"Interquartile range: {shown(third)} - {shown(first)} = {shown(third - first)}")
            return [rational("interquartile range", third - first)]
        case "weighted mean":
            if not request.weights:
                raise NotUnderstood('I understood a weighted mean, but no weights; write "with weights 1, 2, 3".')
            return [averages.weighted_mean(numbers, request.weights, working)]
    return [_SIMPLE[wanted.name](numbers, working)]


def _quartile(share: Fraction, request: Sample, working: Working) -> Figure:
    return dispersion.quantile(request.numbers, share, f"quartile {share * 4}", working)
