"""The children of a task, as its journal tells of them."""

import json
from typing import Any

from agentia.agents.children import open_children
from agentia.agents.delegated import dump
from agentia.agents.errors import AgentSilent, PeerFailed
from agentia.tasks.records import JournalEntry


def entries(**steps: Any) -> list[JournalEntry]:
    return [JournalEntry(step, b"", json.dumps(result).encode()) for step, result in steps.items()]


def test_what_was_sent_and_has_no_end_is_open_in_every_branch() -> None:
    journal = entries(
        **{
            "step/delegate/0/choose": "ended",
            "step/delegate/0/sent": "t-0",
            "step/delegate/0/done": {},
            "step/delegate/1/choose": "shouter",
            "step/delegate/1/sent": "t-1",
            "a/b/step/delegate/0/choose": "quant",
            "a/b/step/delegate/0/sent": "t-2",
            "a/step/delegate/0/choose": "not sent yet",
        }
    )
    assert open_children(journal) == [("shouter", "t-1"), ("quant", "t-2")]


def test_a_child_whose_agent_was_given_up_is_open() -> None:
    given_up, failed = dump(AgentSilent("It is away.")), dump(PeerFailed("It has failed."))
    journal = entries(
        **{f"step/delegate/{n}/{step}": f"{step}-{n}" for n in range(2) for step in ("choose", "sent")},
        **{"step/delegate/0/done": given_up, "step/delegate/1/done": failed},
    )
    assert open_children(journal) == [("choose-0", "sent-0")]


def test_other_steps_are_none() -> None:
    names = ("step/x", "step/my-step/delegate/0/sent", "step/delegate/x/sent", "step/delegate/0/ask/ab/sent")
    assert open_children(entries(**dict.fromkeys(names, "x"))) == []
