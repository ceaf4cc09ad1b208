"""The analyst as a specialist: takes a task's tables to a worker, says what it finds, asks back, publishes."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from agentia.agents import TaskFailed, TaskRejected, TaskRun, specialist
from agentia.agents.analyst.errors import AnalystError
from agentia.agents.analyst.inputs import Inputs, inputs_of
from agentia.agents.analyst.skills import DESCRIPTION, INPUT_MODES, OUTPUT_MODES, SKILLS
from agentia.agents.analyst.work import look, rehearse, work_out
from agentia.core.fetch import FetchFailed, FetchRefused, SafeFetcher
from agentia.core.offload import Offload, OffloadCrashed, OffloadTimeout
from agentia.core.settings import Settings

_ATTEMPTS = 4
_NO_DATA = "Which data shall I look at? Attach a CSV, TSV, JSON, Parquet or XLSX file, or give its URL."
_LESS = "Send fewer rows, or ask for less at once."
_GIVE_UP = "I still cannot read the question. Try one such as “total revenue by region”, or a statement after “sql:”."


@dataclass(frozen=True)
class Services:
    """What the tasks of one process share. `seconds` is what one call of the worker may take."""

    offload: Offload
    fetcher: SafeFetcher
    seconds: float = 20.0


@asynccontextmanager
async def services() -> AsyncIterator[Services]:
    """A worker that starts to warm up at once, without holding up the service."""
    async with Offload(preload=("agentia.agents.analyst.work", "duckdb")) as offload:
        warming = asyncio.create_task(_warm_up(offload))
        try:
            yield Services(offload, SafeFetcher(allow_private=Settings().allow_private))
        finally:
            warming.cancel()
            await asyncio.gather(warming, return_exceptions=True)


async def _warm_up(offload: Offload) -> None:
    await offload.warm()
    await offload.run(rehearse, timeout=60)


async def answer(task: TaskRun) -> str:
    """Answer questions about tables; every foreseen error ends the task with a sentence."""
    try:
        return await _answer(task)
    except AnalystError as exc:
        raise (TaskRejected if exc.rejected else TaskFailed)(str(exc)) from exc
    except FetchRefused as exc:
        raise TaskRejected(f"{exc.message} {exc.fix}".rstrip()) from exc
    except FetchFailed as exc:
        raise TaskFailed(f"{exc.message} {exc.fix}".rstrip()) from exc
    except (OffloadTimeout, OffloadCrashed) as exc:
        raise TaskFailed(f"{exc.message} {_LESS}") from exc


async def _answer(task: TaskRun) -> str:
    inputs = await _inputs(task)
    texts = [inputs.question]
    await task.status(f"Reading {', '.join(source.name for source in inputs.sources)}")
    seen = await task.step("look", lambda: _offloaded(task, look, inputs, texts))
    await task.status(f"Found {_tables(seen['tables'])}")
    if seen["intent"]:
        await task.status(f"Working out {seen['intent']}")
    for attempt in range(_ATTEMPTS):
        done = await task.step(f"answer {attempt}", lambda: _offloaded(task, work_out, inputs, texts))
        if "ask" not in done:
            return await _publish(task, done["outcomes"])
        reply = await inputs_of(await task.ask(done["ask"]), task.services.fetcher)
        texts.append(reply.question)
    raise TaskFailed(_GIVE_UP)


async def _inputs(task: TaskRun) -> Inputs:
    """What the task brings, or what the answer to the question for data does."""
    inputs = await inputs_of(task, task.services.fetcher)
    if inputs.sources:
        return inputs
    added = await inputs_of(await task.ask(_NO_DATA), task.services.fetcher)
    if not added.sources:
        raise TaskRejected("There are no data to look at. Send the question again together with a file.")
    return Inputs(added.sources, inputs.question or added.question)


async def _offloaded(
    task: TaskRun, work: Callable[..., dict[str, Any]], inputs: Inputs, texts: Sequence[str]
) -> dict[str, Any]:
    services: Services = task.services
    return await services.offload.run(work, inputs.sources, list(texts), inputs.subject, timeout=services.seconds)


def _tables(tables: Sequence[Mapping[str, Any]]) -> str:
    return "; ".join(
        f"{table['source']}: {table['rows']:,.0f} rows × {len(table['columns'])} columns" for table in tables
    )


async def _publish(task: TaskRun, outcomes: Sequence[Mapping[str, Any]]) -> str:
    """Data, CSV and picture of each answer; their words are the task's last message."""
    for number, outcome in enumerate(outcomes, 1):
        name = "result" if number == 1 else f"result-{number}"
        await task.artifact(f"{name}.json", outcome["data"], "application/json", "The answer with its rows and SQL")
        await task.artifact(f"{name}.csv", outcome["csv"].encode(), "text/csv", "The rows of the answer")
        if outcome["picture"]:
            await task.artifact(f"{name}.md", outcome["picture"], "text/markdown", "The rows at a glance")
    return "\n\n".join(outcome["words"] for outcome in outcomes)


analyst = specialist(
    name="analyst",
    description=DESCRIPTION,
    skills=SKILLS,
    input_modes=INPUT_MODES,
    output_modes=OUTPUT_MODES,
    lifespan=services,
)(answer)
