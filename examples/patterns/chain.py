"""Prompt chaining: a text is proofread and then set as a page."""

import html
import re

from agentia.agents import Need, Skill, TaskRun, chain, specialist


@specialist(skills=[Skill("proofread", "Proofread a text", examples=["proofread: it is is late"])])
async def proofreader(task: TaskRun) -> str:
    """Takes out words and spaces that stand twice."""
    once = re.sub(r"\b(\w+)(\s+\1\b)+", r"\1", " ".join(task.text.split()), flags=re.IGNORECASE)
    await task.artifact("text.txt", once)
    return "Proofread."


@specialist(skills=[Skill("typeset", "Set a text as a page", examples=["make this text a page"])])
async def typesetter(task: TaskRun) -> str:
    """Sets a text as a page of HTML."""
    await task.artifact("page.html", f"<p>{html.escape(task.message.parts[-1].text)}</p>")
    return "Set."


@specialist(skills=[Skill("publish", "Publish a manuscript")])
async def publisher(task: TaskRun) -> str:
    """Has a manuscript proofread and set."""
    text, page = await chain(task, [Need("proofread a text", task.text), "set a text as a page"])
    await task.artifact("page.html", page.artifacts[0].parts[0].text)
    return f"{text.agent} has proofread it, {page.agent} has set it."
