"""Answers in words: the right sentence for each kind of plan, and what to say when there is nothing to tell."""

from collections.abc import Callable, Mapping
from decimal import Decimal

from agentia.agents.analyst.answers import single
from agentia.agents.analyst.answers.changes import change
from agentia.agents.analyst.answers.groups import groups, share
from agentia.agents.analyst.answers.numbers import number
from agentia.agents.analyst.answers.outcome import Finding
from agentia.agents.analyst.answers.run import Result
from agentia.agents.analyst.answers.scope import scope_of, subject_of
from agentia.agents.analyst.answers.series import trend
from agentia.agents.analyst.questions.calendar import span_of
from agentia.agents.analyst.questions.measures import label, readable
from agentia.agents.analyst.questions.plan import Kind, Plan

_WORDS: Mapping[Kind, Callable[[Plan, Result], Finding]] = {
    "value": single.value,
    "rows": single.rows,
    "values": single.values,
    "moments": single.moments,
    "outliers": single.outliers,
    "correlation": single.correlation,
    "groups": groups,
    "share": share,
    "change": change,
    "trend": trend,
}


def put_into_words(plan: Plan, result: Result) -> Finding:
    """The finding of a plan's result."""
    if _is_empty(plan, result):
        return _nothing(plan)
    return _part_of(plan, _WORDS[plan.kind](plan, result))


def _is_empty(plan: Plan, result: Result) -> bool:
    """Whether there is no row, or nothing in the rows."""
    at = len(plan.groups) + bool(plan.within)
    match plan.kind:
        case "value" | "groups":
            return all(row[at] is None for row in result.rows)
        case "moments":
            return result.rows[0][0] is None
        case "share":
            return all(row[-1] is None for row in result.rows)
        case "trend":
            return all(row[at + 1] is None for row in result.rows)
        case _:
            return not result.rows


def _nothing(plan: Plan) -> Finding:
    if plan.kind == "outliers":
        column = plan.measure.column
        what = label(plan.measure) if plan.grain or not column else readable(column)
        words = f"No {plan.grain or 'row'} has an unusual {what}{scope_of(plan)}"
        return Finding(f"{words}: all lie within 1.5 interquartile ranges of the quartiles.", value=0)
    span = span_of(plan.time)
    covered = f" The data go from {span.text(span.first)} to {span.text(span.last)}." if span and plan.period else ""
    return Finding(f"There is nothing{scope_of(plan)} to answer that with.{covered}", subject_of(plan))


def _part_of(plan: Plan, finding: Finding) -> Finding:
    """ "15 % of" what was found."""
    if plan.percent_of is None or finding.value is None:
        return finding
    part = Decimal(str(finding.value)) * plan.percent_of / 100
    words = f"{finding.text} {plan.percent_of:f} % of that is {number(part, finding.unit)}."
    return Finding(words, finding.subject, part, finding.unit, finding.table)
