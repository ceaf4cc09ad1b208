"""An agent whose only tool must not be called without its user's word."""

from typing import Any

from agents import Agent, function_tool
from agents.testing import ScriptedModel, function_call

from agentia.agents import Skill, Specialist


class Bank:
    """An agent that pays, with what it has paid."""

    def __init__(self, *last: Any) -> None:
        self.paid: list[int] = []
        self.model = ScriptedModel(last)

        @function_tool(needs_approval=True)
        def pay(amount: int) -> str:
            """Send money to the shop. It cannot be had back."""
            self.paid.append(amount)
            return f"paid {amount}"

        self.agent = Agent(name="bank", model=self.model, tools=[pay])

    @property
    def specialist(self) -> Specialist:
        """As the mesh sees it."""
        return Specialist(self.agent, skills=[Skill("pay", "Pay somebody an amount of money")])


def paying(*amounts: int, call_id: str = "") -> list[Any]:
    """Calls of its tool in one answer of its model."""
    return [function_call("pay", {"amount": each}, call_id=call_id or f"c{each}") for each in amounts]
