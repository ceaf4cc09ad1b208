"""An agent that knows its guests: it asks once what somebody drinks, and remembers it."""

from agentia.agents import Skill, TaskRun, specialist


@specialist(
    name="barista",
    description="Makes what its guests always drink.",
    skills=[Skill("serve", "Make a drink for a guest", examples=["The usual, please"])],
)
async def barista(task: TaskRun) -> str:
    """Recall what the guest drinks, and ask those who are new."""
    known = await task.memory.recall("what does the guest drink")
    if not known:
        drink = (await task.ask("What will you have?")).text
        await task.memory.remember(f"The guest drinks {drink}")
        return f"One {drink}."
    return f"As always: {known[0].text.removeprefix('The guest drinks ')}."
