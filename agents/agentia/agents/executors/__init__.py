"""Serving an AgentExecutor of the a2a-sdk: imported for such specialists only, as that SDK's server is large."""
