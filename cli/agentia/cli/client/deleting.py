"""Having deleted what one has at the agents of a mesh, and hearing from each how much that was."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from agentia.cards.extensions import DELETION
from agentia.cli.client.rpc import A2AClient
from agentia.cli.client.target import endpoint
from agentia.cli.errors import CliError

ROUNDS = 2
"""Times that all are asked: what still ran somewhere may have sent something on to an agent that was asked before."""


@dataclass
class Report:
    """What became of it at one agent; `problem` is a sentence, and `asked` says whether the agent knows how."""

    agent: str
    asked: bool
    tasks: int = 0
    messages: int = 0
    problem: str = ""

    @property
    def sentence(self) -> str:
        """For people."""
        if not self.asked:
            return f"{self.agent}: not asked, as its card says nothing of {DELETION}."
        if self.problem:
            return f"{self.agent}: {self.problem}"
        return f"{self.agent}: {_count(self.tasks, 'task')} and {_count(self.messages, 'direct reply', 'ies')} deleted."


def delete_everywhere(gateway: str, agents: Iterator[dict[str, Any]], token: str | None) -> list[Report]:
    """Ask every agent that can to delete all that is the caller's."""
    reports = [Report(agent["id"], _declares(agent.get("card") or {})) for agent in agents]
    for _ in range(ROUNDS):
        for report in reports:
            if report.asked:
                _delete(gateway, report, token)
    return reports


def _delete(gateway: str, report: Report, token: str | None) -> None:
    try:
        with A2AClient(endpoint(gateway, report.agent), token) as client:
            gone = client.call("DeleteTasks", {})
    except CliError as exc:
        report.problem = f"{exc.message} {exc.fix}".strip()
    else:
        report.problem = ""
        report.tasks += gone["tasks"]
        report.messages += gone["messages"]


def _declares(card: dict[str, Any]) -> bool:
    able = card.get("capabilities") or {}
    return any(each.get("uri") == DELETION for each in able.get("extensions") or ())


def _count(number: int, what: str, more: str = "s") -> str:
    if number == 1:
        return f"1 {what}"
    return f"{number} {what[:-1] if more == 'ies' else what}{more}"
