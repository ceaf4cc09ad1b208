"""The same number written otherwise: in another base, as a fraction or decimal, in Roman numerals, in powers of ten."""

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from agentia.agents.quant import numerals
from agentia.agents.quant.errors import NotUnderstood, TooLarge
from agentia.agents.quant.figures import decimal, exact, whole
from agentia.agents.quant.language.patterns import forms
from agentia.agents.quant.numerals import DIGITS, MAX_DIGITS, from_roman
from agentia.agents.quant.operands import operand
from agentia.agents.quant.question import Question
from agentia.agents.quant.rational import Irrational, evaluate
from agentia.agents.quant.request import Request, asked
from agentia.agents.quant.working import Answer, Working

_BASES: Final = {"binary": 2, "octal": 8, "hexadecimal": 16, "hex": 16, "denary": 10}
_BASE: Final = r"(?:binary|octal|hexadecimal|hex|base[- ]?\d{1,2})"
_TARGET: Final = (
    rf"(?P<target>{_BASE}|decimal|denary|(?:an? |the )?(?:simplified |reduced |common )?fraction"
    rf"|(?:an? )?decimal(?: number| fraction)?|roman(?: numerals?)?|scientific(?: notation)?|standard form)"
)
_FORMS: Final = forms(
    (
        rf"(?:convert |write |express |change )?(?P<from>{_BASE}|roman numerals?)? ?(?:number )?(?P<n>.+?)(?: (?:in "
        rf"|\()?(?P<from2>{_BASE})\)?)? (?:to|in|into|as) {_TARGET}(?: (?:number|form|format|system))?$"
    ),
    (
        rf"(?:the )?{_TARGET.replace('|decimal|denary', '')}(?: (?:representation|form|value|number|numeral))? (?:of"
        rf"|for) (?P<n>.+)$"
    ),
    (
        rf"(?:the )?(?P<target>decimal)(?: (?:representation|form|value|number))? (?:of"
        rf"|for) (?P<from>{_BASE})? ?(?P<n>.+)$"
    ),
)
_NUMERAL = re.compile(r"M{0,3}(?:CM|CD|D?C{0,3})(?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,3})$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Form(Request):
    """A number, how it was written, and the form wanted: "base 2", "fraction", "decimal", "roman" or "scientific"."""

    written: str
    number: Fraction
    base: int
    target: str


def read(question: Question) -> Form | None:
    """Read a question for another way to write a number."""
    for pattern in _FORMS:
        if match := pattern.match(question.asks):
            found = match.groupdict()
            target = re.sub(r"^(?:an?|the) ", "", found["target"].lower())
            base = _base(found.get("from") or found.get("from2") or "")
            written = found["n"].strip()
            try:
                number = _number(written, base, question)
            except Irrational:
                return None
            return Form(*asked(question), written, number, base or 10, _target(target, base))
    return None


def _base(name: str) -> int | None:
    lowered = name.lower()
    if lowered.startswith("base"):
        return int(re.sub(r"\D", "", lowered))
    return _BASES.get(lowered)


def _target(name: str, base: int | None) -> str:
    if found := _base(name):
        return f"base {found}"
    if base:
        return "base 10"
    return next((form for form in ("fraction", "decimal", "roman", "scientific") if form in name), "scientific")


def _number(text: str, base: int | None, question: Question) -> Fraction:
    if base:
        allowed = DIGITS[:base]
        digits = text.lower().replace(" ", "").replace("_", "").removeprefix({2: "0b", 8: "0o", 16: "0x"}.get(base, ""))
        if not 2 <= base <= 36 or not digits or set(digits) - set(allowed):
            raise NotUnderstood(f'"{text[:40]}" is no number in base {base}, whose digits are {allowed or "none"}.')
        if len(digits) > MAX_DIGITS:
            raise TooLarge(f"I read numbers of up to {MAX_DIGITS:,} digits.")
        return Fraction(int(digits, base))
    if len(text) < 20 and _NUMERAL.match(text):
        return Fraction(from_roman(text.upper()))
    return evaluate(operand(text, question).expression, Working(""))


def answer(request: Form) -> Answer:
    """Write the number in the form asked for."""
    working = request.working()
    if request.target.startswith("base "):
        base = int(request.target.removeprefix("base "))
        return numerals.in_base(request.written, request.number, request.base, base, working)
    match request.target:
        case "fraction":
            value = request.number
            told = f"{whole(value.numerator)}/{whole(value.denominator)}" if value.denominator > 1 else exact(value)
            working.step(f"{request.written} = {told} in lowest terms")
            return working.text(f"{request.written} = {told}.", told, told, decimal(value))
        case "decimal":
            return numerals.as_decimal(request.written, request.number, working)
        case "roman":
            return numerals.as_roman(request.number, working)
    return numerals.scientific(request.written, request.number, working)
