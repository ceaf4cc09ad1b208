"""Routing: a letter goes to whoever fits its words."""

from agentia.agents import Skill, TaskRun, route, specialist


@specialist(skills=[Skill("invoices", "Answer letters about invoices, payments and refunds")])
async def cashier(task: TaskRun) -> str:
    """Knows about money."""
    return f"Your money is on its way, as you asked: {task.text}"


@specialist(skills=[Skill("repairs", "Answer letters about devices that are broken, and repair them")])
async def technician(task: TaskRun) -> str:
    """Knows about devices."""
    return f"Switch it off and on again, as you asked: {task.text}"


@specialist(skills=[Skill("reception", "Open the mail")])
async def reception(task: TaskRun) -> str:
    """Gives each letter to the right desk."""
    answer = await route(task, task.text, among=["invoices", "repairs"])
    return f"{answer.text} ({answer.agent}, which {answer.why})"
