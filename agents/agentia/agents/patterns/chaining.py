"""Prompt chaining: each agent works on what the one before it has made."""

from collections.abc import Callable, Sequence

from agentia.agents.delegated import Delegated
from agentia.agents.errors import AnswerInvalid
from agentia.agents.patterns.needs import Need, brief, hand_over_as, handed, need_of, scene, with_material
from agentia.agents.task_run import TaskRun

Link = str | Need | Callable[[Delegated], str | Need]
"""A need, or a function that makes it of the result before it."""


async def chain(task: TaskRun, links: Sequence[Link], *, deadline: float | None = None) -> list[Delegated]:
    """Have one agent after the other do its link; all results, the last one at the end.

    Each link but the first is handed the result before it: artifacts as named parts, else the last words. A function
    among the links makes its need of that result, with nothing added; it may raise (TaskFailed, say) to end the chain
    there, and must be free of effects, as it runs again in a rerun. `deadline` is in unix seconds.
    Raises PatternFailed with the link that failed, its agent and why; what comes after it is not begun.
    """
    if isinstance(links, str | Need):
        raise AnswerInvalid("The links of a chain come in a list.", fix=f"Write [{links!r:.60}].")
    here = scene(task, "chain")
    done: list[Delegated] = []
    for number, link in enumerate(links, start=1):
        need = _need(link, done[-1] if done else None)
        done.append(await hand_over_as(f"Link {number} of {len(links)}, {brief(need)},", here, need, deadline))
    return done


def _need(link: Link, before: Delegated | None) -> Need:
    if before is None:
        return need_of(link)
    if callable(link):
        return need_of(link(before))
    return with_material(need_of(link), handed(before))
