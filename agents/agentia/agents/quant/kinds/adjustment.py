"""Amounts raised and lowered by percentages, and back: increases, discounts, tips, VAT."""

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import Final, Literal

from agentia.agents.quant.currency import currency_of
from agentia.agents.quant.errors import Unanswerable
from agentia.agents.quant.figures import shown
from agentia.agents.quant.language.expression import Expression
from agentia.agents.quant.language.notation import written
from agentia.agents.quant.language.patterns import Forms, first, forms
from agentia.agents.quant.operands import operand
from agentia.agents.quant.question import Question
from agentia.agents.quant.rational import evaluate
from agentia.agents.quant.request import Request, asked
from agentia.agents.quant.working import Answer, Working, unit_amount

_PCT = r" ?(?:%|percent|per cent)"
_A, _RATE = r"(?P<a>.+?)", rf"(?P<rate>[\d.,/() -]+?){_PCT}"
_MORE = rf"(?P<more>(?:,? (?:and )?then| and)(?: by)? .+{_PCT})?"
_TAX: Final = r"(?:vat|sales tax|tax|gst|mwst|service charge|tip|gratuity|markup|surcharge|fee|commission)"
_CUT: Final = r"(?:discount|rebate|reduction|markdown|off)"
_UP: Final = forms(
    rf"(?:an? |the )?(?:increase|rise|raise|markup) of {_RATE} (?:on|to|over|from) {_A}$",
    rf"(?:increase|raise|grow|up|mark up) {_A} by {_RATE}{_MORE}$",
    rf"{_A} (?:is |was )?(?:increased|raised|rises?|grows?|grown|marked up|up)(?: by)? {_RATE}{_MORE}$",
    rf"add {_RATE} (?:{_TAX} )?(?:to|on|onto) {_A}$",
    rf"{_A} (?:plus|with|and|\+) (?:an? )?{_RATE} {_TAX}(?: added)?$",
    rf"{_RATE} (?:more|higher|greater) than {_A}$",
    (
        rf"(?:the )?(?:total|gross(?: price| amount)?|price|bill) (?:of|for|with) {_A} (?:plus|with|at"
        rf"|and) (?:an? )?{_RATE} {_TAX}$"
    ),
)
_DOWN: Final = forms(
    rf"(?:an? |the )?(?:decrease|drop|fall|cut|{_CUT}) of {_RATE} (?:on|off|to|from) {_A}$",
    rf"(?:decrease|reduce|lower|cut|shrink|mark down|discount) {_A} by {_RATE}{_MORE}$",
    (
        rf"{_A} (?:is |was )?(?:decreased|reduced|lowered|cut|falls?|drops?|fell|marked down|discounted"
        rf"|down)(?: by)? {_RATE}{_MORE}$"
    ),
    rf"(?:subtract|take|deduct) {_RATE} (?:from|off) {_A}$",
    rf"{_RATE} (?:off|less than|lower than|discount on|discount from) {_A}$",
    rf"(?:(?:the )?(?:price|cost|amount)(?: of)? )?{_A} (?:minus|less|with|after|at) (?:an? )?{_RATE} {_CUT}$",
    rf"{_A} less {_RATE}$",
)
_BEFORE_UP: Final = forms(
    rf"(?:the )?(?:net(?: price| amount)?|price before tax|price before vat|price without vat|original price"
    rf"|amount before vat|value before)"
    rf" (?:of|for|if|in|when) {_A},? (?:including|incl\.?|with|includes|contains"
    rf"|after) (?:an? )?{_RATE}(?: {_TAX}| increase| rise)?$",
    rf"(?:remove|strip|take|subtract) {_RATE} {_TAX} (?:from|out of|off) {_A}$",
    rf"{_A} (?:without|excluding|before|less|net of) (?:the |an? )?{_RATE} {_TAX}$",
    rf"{_A},? (?:including|incl\.?) (?:an? )?{_RATE} {_TAX}$",
    (
        rf"(?:what|which)(?: number| price| amount)? (?:increased|raised|plus) (?:by )?{_RATE} (?:is|gives|makes"
        rf"|equals) {_A}$"
    ),
)
_BEFORE_DOWN: Final = forms(
    (
        rf"(?:the )?original (?:price|amount|value) (?:of|for|if|when) {_A},? (?:after|with"
        rf"|is after) (?:an? )?{_RATE} {_CUT}$"
    ),
    rf"{_A} (?:is the price )?after (?:an? )?{_RATE} {_CUT},? (?:what was|what is) the original(?: price)?$",
    (
        rf"(?:what|which)(?: number| price| amount)? (?:decreased|reduced|minus) (?:by )?{_RATE} (?:is|gives|makes"
        rf"|equals) {_A}$"
    ),
)
_PART: Final = forms(
    rf"(?:the )?{_TAX} of {_RATE} (?:on|for) {_A}$",
    rf"(?:the )?(?:amount of )?(?:{_TAX} )?{_RATE} (?:{_TAX}) (?:on|for|of) {_A}$",
    rf"(?:the )?{_TAX} (?:on|for|of) {_A} (?:at|with) {_RATE}$",
)
_INCLUDED: Final = forms(
    rf"(?:the )?{_RATE} {_TAX} (?:included |contained )?in {_A}$",
    rf"(?:the )?{_TAX} (?:included |contained )?in {_A} (?:at|with|including|of) {_RATE}$",
)
Purpose = Literal["up", "down", "before up", "before down", "part", "included"]
_FORMS: Final[tuple[tuple[Purpose, Forms], ...]] = (
    ("part", _PART),
    ("included", _INCLUDED),
    ("before up", _BEFORE_UP),
    ("before down", _BEFORE_DOWN),
    ("up", _UP),
    ("down", _DOWN),
)
_THEN = re.compile(
    (
        rf"(?:(?P<down>decreas|reduc|lower|cut|discount|drop|fall)\w* |(?P<up>increas|rais|grow"
        rf"|ris)\w* )?(?:it )?(?:by )?{_RATE}"
    ),
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Adjustment(Request):
    """An amount, percentages applied one after the other (lowering ones are negative), and what is wanted of it."""

    amount: Expression
    rates: tuple[Fraction, ...]
    purpose: Purpose


def read(question: Question) -> Adjustment | None:
    """Read a question that raises or lowers an amount by a percentage, or undoes that."""
    for purpose, patterns in _FORMS:
        if match := first(patterns, question.asks):
            return _request(question, match, purpose)
    return None


def _request(question: Question, match: re.Match[str], purpose: Purpose) -> Adjustment:
    amount = operand(match["a"], question)
    sign = -1 if purpose.endswith("down") else 1
    rates, notes = [sign * _rate(match["rate"], question)], amount.notes
    for then in _THEN.finditer(match.groupdict().get("more") or ""):
        sign = -1 if then["down"] else 1 if then["up"] else sign
        rates.append(sign * _rate(then["rate"], question))
    return Adjustment(*asked(question, notes), amount.expression, tuple(rates), purpose)


def _rate(text: str, question: Question) -> Fraction:
    return evaluate(operand(text, question).expression, Working("")) / 100


def answer(request: Adjustment) -> Answer:
    """Apply the percentages, or take them out again."""
    working = request.working()
    amount, label, currency = evaluate(request.amount, working), written(request.amount), currency_of(request.amount)
    factor = Fraction(1)
    for rate in request.rates:
        working.step(f"100 % {'-' if rate < 0 else '+'} {shown(abs(rate) * 100)} % = {shown(1 + rate)}")
        factor *= 1 + rate
    rates = " and then ".join(
        f"{'lowered' if rate < 0 else 'raised'} by {shown(abs(rate) * 100)} %" for rate in request.rates
    )
    if request.purpose in ("up", "down"):
        working.step(
            f"{shown(amount)} × {' × '.join(shown(1 + rate) for rate in request.rates)} = {shown(amount * factor)}"
        )
        return working.number(f"{label} {rates}", amount * factor, currency)
    if request.purpose == "part":
        return _part(request, amount, working)
    if factor == 0:
        raise Unanswerable("An amount lowered by 100 % is always 0, so the original cannot be found from it.")
    original = amount / factor
    working.step(f"{shown(amount)} ÷ {shown(factor)} = {shown(original)}")
    if request.purpose == "included":
        working.step(f"{shown(amount)} - {shown(original)} = {shown(amount - original)}")
        working.note(f"Without it the amount is {unit_amount(original, currency)}.")
        return working.number(
            f"The {shown(request.rates[0] * 100)} % contained in {label}", amount - original, currency
        )
    return working.number(f"The amount that was {rates} to {label}", original, currency)


def _part(request: Adjustment, amount: Fraction, working: Working) -> Answer:
    rate, currency = request.rates[0], currency_of(request.amount)
    working.step(f"{shown(rate)} × {shown(amount)} = {shown(rate * amount)}")
    working.note(f"Together with the amount itself: {unit_amount(amount * (1 + rate), currency)}.")
    return working.number(f"{shown(rate * 100)} % on {written(request.amount)}", rate * amount, currency)
