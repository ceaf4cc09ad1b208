"""The concierge itself: plan, have every need done, and give an account."""

from typing import Final

from agentia.agents import Skill, Specialist, TaskFailed, TaskRun
from agentia.agents.concierge.doing.account import as_data, in_words
from agentia.agents.concierge.doing.attachments import attachments, request_of
from agentia.agents.concierge.doing.finding import UNSAID, profiles
from agentia.agents.concierge.doing.mesh import introduction
from agentia.agents.concierge.doing.running import carry_out
from agentia.agents.concierge.doing.texts import brief
from agentia.agents.concierge.modes import with_model
from agentia.agents.concierge.planning.plan import Plan, outline
from agentia.agents.concierge.planning.planner import plan
from agentia.core.settings import Settings

SKILLS: Final = (
    Skill(
        "delegate",
        "Finds the agents for each part of a request, hands the parts over and puts the answers together.",
        name="Plan and delegate",
        tags=["delegate", "orchestrate", "plan", "route", "concierge"],
        examples=[
            "Which region grew fastest? And what is 15 % of its last month's revenue?",
            "What can the agents here do?",
        ],
    ),
)
DOES: Final = (
    "The one face of the mesh: splits a request into needs, finds an agent for each in the registry while it works,"
    " passes files and results on, and says who did what."
)
MODES: Final = ("text/plain", "*/*")


async def answer(task: TaskRun) -> str:
    """Answer a request with the help of other agents, by rules."""
    if with_model(task):
        raise TaskFailed(
            "This task was begun with a language model, and none is configured any more. Send the request again; who"
            " runs the concierge can set AGENTIA_MODEL."
        )
    files = attachments(task.history[:1])
    request = request_of(task.history[0]).strip() or (UNSAID if files else "")
    needs = plan(request, has_data=bool(files))
    if not needs.needs:
        return introduction(await profiles(task, "profiles"))
    if len(needs.needs) > 1:
        await task.status(_split(needs))
    outcomes = await carry_out(task, needs)
    await task.artifact("account.json", as_data(request, outcomes), description="Who was asked what, and the answers")
    account = in_words(needs, {outcome.need.number: outcome for outcome in outcomes})
    if all(outcome.answer is None for outcome in outcomes):
        raise TaskFailed(account)
    return account


def _split(needs: Plan) -> str:
    listed = " ".join(f"({need.number}) {brief(outline(need))}" for need in needs.needs)
    return f"I split this into {len(needs.needs)} needs: {listed}"


def _model(settings: Settings) -> Specialist | None:
    """The concierge that works with a language model, when one is configured: only then it is imported."""
    if settings.model is None:
        return None
    from agentia.agents.concierge.model import concierge

    return concierge()


concierge = Specialist(
    answer,
    SKILLS,
    "concierge",
    f"{DOES} It needs no language model.",
    input_modes=MODES,
    output_modes=MODES,
    variant=_model,
)
