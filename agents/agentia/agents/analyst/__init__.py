"""analyst: questions about tables, answered with the SQL that was run, in plain words and without any model."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from agentia.agents.analyst.agent import analyst

__all__ = ["analyst"]


def __getattr__(name: str) -> Any:
    """The specialist, made when it is first asked for: workers import this package and need no service."""
    if name == "analyst":
        from agentia.agents.analyst.agent import analyst

        return analyst
    raise AttributeError(name)
