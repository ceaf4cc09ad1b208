"""Five ways for agents to work together, each a function of the task, durable as the calls it is made of."""

from agentia.agents.patterns.chaining import chain
from agentia.agents.patterns.drafts import Draft, Verdict
from agentia.agents.patterns.needs import Need
from agentia.agents.patterns.orchestrating import orchestrate
from agentia.agents.patterns.parallelizing import parallel
from agentia.agents.patterns.refining import refine
from agentia.agents.patterns.routing import Routed, route

__all__ = ["Draft", "Need", "Routed", "Verdict", "chain", "orchestrate", "parallel", "refine", "route"]
