"""Carry a plan out: needs that build on nothing at once, the others when what they build on is done."""

import asyncio
from collections.abc import Sequence

from agentia.agents import TaskRun
from agentia.agents.concierge.doing.handing import hand_over
from agentia.agents.concierge.doing.outcome import Outcome
from agentia.agents.concierge.planning.plan import Need, Plan


async def carry_out(task: TaskRun, plan: Plan) -> list[Outcome]:
    """The outcome of every need, in order.

    When one has to ask the user the others are finished first: a branch that is cancelled would cancel the task that
    it has delegated.
    """
    works: dict[int, asyncio.Task[Outcome]] = {}
    for need in plan.needs:
        works[need.number] = asyncio.create_task(_work(task, need, [works[number] for number in sorted(need.after)]))
    ended = await asyncio.gather(*works.values(), return_exceptions=True)
    return [_outcome(each, ended) for each in ended]


async def _work(task: TaskRun, need: Need, before: Sequence[asyncio.Task[Outcome]]) -> Outcome:
    done = {outcome.need.number: outcome for outcome in [await work for work in before]}
    return await hand_over(task.branch(f"need-{need.number}"), need, done)


def _outcome(each: Outcome | BaseException, ended: Sequence[Outcome | BaseException]) -> Outcome:
    """The outcome, or the exception that ends the run: an error of ours rather than a question."""
    if isinstance(each, Outcome):
        return each
    raise next((other for other in ended if isinstance(other, Exception)), each)
