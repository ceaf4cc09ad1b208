"""Shares and changes in percent: "what percent is 12 of 80", "from 80 to 100", "12 is 15 % of what"."""

from dataclasses import dataclass
from typing import Final

from agentia.agents.quant.currency import currency_of
from agentia.agents.quant.errors import Unanswerable
from agentia.agents.quant.figures import shown
from agentia.agents.quant.language.expression import Chain, Expression, Percent
from agentia.agents.quant.language.notation import written
from agentia.agents.quant.language.patterns import first, forms
from agentia.agents.quant.operands import operand
from agentia.agents.quant.question import Question
from agentia.agents.quant.rational import evaluate
from agentia.agents.quant.request import Request, asked
from agentia.agents.quant.working import Answer

_PCT, _A, _B = r"(?:%|percent(?:age)?|per cent)", r"(?P<a>.+?)", r"(?P<b>.+?)"
_WHAT: Final = rf"(?:what|which|how many|how much) {_PCT}"
_RISE: Final = r"(?:change|increase|decrease|growth|rise|drop|gain|loss|decline|reduction|return)"
_SHARE: Final = forms(
    rf"{_WHAT} (?:of|out of) {_B} (?:is|are|does|makes?) {_A}$",
    rf"{_WHAT} (?:is|are|makes?) {_A} (?:of|out of|from|in) {_B}$",
    rf"{_A} (?:is|are|makes?) {_WHAT} (?:of|out of) {_B}$",
    rf"(?:express |write )?{_A} as (?:an? |the )?{_PCT} of {_B}$",
    rf"(?:the )?{_PCT} (?:of )?{_A} (?:out of|in|of|is of) {_B}$",
    rf"{_A} (?:out of|of) {_B} (?:as|in) (?:an? )?{_PCT}$",
    rf"(?:express |write |convert )?{_A} (?:as|in|to) (?:an? )?{_PCT}$",
)
_CHANGE: Final = forms(
    rf"(?:the |{_WHAT[: -len(_PCT)]})?(?:{_PCT} (?:{_RISE}|difference)|relative change|growth rate|{_RISE})"
    rf" (?:is it )?(?:from|between) {_A} (?:to|and) {_B}(?: (?:in|as an?) {_PCT})?$",
    (
        rf"(?:going |rising |falling )?from {_A} to {_B},? (?:is |in |as )?(?:an? )?(?:{_WHAT}"
        rf"|{_PCT})(?: {_RISE})?(?: is (?:it|that))?$"
    ),
    rf"(?:by )?{_WHAT} (?:does|did|has|is|was)\b.{{0,80}}? from {_A} to {_B}$",
    rf"{_WHAT} (?:more|less|higher|lower|greater|smaller|larger|bigger|cheaper) (?:is|are|was) {_B} than {_A}$",
)
_WHOLE: Final = forms(
    rf"{_A} (?:is|are|equals|=) (?P<rate>.+?){_PCT} of (?:what|which)(?: number| amount| total)?$",
    rf"(?P<rate>[^a-z]+?){_PCT} of (?:what|which)(?: number| amount| total)? (?:is|are|equals|makes) {_A}$",
    rf"(?:of )?(?:what|which)(?: number| amount| total)? is {_A} (?P<rate>[^a-z]+?){_PCT}$",
)


@dataclass(frozen=True, slots=True)
class Share(Request):
    """What percent one number is of another."""

    part: Expression
    whole: Expression | None
    """None for a plain number written as a percentage."""


@dataclass(frozen=True, slots=True)
class Change(Request):
    """By how many percent a number changed."""

    before: Expression
    after: Expression


@dataclass(frozen=True, slots=True)
class Whole(Request):
    """The number of which a known part is a known percentage."""

    part: Expression
    rate: Expression


def read(question: Question) -> Share | Change | Whole | None:
    """Read a question for a percentage, or for the whole behind one."""
    if match := first(_WHOLE, question.asks):
        part, rate = operand(match["a"], question), operand(match["rate"], question)
        return Whole(*asked(question, part.notes, rate.notes), part.expression, rate.expression)
    if match := first(_CHANGE, question.asks):
        before, after = operand(match["a"], question), operand(match["b"], question)
        return Change(*asked(question, before.notes, after.notes), before.expression, after.expression)
    if match := first(_SHARE, question.asks):
        part = operand(match["a"], question)
        whole = operand(match["b"], question) if match.groupdict().get("b") else None
        notes = asked(question, part.notes, whole.notes if whole else ())
        return Share(*notes, part.expression, whole.expression if whole else None)
    return None


def answer(request: Share | Change | Whole) -> Answer:
    """Work the percentage out by its formula."""
    match request:
        case Share():
            return _share(request)
        case Change():
            return _change(request)
        case Whole():
            return _whole(request)


def _share(request: Share) -> Answer:
    working = request.working()
    part = ratio = evaluate(request.part, working)
    if request.whole is not None:
        _same_money(request.part, request.whole)
        whole = evaluate(request.whole, working)
        if whole == 0:
            raise Unanswerable("Nothing can be told as a percentage of 0: that would divide by zero.")
        ratio = part / whole
        working.step(f"{shown(part)} ÷ {shown(whole)} = {shown(ratio)}")
    working.step(f"{shown(ratio)} × 100 % = {shown(ratio * 100)} %")
    of = f" of {written(request.whole)}" if request.whole is not None else ""
    return working.number(written(request.part), ratio * 100, "%", after=of)


def _change(request: Change) -> Answer:
    working = request.working()
    _same_money(request.before, request.after)
    before, after = evaluate(request.before, working), evaluate(request.after, working)
    if before == 0:
        raise Unanswerable("A change from 0 has no percentage: it would divide by zero.")
    working.step(f"{shown(after)} - {shown(before)} = {shown(after - before)}")
    rate = (after - before) / abs(before) * 100
    working.step(f"{shown(after - before)} ÷ {shown(abs(before))} × 100 % = {shown(rate)} %")
    if isinstance(request.before, Percent) and isinstance(request.after, Percent):
        working.note(f"In percentage points the change is {shown((after - before) * 100)}.")
    direction = "a rise" if rate > 0 else "a fall" if rate < 0 else "no change"
    return working.number(
        f"From {written(request.before)} to {written(request.after)} the change", rate, "%", after=f", {direction}"
    )


def _whole(request: Whole) -> Answer:
    working = request.working()
    part, rate = evaluate(request.part, working), evaluate(request.rate, working)
    if rate == 0:
        raise Unanswerable("0 % of any number is 0, so the number cannot be found from it.")
    working.step(f"{shown(rate)} % = {shown(rate / 100)}")
    working.step(f"{shown(part)} ÷ {shown(rate / 100)} = {shown(part / (rate / 100))}")
    subject = f"{written(request.part)} is {shown(rate)} % of"
    return working.number(subject, part / (rate / 100), currency_of(request.part), verb="")


def _same_money(left: Expression, right: Expression) -> None:
    """Complain when the two are in different currencies."""
    currency_of(Chain(left, (("+", right),)))
