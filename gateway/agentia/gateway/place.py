"""The addresses under which agents answer at the gateway."""

from dataclasses import dataclass
from typing import Self

from starlette.types import Scope


@dataclass(frozen=True)
class Place:
    """`root` is the path of an agent at the gateway, with its slashes."""

    agent: str
    root: str

    @classmethod
    def of(cls, agent: str) -> Self:
        """An agent under its own name."""
        return cls(agent, f"/agents/{agent}/")

    @classmethod
    def asked(cls, scope: Scope) -> Self:
        """The agent that a request names in its path."""
        return cls.of(scope["path_params"]["name"])

    def below(self, scope: Scope) -> str:
        """The rest of a request's path, percent-encoded as it was sent."""
        segments = self.root.count("/") - 1
        rest = scope["raw_path"].split(b"/", segments + 1)[segments + 1 :]
        return f"/{rest[0].decode('latin-1')}" if rest else ""


MESH = Place("concierge", "/")
"""The mesh as one agent."""
