"""librarian: facts remembered and found again, a workspace for agents that work together, documents to search in."""

from agentia.agents.librarian.agent import librarian

__all__ = ["librarian"]
