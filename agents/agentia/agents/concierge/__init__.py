"""concierge: the client agent, which finds other agents for each part of a request and knows none in advance."""

from agentia.agents.concierge.agent import concierge

__all__ = ["concierge"]
