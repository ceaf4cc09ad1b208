"""Calculations over quantities that stand in the text as words: "15 % of its revenue", "double that"."""

import re
from dataclasses import dataclass

from agentia.agents.concierge.planning.words import MONEY, PART, PERCENT, PERIODS, UNITS, alternatives

_TAX = r"(?:\s+(?:vat|tax|sales tax|gst|tip|discount|commission|interest))?"
_FUNCTION = r"square root|cube root|(?:natural )?log(?:arithm)?|absolute value|factorial"
_PRONOUN = r"it|that|this|the (?:result|number|value)"
_UNIT = rf"(?:(?:us|british|swiss|canadian|australian|square|cubic)\s+)?{alternatives(MONEY, UNITS)}"
_ANY_UNIT = rf"(?:{_UNIT}|{alternatives(PERIODS)}|thousands|millions|billions)"


@dataclass(frozen=True, slots=True)
class Operation:
    """How a calculation is written. Its groups `a` and `b` are operands, `k` is what is done with them.

    `form` says it as a noun, the same for all wordings; `{that}` is the answer before it. `signs` is what an agent is
    asked instead where words such as "difference" could mean something else than numbers.
    """

    pattern: re.Pattern[str]
    form: str
    signs: str = ""


def _operation(pattern: str, form: str, signs: str = "") -> Operation:
    return Operation(re.compile(pattern, re.IGNORECASE | re.DOTALL), form, signs)


CONVERSION = "{a} in {k}"
_A, _A_LAST, _B = r"(?P<a>\S.*?)", r"(?P<a>\S.*)", r"(?P<b>\S.*)"
_A_FIGURES, _B_FIGURES = r"(?P<a>[\d(].*)", r"(?P<b>[\d(].*)"
OPERATIONS: tuple[Operation, ...] = (
    _operation(rf"add (?P<b>\S.*?) to {_A_LAST}", "{a} plus {b}"),
    _operation(rf"(?:subtract|take|deduct) (?P<b>\S.*?) from {_A_LAST}", "{a} minus {b}"),
    _operation(rf"multiply {_A} (?:by|with) {_B}", "{a} times {b}"),
    _operation(rf"divide {_A} by {_B}", "{a} divided by {b}"),
    _operation(rf"(?:increase|raise|grow) {_A} by (?P<k>{PERCENT})", "{a} increased by {k}"),
    _operation(rf"(?:decrease|reduce|lower|cut) {_A} by (?P<k>{PERCENT})", "{a} decreased by {k}"),
    _operation(rf"(?:increase|raise) {_A} by {_B}", "{a} plus {b}"),
    _operation(rf"(?:decrease|reduce|lower|cut) {_A} by {_B}", "{a} minus {b}"),
    _operation(rf"(?:convert|change|turn|express) {_A} (?:in|to|into|as) (?P<k>{_ANY_UNIT})", CONVERSION),
    _operation(rf"round {_A} (?P<k>(?:to|up to|down to) .+|up|down)", "{a} rounded {k}"),
    _operation(rf"add {_B}", "{that} plus {b}"),
    _operation(rf"(?:subtract|deduct) {_B}", "{that} minus {b}"),
    _operation(rf"multiply by {_B}", "{that} times {b}"),
    _operation(rf"divide by {_B}", "{that} divided by {b}"),
    _operation(rf"(?P<k>plus|minus|times|divided by) {_B}", "{that} {k} {b}"),
    _operation(rf"{_A_LAST} (?P<k>plus|minus) {_B}", "{a} {k} {b}"),
    _operation(rf"{_A_LAST} (?P<k>[-+−]) {_B_FIGURES}", "{a} {k} {b}"),
    _operation(rf"{_A_FIGURES} (?P<k>[-+−]) {_B}", "{a} {k} {b}"),
    _operation(rf"(?P<k>\d+) times {_A_LAST}", "{k} times {a}"),
    _operation(rf"{_A_LAST} (?:times|multiplied by) {_B}", "{a} times {b}"),
    _operation(rf"{_A_LAST} divided by {_B}", "{a} divided by {b}"),
    _operation(rf"{_A_LAST} (?P<k>[*/×÷]) {_B_FIGURES}", "{a} {k} {b}"),
    _operation(rf"{_A_FIGURES} (?P<k>[*/×÷]) {_B}", "{a} {k} {b}"),
    _operation(rf"(?P<k>{PERCENT}{_TAX}|{PART}) of {_A_LAST}", "{k} of {a}"),
    _operation(rf"(?P<k>{PERCENT}{_TAX}) on {_A_LAST}", "{k} on {a}"),
    _operation(rf"(?P<k>{PERCENT} off|{PERCENT} (?:more|less|higher|lower) than) {_A_LAST}", "{k} {a}"),
    _operation(rf"(?:halve|half(?: of)?) {_A_LAST}", "half of {a}"),
    _operation(rf"(?P<k>double|twice) {_A_LAST}", "{k} {a}", "2 * {a}"),
    _operation(rf"(?P<k>triple|thrice) {_A_LAST}", "{k} {a}", "3 * {a}"),
    _operation(rf"quadruple {_A_LAST}", "quadruple {a}", "4 * {a}"),
    _operation(rf"(?:the )?square of {_A_LAST}", "the square of {a}", "{a}^2"),
    _operation(rf"square (?P<a>{_PRONOUN})", "the square of {a}", "{a}^2"),
    _operation(rf"(?:the )?cube of {_A_LAST}", "the cube of {a}", "{a}^3"),
    _operation(rf"cube (?P<a>{_PRONOUN})", "the cube of {a}", "{a}^3"),
    _operation(rf"(?:the )?(?:reciprocal|inverse) of {_A_LAST}", "the reciprocal of {a}", "1 / {a}"),
    _operation(rf"(?:the )?(?P<k>{_FUNCTION}) of {_A_LAST}", "the {k} of {a}"),
    _operation(rf"(?:the )?difference (?:between|of) {_A} and {_B}", "the difference between {a} and {b}", "{a} - {b}"),
    _operation(rf"(?:the )?sum of {_A} and {_B}", "the sum of {a} and {b}", "{a} + {b}"),
    _operation(rf"(?:the )?product of {_A} and {_B}", "the product of {a} and {b}", "{a} * {b}"),
    _operation(rf"(?:the )?ratio (?:of|between) {_A} (?:to|and) {_B}", "the ratio of {a} to {b}", "{a} / {b}"),
    _operation(rf"{_A} (?P<k>(?:with|including|without) {PERCENT}{_TAX})", "{a} {k}"),
    _operation(rf"{_A} (?:in|into|converted to|expressed in) (?P<k>{_UNIT})", CONVERSION),
    _operation(rf"{_A} squared", "{a} squared", "{a}^2"),
    _operation(rf"{_A} cubed", "{a} cubed", "{a}^3"),
    _operation(rf"{_A} to the power of {_B}", "{a} to the power of {b}", "{a}^{b}"),
)
"""In the order in which they are tried: orders, then what binds its operands least; of two signs the last is first."""
