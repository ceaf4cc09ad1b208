"""Agents of the Agents SDK, and the five patterns, killed with SIGKILL at every boundary of a task, each once."""

import asyncio
import base64
import re
from collections.abc import Callable
from typing import Any, Final

import pytest

from agentia.agents.testing import Call, Say, model_server
from tests.survival.boundaries import Act, as_if_alive, began, commits, killed_at, naming, undisturbed
from tests.survival.mortals import WORKERS
from tests.survival.stage import Stage
from tests.survival.theatre import Runner

LANES: Final = 6
"""Agents that die at the same time."""
LONG: Final = "It was seen, it was weighed, and it was found to be neither too heavy nor too light. "

ACTS: Final = {
    "talker": Act("Tell me"),
    "trader": Act("Trade"),
    "desk": Act("Help me"),
    "pricer": Act(
        "What is it?",
        parts=[
            {"raw": base64.b64encode(b"PNG").decode(), "mediaType": "image/png", "filename": "it.png"},
            {"data": {"wanted": ["a", "price"], "in": "EUR", "by": "tomorrow", "for": {"whom": "us", "what": "tea"}}},
        ],
    ),
    "guarded": Act("May I?"),
    "tripped": Act("May I?"),
    "friend": Act("Who am I?", before=["I am Ann.", "I am four."]),
    "payer": Act("Buy it", answers=["yes", "no", "yes"]),
    "clerk": Act("Add it up", answers=["yes"]),
}
Lines = Callable[[str, str], list[Say]]
LINES: Final[dict[str, Lines]] = {
    "talker": lambda mark, seen: [Say(LONG, [Call("rate", {"currency": "USD"})]), Say(f"{LONG}{seen}")],
    "trader": lambda mark, seen: [
        Say("Let me see.", [
            Call("rate", {"currency": "USD"}, "call_0"),
            Call("rate", {"currency": "EUR"}, "call_1"),
            Call("chart", {}, "call_2"),
        ]),
        Say(calls=[Call("rate", {"currency": "GBP"}, "call_0")]),
        Say(f"All of it: {seen}"),
    ],
    "desk": lambda mark, seen: [
        Say(calls=[Call("check", {"input": mark}, "call_0"), Call("rhyme", {"mark": mark}, "call_1")]),
        Say(calls=[Call("transfer_to_expert", {}, "call_0")]),
    ],
    "checker": lambda mark, seen: [Say(calls=[Call("rate", {"currency": "CHF"}, "call_0")]), Say("checked")],
    "poet": lambda mark, seen: [Say("roses")],
    "expert": lambda mark, seen: [Say(), Say(), Say(f"So it is: {seen}")],
    "pricer": lambda mark, seen: [Say(calls=[Call("chart")]), Say('{"amount": 92, "currency": "EUR"}')],
    "guarded": lambda mark, seen: [Say(calls=[Call("rate", {"currency": "USD"})]), Say(f"You may: {seen}")],
    "judge": lambda mark, seen: [Say("fine")],
    "friend": lambda mark, seen: [Say("Hello.", [Call("rate", {"currency": "USD"})]), Say(f"Well. {seen}")],
    "payer": lambda mark, seen: [
        Say(calls=[Call("pay", {"amount": 1}, "call_0"), Call("pay", {"amount": 2}, "call_1")]),
        Say(calls=[Call("bank", {"input": mark}, "call_0")]),
        Say(f"Done: {seen}"),
    ],
    "clerk": lambda mark, seen: [
        Say(calls=[Call("add", {"a": 1, "b": 2}, "call_0"), Call("note", {"text": "three"}, "call_1")]),
        Say(calls=[Call("add", {"a": 3, "b": 4}, "call_0")]),
        Say(f"All of it: {seen}"),
    ],
    "bank": lambda mark, seen: [Say(calls=[Call("pay", {"amount": 3}, "call_0")]), Say("Paid.")],
}  # fmt: skip
"""What each model says, turn by turn, to a task of that mark when its tools have given that."""
ASKED: Final = {
    "chain": "It is is late.",
    "route": "A refund, please",
    "parallel": "It is late. Go.",
    "orchestrate": "add 1 2 3\nsort pear apple",
    "refine": "Cat sits on the mat again",
}


def say(request: Any) -> Say:
    """The next line of whoever's instructions stand first."""
    (who, *said) = request["messages"]
    begun = max(index for index, message in enumerate(said) if message["role"] == "user")
    turn: int = sum(message["role"] == "assistant" for message in said[begun:])
    seen = " ".join(str(message["content"]) for message in said[begun:] if message["role"] == "tool")
    mark = re.findall(r"#\d+", str(said[begun]["content"]))[-1]
    return LINES[who["content"]](mark, seen)[turn]


@pytest.fixture
def runner(mortals: Runner) -> Runner:
    return mortals


@pytest.fixture
def killed(stage: Stage) -> Callable[..., Any]:
    """Plays an act once undisturbed, and once for each of its boundaries, where its agent is killed."""

    async def play(part: str, act: Act, ready: str = "service ready") -> None:
        async with model_server(say) as server:
            lanes = [stage.service(part, f"{part}-{lane}", ready=ready) for lane in range(LANES)]
            for agent in lanes:
                agent.env |= {"AGENTIA_MODEL": "small", "OPENAI_BASE_URL": server.url}
            normal = await undisturbed(stage, lanes[0], act, server)
            children, last = began(stage), commits(normal)
            each = [
                killed_at(stage, agent, act, range(first, last + 1, LANES), server)
                for first, agent in enumerate(lanes, start=1)
            ]
            every = [one for lane in await asyncio.gather(*each) for one in lane]
        assert set(normal.points.values()) <= {1}
        for number, one, death in every:
            with naming(f"killed at {number} of {last}"):
                as_if_alive(one, death, normal)
        assert sum(death is None for *_, death in every) <= last / 3  # what happens at once is one commit, or several
        assert began(stage) == children * (1 + last)

    return play


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
@pytest.mark.parametrize("part", ACTS)
async def test_an_agent_killed_at_any_boundary_comes_to_the_same(killed: Callable[..., Any], part: str) -> None:
    await killed(part, ACTS[part])


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
@pytest.mark.parametrize("pattern", ASKED)
async def test_a_pattern_killed_at_any_boundary_comes_to_the_same_and_sends_each_child_once(
    stage: Stage, killed: Callable[..., Any], pattern: str
) -> None:
    await stage.open("registry")
    for index in range(WORKERS[pattern]):
        await stage.open(f"{pattern}-worker-{index}", ready="registered")
    await killed(pattern, Act(ASKED[pattern]), "registered")
