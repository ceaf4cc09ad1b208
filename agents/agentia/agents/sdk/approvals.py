"""Tool calls that need their user's word: asked for one by one, and taken back to where the run had stopped."""

import re
from typing import Any, Final

from agents import RunState, ToolApprovalItem

from agentia.agents.sdk.instrument import described
from agentia.agents.sdk.tools import shown
from agentia.agents.task_run import Request, TaskRun
from agentia.cards.extensions import APPROVAL

YES: Final = frozenset(
    {"yes", "y", "ok", "okay", "sure", "approve", "approved", "allow", "allowed", "confirm", "confirmed"}
)
NO: Final = frozenset(
    {"no", "n", "not", "never", "don't", "dont", "stop", "wait", "cancel", "deny", "refuse", "reject"}
)
"""The first word of a yes, and what is in any no."""
LONGEST: Final = 300
"""Characters of a tool's description that a question repeats."""
_WORD: Final = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")


async def decide(task: TaskRun, state: RunState[Any], waiting: list[ToolApprovalItem]) -> None:
    """Approve or reject each of the calls that `state` waits for, as the user says.

    A question stands at the place of its call, so that no answer is taken for that to another one.
    """
    for item in waiting:
        words, agreed = await _answer(task.branch(f"{item.agent.name} {item.call_id}"), item)
        if agreed:
            state.approve(item)
        else:
            state.reject(item, rejection_message=f"The user did not allow this call. They said: {words or 'no'}")


async def _answer(task: TaskRun, item: ToolApprovalItem) -> tuple[str, bool]:
    """What the user says, and whether that means yes. What means neither is asked again."""
    question, told = _question(item), {"agent": item.agent.name, "tool": item.name, "arguments": item.arguments}
    again = ""
    while True:
        answer = await task.ask(f"{again}{question}", {APPROVAL: told})
        if (agreed := meant(answer)) is not None:
            return answer.text, agreed
        again = "That was neither a yes nor a no. "


def meant(answer: Request) -> bool | None:
    """True for a yes, False for a no, None when it is neither: `{"approved": true}` as data, or words."""
    for data in answer.data:
        if isinstance(data, dict) and isinstance(data.get("approved"), bool):
            return bool(data["approved"])
    words = [word.lower().replace("’", "'") for word in _WORD.findall(answer.text)]
    if not words:
        return None
    if NO.intersection(words):
        return False
    return True if words[0] in YES else None


def _question(item: ToolApprovalItem) -> str:
    what = f"{item.agent.name} wants to call {item.name}{shown(item.arguments or '')}."
    why = _description(item)
    return f"{what}{f' {why}' if why else ''} May it? Answer yes or no."


def _description(item: ToolApprovalItem) -> str:
    """What the tool is for, in the words of its author."""
    said = described(item.agent, item.name or "")
    first = said.strip().partition("\n")[0]
    if len(first) > LONGEST:
        first = f"{first[:LONGEST]}…"
    return f"What it does: {first.rstrip('.')}." if first else ""
