"""The account: what was found out, by whom, and what was not."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from agentia.agents.concierge.doing.numbers import shown
from agentia.agents.concierge.doing.outcome import Answer, Outcome
from agentia.agents.concierge.doing.texts import quoted
from agentia.agents.concierge.planning.plan import Plan


def in_words(plan: Plan, outcomes: Mapping[int, Outcome]) -> str:
    """The answers in the order of the request, what could not be answered and why, and who did what."""
    if len(outcomes) == 1:
        return _single(outcomes[plan.needs[0].number])
    answers = [_clause([outcomes[need.number] for need in clause]) for clause in plan.clauses]
    return "\n\n".join(
        filter(None, [" ".join(filter(None, answers)), _problems(outcomes.values()), _who(outcomes.values())])
    )


def as_data(request: str, outcomes: Iterable[Outcome]) -> dict[str, Any]:
    """The account for programs."""
    return {"request": request, "needs": [_need(outcome) for outcome in outcomes]}


def _single(outcome: Outcome) -> str:
    if outcome.answer is None:
        return _problems([outcome])
    changed = [f"{each.problem} " for each in outcome.tries[:-1]]
    return f"{outcome.answer.said or 'It is done.'}\n\n{''.join(changed)}{outcome.agent} answered this."


def _clause(outcomes: Sequence[Outcome]) -> str:
    """The answer to a clause; what was looked up for it when that is all there is."""
    told = outcomes[-1:] if outcomes[-1].answer else outcomes[:-1]
    return " ".join(filter(None, map(_sentence, told)))


def _sentence(outcome: Outcome) -> str:
    """An answer; that of a calculation in the words of the request, whatever its agent calls it."""
    answer = outcome.answer
    if answer is None:
        return ""
    if outcome.need.kind == "calculate" and answer.value is not None:
        return f"{outcome.label[:1].upper()}{outcome.label[1:]} is {_amount(answer)}."
    return _ended(answer.sentence or f"{quoted(outcome.question)} is done.")


def _amount(answer: Answer) -> str:
    return "" if answer.value is None else f"{shown(answer.value)} {answer.unit or ''}".rstrip()


def _problems(outcomes: Iterable[Outcome]) -> str:
    return " ".join(
        f"{quoted(outcome.question)} has no answer: {_reason(outcome)}"
        for outcome in outcomes
        if outcome.answer is None
    )


def _reason(outcome: Outcome) -> str:
    tries = [each.problem for each in outcome.tries]
    return " ".join(dict.fromkeys(map(_ended, tries or [outcome.problem])))


def _who(outcomes: Iterable[Outcome]) -> str:
    """Who answered what, agent by agent, and who was asked in vain."""
    answered: dict[str, list[str]] = {}
    said: list[str] = []
    for outcome in outcomes:
        if outcome.answer is not None:
            answered.setdefault(outcome.agent, []).append(quoted(outcome.question))
            said += [f"{each.problem} {outcome.agent} did it instead." for each in outcome.tries[:-1]]
    parts = [f"{agent} answered {_listed(questions)}" for agent, questions in answered.items()]
    return " ".join([*([f"{'; '.join(parts)}."] if parts else []), *said])


def _need(outcome: Outcome) -> dict[str, Any]:
    answer = outcome.answer
    return {
        "need": outcome.need.number,
        "kind": outcome.need.kind,
        "question": outcome.question,
        "builds_on": sorted(outcome.need.after),
        "state": "answered" if answer else "not answered",
        "agent": outcome.agent or None,
        "task": outcome.tries[-1].task_id or None if outcome.tries else None,
        "why": outcome.tries[-1].why if outcome.tries else None,
        "answer": answer.said if answer else None,
        "subject": answer.subject if answer else None,
        "value": answer.value if answer else None,
        "unit": answer.unit if answer else None,
        "artifacts": list(outcome.artifacts),
        "problem": outcome.problem or None,
        "tried_before": [{"agent": each.agent, "problem": each.problem} for each in outcome.tries[:-1]],
    }


def _listed(items: list[str]) -> str:
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}"


def _ended(text: str) -> str:
    return text if text.rstrip()[-1:] in ".!?…:`|" else f"{text}."
