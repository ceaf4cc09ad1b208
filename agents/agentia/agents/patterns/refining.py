"""Evaluator and optimiser: a draft is judged and made better until it is accepted, or the rounds are over."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final

from a2a.types.a2a_pb2 import Part

from agentia.agents.delegation import LONGEST
from agentia.agents.errors import AnswerInvalid
from agentia.agents.parts import part_of
from agentia.agents.patterns.drafts import Draft, Verdict, verdict_of
from agentia.agents.patterns.needs import Need, hand_over_as, handed, need_of, scene, with_material
from agentia.agents.task_run import TaskRun
from agentia.cards.extensions import VERSION

ROUNDS: Final = 3
"""Drafts at most unless told otherwise."""

Optimiser = str | Need | Callable[[TaskRun, Draft | None], Awaitable[Any]]
Evaluator = str | Need | Callable[[TaskRun, Draft], Awaitable[Verdict]]


async def refine(
    task: TaskRun,
    optimiser: Optimiser,
    evaluator: Evaluator,
    *,
    name: str = "draft",
    rounds: int = ROUNDS,
    deadline: float | None = None,
) -> Draft:
    """Have drafts made and judged in turn, at most `rounds`; the last draft, whose verdict says if it is accepted.

    Each draft is published as a new version of one artifact, `name`: it replaces the one before it, and has its number
    in its metadata. `optimiser` is an async function of a TaskRun and the draft before with its verdict (None at first)
    that returns text, bytes or JSON; or a need, which is handed that draft and `feedback.txt` as named parts.
    `evaluator` is an async function of a TaskRun and the draft that returns a Verdict; or a need, which is handed the
    draft: the agent that does it publishes data, `{"accepted": false, "feedback": "…"}`.
    Raises PatternFailed with who failed and why, also for a verdict that is none.
    """
    if rounds < 1:
        raise AnswerInvalid(f"There must be at least one round; rounds is {rounds}.")
    here = scene(task, "refine")
    draft = None
    while draft is None or (draft.version < rounds and not draft.verdict.accepted):
        version = 1 if draft is None else draft.version + 1
        parts = await _optimise(here.branch(f"optimise-{version}"), optimiser, name, draft, deadline)
        draft = await _published(here, name, version, parts, draft)
        draft = draft.judged(await _judge(here.branch(f"evaluate-{version}"), evaluator, draft, deadline))
        await here.status(_told(draft))
    return draft


async def _optimise(
    task: TaskRun, optimiser: Optimiser, name: str, before: Draft | None, deadline: float | None
) -> list[Part]:
    if not isinstance(optimiser, str | Need):
        return [part_of(await optimiser(task, before), filename=name)]
    need = need_of(optimiser)
    if before is not None:
        need = with_material(need, [*before.parts, part_of(before.verdict.feedback, filename="feedback.txt")])
    return handed(await hand_over_as("The optimiser", task, need, deadline))


async def _judge(task: TaskRun, evaluator: Evaluator, draft: Draft, deadline: float | None) -> Verdict:
    if not isinstance(evaluator, str | Need):
        return await evaluator(task, draft)
    return verdict_of(
        await hand_over_as("The evaluator", task, with_material(need_of(evaluator), draft.parts), deadline)
    )


async def _published(task: TaskRun, name: str, version: int, parts: Sequence[Part], before: Draft | None) -> Draft:
    replaces = before.artifact_id if before is not None else ""
    artifact_id = await task.run.artifact(name, parts, metadata={VERSION: version}, replaces=replaces)
    return Draft(version, artifact_id, tuple(parts))


def _told(draft: Draft) -> str:
    verdict = draft.verdict
    if verdict.accepted:
        return f"Version {draft.version} is accepted."
    return f"Version {draft.version} is not accepted{f': {verdict.feedback[:LONGEST]}' if verdict.feedback else ''}"
