"""quant as a specialist: reads a task's questions, has them worked out, asks back what it cannot read."""

import logging
from collections import deque
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from fractions import Fraction

from agentia.agents import TaskFailed, TaskRejected, TaskRun, specialist
from agentia.agents.quant import catalogue, report
from agentia.agents.quant.asking import ask_back, completed
from agentia.agents.quant.errors import NotUnderstood, QuantError, Unanswerable
from agentia.agents.quant.given import Value, number
from agentia.agents.quant.inputs import inputs_of, unread
from agentia.agents.quant.language.dates import may_need_today
from agentia.agents.quant.limits import ANSWER_SECONDS, LOAD_SECONDS
from agentia.agents.quant.outcome import Failed, Outcome, Unclear, load, outcome_of, work_out
from agentia.agents.quant.question import Question, question
from agentia.agents.quant.request import Request
from agentia.agents.quant.skills import DESCRIPTION, INPUT_MODES, OUTPUT_MODES, SKILLS
from agentia.agents.quant.working import Answer
from agentia.core.fetch import FetchFailed, FetchRefused
from agentia.core.offload import Offload, OffloadCrashed, OffloadFailed, OffloadTimeout

log = logging.getLogger("agentia.agents")
_MAX_ASKED = 4
_NO_QUESTION = "What shall I work out?"
_GIVE_UP = "I still cannot read the question. Ask it in other words, in a new task."
_SHOWN = 120


@dataclass(frozen=True, slots=True)
class Services:
    """What the tasks of one process share. `seconds` is what one question may take in the worker."""

    offload: Offload
    seconds: float = ANSWER_SECONDS


@asynccontextmanager
async def services() -> AsyncIterator[Services]:
    """A worker for what could be slow, started by the first such question; SymPy and Pint load when needed."""
    async with Offload(preload=("agentia.agents.quant.outcome",)) as offload:
        yield Services(offload)


async def answer(task: TaskRun) -> str:
    """Answer the questions of a task in order; one that has no answer does not keep the others from theirs."""
    try:
        outcomes = await _outcomes(task)
    except (QuantError, FetchRefused, FetchFailed) as exc:
        raise TaskRejected(f"{exc.message} {exc.fix}".rstrip()) from exc
    answers = [outcome for outcome in outcomes if isinstance(outcome, Answer)]
    if not answers:
        raise TaskFailed(" ".join(outcome.sentence for outcome in outcomes if isinstance(outcome, Failed)))
    await _publish(task, answers)
    ignored = [f"({name} was not used: I take text and JSON.)" for name in unread(task)]
    return "\n\n".join([*map(_told, outcomes), *ignored])


async def _outcomes(task: TaskRun) -> Sequence[Outcome]:
    """Every question worked out, in order; what is unclear is asked back and then read again."""
    reading = await inputs_of(task)
    given, pending = reading.given, deque(reading.questions or ("",))
    outcomes: list[Outcome] = []
    asked = 0
    while pending:
        text = pending.popleft()
        now = question(text, given, await _today(task, text, len(outcomes) + asked))
        outcome = await _outcome(task, now, f"question {len(outcomes) + asked + 1}")
        if not isinstance(outcome, Unclear):
            outcomes.append(outcome)
            given = given.after(_latest(outcome)) if isinstance(outcome, Answer) else given
            continue
        if asked == _MAX_ASKED:
            raise TaskRejected(_GIVE_UP)
        asked += 1
        reply = await inputs_of(await task.ask(ask_back(text, outcome.sentence)), given)
        given = reply.given
        pending.extendleft(reversed(completed(question(text, given, now.today), reply.questions)))
    return outcomes


async def _outcome(task: TaskRun, now: Question, key: str) -> Outcome:
    if not now.text:
        return Unclear(_NO_QUESTION)
    try:
        request = catalogue.read(now)
    except NotUnderstood as exc:
        return Unclear(exc.message)
    except Unanswerable as exc:
        return Failed(now.text, exc.message)
    await task.status(f"Working out {_clipped(now.text)}")
    if not request.slow:
        return outcome_of(work_out(request), now.text)
    return outcome_of(await task.step(key, lambda: _offloaded(task.services, request), now.text), now.text)


async def _offloaded(services: Services, request: Request) -> dict[str, object]:
    try:
        if request.home:
            await services.offload.run(load, request.home, timeout=LOAD_SECONDS)
        return await services.offload.run(work_out, request, timeout=services.seconds)
    except OffloadTimeout:
        return {
            "failed": (
                f"It took longer than {services.seconds:g} s, so it was stopped; ask for something smaller or simpler."
            )
        }
    except OffloadFailed as exc:
        log.warning("question failed in the worker", extra={"kind": type(request).__name__}, exc_info=exc)
        return {"failed": "I know no way to work this out."}
    except OffloadCrashed:
        return {
            "failed": "It needed more memory than is allowed, so it was stopped; ask for something smaller or simpler."
        }


async def _today(task: TaskRun, text: str, number: int) -> date | None:
    """The date of the first run, kept, so that a rerun tomorrow tells the same; None when the text needs none."""
    if not may_need_today(text):
        return None
    return date.fromisoformat(await task.step(f"today {number}", _utc_date))


async def _utc_date() -> str:
    return datetime.now(UTC).date().isoformat()


def _latest(answer: Answer) -> Value | None:
    """What "that" means in the next question."""
    value = number(answer.exact)
    if value is None and isinstance(answer.value, str):
        value = _fraction(answer.value)
    return None if value is None else Value(answer.question, value, answer.unit)


def _fraction(text: str) -> Fraction | None:
    try:
        return Fraction(text) if len(text) < 1000 else None
    except (ValueError, ZeroDivisionError):
        return None


async def _publish(task: TaskRun, answers: Sequence[Answer]) -> None:
    """Each answer as data, and the working of all as one document."""
    for position, found in enumerate(answers, 1):
        name = "result.json" if position == 1 else f"result-{position}.json"
        await task.artifact(name, found.as_data(), "application/json", "The answer with its exact value and steps")
    await task.artifact("working.md", report.as_markdown(answers), "text/markdown", "How it was worked out")


def _told(outcome: Outcome) -> str:
    if isinstance(outcome, Answer):
        return report.in_words(outcome)
    return f"{_clipped(outcome.question)}: {outcome.sentence}" if isinstance(outcome, Failed) else outcome.sentence


def _clipped(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


quant = specialist(
    name="quant",
    description=DESCRIPTION,
    skills=SKILLS,
    input_modes=INPUT_MODES,
    output_modes=OUTPUT_MODES,
    lifespan=services,
)(answer)
