"""Tools with which a model remembers facts about its user, and recalls them in later conversations."""

import json
from typing import Any, Final

from agents import FunctionTool, RunContextWrapper, function_tool

from agentia.agents.sdk.mesh import task_of, told, untrusted


async def _remember(context: RunContextWrapper[Any], fact: str) -> str:
    """Remember a fact for later conversations, such as what the user likes or has decided.

    Args:
        fact: One short sentence that can be understood without this conversation.
    """
    id = await task_of(context).memory.remember(fact)
    return f"It is remembered, under the id {id}."


async def _recall(context: RunContextWrapper[Any], about: str) -> str:
    """Recall what was remembered in this and in earlier conversations.

    Args:
        about: What you want to know, as a question or a few words.
    """
    found = await task_of(context).memory.recall(about)
    if not found:
        return "Nothing is known about that."
    facts = [{"fact": each.text, "since": each.created.date().isoformat()} for each in found]
    return untrusted("memory", json.dumps(facts, ensure_ascii=False, indent=1))


remember: Final[FunctionTool] = function_tool(_remember, name_override="remember", failure_error_function=told)
"""Has a fact remembered for the owner of the task."""
recall: Final[FunctionTool] = function_tool(_recall, name_override="recall", failure_error_function=told)
"""Finds what was remembered for the owner of the task; the model gets it marked as data."""
