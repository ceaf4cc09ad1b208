"""Evaluator and optimiser: a headline is made shorter until the editor accepts it."""

from agentia.agents import Need, Skill, TaskRun, refine, specialist


@specialist(skills=[Skill("headline", "Write a headline")])
async def writer(task: TaskRun) -> str:
    """Makes a headline of the newest text it is given: that of the request, or the draft without its last word."""
    *_, newest = [part for part in task.message.parts if part.filename != "feedback.txt"]
    words = newest.text.split()
    return " ".join(words[:-1] if newest.filename else words)


@specialist(skills=[Skill("judge", "Judge how long a headline is")])
async def editor(task: TaskRun) -> str:
    """Accepts headlines of four words."""
    count = len(task.message.parts[-1].text.split())
    await task.artifact("verdict.json", {"accepted": count <= 4, "feedback": f"{count} words are too many."})
    return "Judged."


@specialist(skills=[Skill("announce", "Announce some news")])
async def herald(task: TaskRun) -> str:
    """Has a headline written and judged, in five rounds at most."""
    draft = await refine(
        task, Need("write a headline", task.text), "judge how long a headline is", name="headline.txt", rounds=5
    )
    return f"Version {draft.version} is {'accepted' if draft.verdict.accepted else 'the best we have'}: {draft.text}"
