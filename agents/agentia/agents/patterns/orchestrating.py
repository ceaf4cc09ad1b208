"""Orchestrator and workers: a plan is made of the request at hand, and each need of it finds its worker."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final, Literal, TypeVar, overload

from a2a.types.a2a_pb2 import Part
from google.protobuf.json_format import MessageToDict, ParseDict

from agentia.agents.delegated import Delegated
from agentia.agents.delegation import message_parts
from agentia.agents.errors import Failed, PatternFailed
from agentia.agents.patterns.needs import Need, brief, hand_over_as, handed, needs_of, scene, with_material
from agentia.agents.patterns.parallelizing import parallel
from agentia.agents.task_run import TaskRun

AT_ONCE: Final = 4
"""Workers that work at the same time unless told otherwise."""
MOST: Final = 20
"""Needs that a plan may have unless told otherwise."""

T = TypeVar("T")
Planner = str | Need | Callable[[TaskRun], Awaitable[Sequence[str | Need]]]


@overload
async def orchestrate(
    task: TaskRun,
    planner: Planner,
    synthesiser: str | Need,
    *,
    partial: bool = False,
    at_once: int = AT_ONCE,
    most: int = MOST,
    deadline: float | None = None,
) -> Delegated: ...


@overload
async def orchestrate(
    task: TaskRun,
    planner: Planner,
    synthesiser: Callable[[TaskRun, list[Delegated]], Awaitable[T]],
    *,
    partial: Literal[False] = False,
    at_once: int = AT_ONCE,
    most: int = MOST,
    deadline: float | None = None,
) -> T: ...


@overload
async def orchestrate(
    task: TaskRun,
    planner: Planner,
    synthesiser: Callable[[TaskRun, list[Delegated | Failed]], Awaitable[T]],
    *,
    partial: bool,
    at_once: int = AT_ONCE,
    most: int = MOST,
    deadline: float | None = None,
) -> T: ...


async def orchestrate(
    task: TaskRun,
    planner: Planner,
    synthesiser: Any,
    *,
    partial: bool = False,
    at_once: int = AT_ONCE,
    most: int = MOST,
    deadline: float | None = None,
) -> Any:
    """Have a plan made, a worker found for each of its needs, and their results put together; that is returned.

    `planner` is an async function of a TaskRun that returns needs, or a need: the agent that does it publishes data,
    `["…", {"need": "…", "agent": "…"}]`, alone or under the key `needs`. The plan is made once and kept, with the parts
    of its needs. `synthesiser` is an async function of a TaskRun and the results in the order of the plan, or a need,
    which is handed them as named parts. The needs are worked on as `parallel` does it, with `partial` and `at_once`.
    Raises PatternFailed with who failed and why, also for a plan that is none or has more needs than `most`.
    """
    here = scene(task, "orchestrate")
    needs = await _plan(here, planner, deadline)
    if len(needs) > most:
        raise PatternFailed(f"The plan has {len(needs)} needs, and may have {most}.")
    listed = " ".join(f"({number}) {brief(need)}" for number, need in enumerate(needs, start=1))
    await here.status(f"The plan has {len(needs)} need{'s' * (len(needs) != 1)}: {listed}".rstrip(": "))
    results = await parallel(here, needs, partial=partial, at_once=at_once, deadline=deadline)
    if isinstance(synthesiser, str | Need):
        (need,) = needs_of([synthesiser])
        return await hand_over_as(
            "The synthesiser", here.branch("synthesis"), with_material(need, _all(results)), deadline
        )
    return await synthesiser(here.branch("synthesis"), results)


async def _plan(task: TaskRun, planner: Planner, deadline: float | None) -> list[Need]:
    if isinstance(planner, str | Need):
        (need,) = needs_of([planner])
        return _planned(await hand_over_as("The planner", task.branch("plan"), need, deadline))

    async def made() -> Any:
        return [_dump(need) for need in needs_of(await planner(task.branch("plan")))]

    return [_load(each) for each in await task.step("plan", made)]


def _planned(result: Delegated) -> list[Need]:
    """The plan of an agent. Raises PatternFailed when there is none among its data."""
    for data in result.data:
        listed = data.get("needs") if isinstance(data, dict) else data
        if isinstance(listed, list) and all(map(_is_need, listed)):
            return [
                Need(each) if isinstance(each, str) else Need(each["need"], (), each.get("agent")) for each in listed
            ]
    reason = f'The agent {result.agent} has made no plan: data such as ["…", {{"need": "…"}}] was expected of it.'
    raise PatternFailed(reason, [Failed("plan", result.agent, reason)])


def _is_need(each: Any) -> bool:
    if isinstance(each, dict):
        return isinstance(each.get("need"), str) and isinstance(each.get("agent"), str | None)
    return isinstance(each, str)


def _all(results: Sequence[Delegated | Failed]) -> list[Part]:
    """What the workers made, and in words what failed."""
    made = [part for result in results if isinstance(result, Delegated) for part in handed(result)]
    failed = [f"{result.need}: {result.reason}" for result in results if isinstance(result, Failed)]
    told = [Part(text="\n".join(failed), media_type="text/plain", filename="failed.txt")] if failed else []
    return [*made, *told]


def _dump(need: Need) -> Any:
    parts = [MessageToDict(part) for part in message_parts(need.text, need.parts)]
    return {"need": need.text, "parts": parts, "agent": need.agent}


def _load(value: Any) -> Need:
    return Need(value["need"], [ParseDict(part, Part()) for part in value["parts"]], value["agent"])
