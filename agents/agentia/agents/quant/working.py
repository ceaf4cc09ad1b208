"""The working of one question, collected step by step, and the answer it leads to."""

from dataclasses import asdict, dataclass, field
from fractions import Fraction
from typing import Any

from agentia.agents.quant import figures
from agentia.agents.quant.language.notation import money
from agentia.agents.quant.language.vocabulary import is_currency


@dataclass(frozen=True, slots=True)
class Answer:
    """What came out: `sentence` for people, the rest for programs.

    `value` is a number where JSON can hold it exactly and the exact text elsewhere; `decimal` has 15 digits.
    """

    question: str
    sentence: str
    value: int | float | str
    exact: str
    decimal: str | None = None
    unit: str | None = None
    values: tuple[str, ...] = ()
    """Each of several results, such as the roots of an equation."""
    steps: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def as_data(self) -> dict[str, Any]:
        """The JSON of result.json, without the sentence that the message already has."""
        data = asdict(self) | {"subject": None}
        return {key: list(value) if isinstance(value, tuple) else value for key, value in data.items()}


@dataclass
class Working:
    """Steps and notes of a question while it is worked out."""

    question: str
    notes: list[str] = field(default_factory=list)
    steps: list[str] = field(default_factory=list)

    def step(self, text: str) -> None:
        if text not in self.steps:
            self.steps.append(text)

    def note(self, text: str) -> None:
        if text not in self.notes:
            self.notes.append(text)

    def number(
        self, subject: str, value: Fraction, unit: str | None = None, *, verb: str = "is", after: str = ""
    ) -> Answer:
        """The answer "subject is value", with its decimal beside a fraction."""
        amount = unit_amount(value, unit)
        if about := figures.approximately(value):
            amount = (
                f"{about.strip()} % (exactly {amount})" if unit == "%" else f"{amount}{about} {unit or ''}".rstrip()
            )
        if verb == "=" and amount.startswith(subject) and amount != subject:
            subject = verb = ""  # "100/7 ≈ 14.29" says it all
        sentence = f"{f'{subject} {verb}'.strip()} {amount}{after}.".lstrip()
        if unit and is_currency(unit) and figures.cents(value) != value:
            self.note(f"Rounded to hundredths: {unit_amount(figures.cents(value), unit)}.")
        return self.text(sentence, figures.portable(value), figures.exact(value), figures.decimal(value), unit)

    def text(
        self,
        sentence: str,
        value: int | float | str,
        exact: str,
        decimal: str | None = None,
        unit: str | None = None,
        values: tuple[str, ...] = (),
    ) -> Answer:
        """The answer in the words of the caller."""
        return Answer(
            self.question, sentence, value, exact, decimal, unit, values, tuple(self.steps), tuple(self.notes)
        )


def unit_amount(value: Fraction, unit: str | None) -> str:
    """The number with its unit or currency: "€ 7,231.50", "8.04672 km"."""
    number = figures.shown(value)
    if unit is None:
        return number
    if not is_currency(unit):
        return f"{number} {unit}"
    if "." in number and len(number.partition(".")[2]) == 1:
        number += "0"
    return money(number, unit) if value >= 0 else f"-{money(number[1:], unit)}"
