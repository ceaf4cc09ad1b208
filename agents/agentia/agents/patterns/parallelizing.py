"""Parallelization: needs that do not depend on each other, each done by an agent of its own at the same time."""

import asyncio
from collections.abc import Iterable, Sequence
from typing import Final, Literal, overload

from agentia.agents.children import abandon
from agentia.agents.delegated import Delegated
from agentia.agents.errors import AnswerInvalid, Failed, PatternFailed, PeerError
from agentia.agents.patterns.needs import Need, brief, hand_over, needs_of, scene
from agentia.agents.task_run import TaskRun
from agentia.tasks.replay import digest

AT_ONCE: Final = 8
"""Agents that work at the same time unless told otherwise."""
_FAILED: Final = "failed"


@overload
async def parallel(
    task: TaskRun,
    needs: Iterable[str | Need],
    *,
    partial: Literal[False] = False,
    at_once: int = AT_ONCE,
    deadline: float | None = None,
) -> list[Delegated]: ...


@overload
async def parallel(
    task: TaskRun,
    needs: Iterable[str | Need],
    *,
    partial: bool,
    at_once: int = AT_ONCE,
    deadline: float | None = None,
) -> list[Delegated | Failed]: ...


async def parallel(
    task: TaskRun,
    needs: Iterable[str | Need],
    *,
    partial: bool = False,
    at_once: int = AT_ONCE,
    deadline: float | None = None,
) -> list[Delegated] | list[Delegated | Failed]:
    """Have all needs done side by side, `at_once` of them at most; the results in the order of the needs.

    When one fails, the others are cancelled and PatternFailed says who failed and why. With `partial` the others go
    on instead, and in place of its result stands a Failed. `deadline` is in unix seconds.
    """
    wanted = needs_of(needs)
    if at_once < 1:
        raise AnswerInvalid(f"At least one need must be worked on at once; at_once is {at_once}.")
    here, room = scene(task, "parallel"), asyncio.Semaphore(at_once)

    async def work(number: int, need: Need) -> Delegated | Failed:
        async with room:
            try:
                return await hand_over(here.branch(str(number)), need, deadline)
            except PeerError as exc:
                failed = Failed(need.text, exc.agent, exc.message)
                if partial:
                    return failed
                raise _error(need, len(wanted), failed) from exc

    key = digest(*(need.text.encode() for need in wanted))
    if (known := here.run.recall(_FAILED, key)) is not None:
        number, agent, reason = known[0]
        raise _error(wanted[number], len(wanted), Failed(wanted[number].text, agent, reason))
    works = [asyncio.create_task(work(number, need)) for number, need in enumerate(wanted, start=1)]
    try:
        return await _all(works)
    except PatternFailed as exc:
        (failed,) = exc.failures
        number = next(nth for nth, each in enumerate(works) if _error_of(each) is exc)
        await here.run.record(_FAILED, key, [number, failed.agent, failed.reason])
        await abandon(here.run, here.peers)
        raise


async def _all(works: Sequence["asyncio.Task[Delegated | Failed]"]) -> list[Delegated | Failed]:
    """All results, or the error of the first that has one; none of them runs on when this returns."""
    try:
        if works:
            await asyncio.wait(works, return_when=asyncio.FIRST_EXCEPTION)
        errors = [error for error in map(_error_of, works) if error is not None]
    finally:
        for each in works:
            each.cancel()
        await asyncio.gather(*works, return_exceptions=True)
    if errors:
        raise next((error for error in errors if isinstance(error, Exception)), errors[0])
    return [each.result() for each in works]


def _error_of(work: "asyncio.Task[Delegated | Failed]") -> BaseException | None:
    """What a work raised; a question to the user is no Exception, and an error counts before it."""
    return work.exception() if work.done() and not work.cancelled() else None


def _error(need: Need, count: int, failed: Failed) -> PatternFailed:
    return PatternFailed(f"One of {count} needs has failed, {brief(need)}: {failed.reason}", [failed])
