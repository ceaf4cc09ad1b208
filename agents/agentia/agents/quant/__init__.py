"""quant: exact mathematics with its working shown, for tasks in plain words and without any model."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from agentia.agents.quant.agent import quant

__all__ = ["quant"]


def __getattr__(name: str) -> Any:
    """The specialist, made when it is first asked for: workers import this package and need no service."""
    if name == "quant":
        from agentia.agents.quant.agent import quant

        return quant
    raise AttributeError(name)
