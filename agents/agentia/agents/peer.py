"""Another agent as its card and its live instances describe it: where to call it, and how."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from agentia.agents.errors import NoAgentFits
from agentia.cards.extensions import POSITION
from agentia.core.identity import origin
from agentia.registry.client import Agent


@dataclass(frozen=True, slots=True)
class Peer:
    """An agent to call: its id, its JSON-RPC endpoint at each live instance, and the protocol version spoken there.

    `ours` agents take each message once, number their events and know hop tokens; of others nothing of that is sure.
    """

    id: str
    urls: tuple[str, ...]
    version: str
    ours: bool = False
    streams: bool = True
    tenant: str = ""


def peer_of(agent: Agent) -> Peer:
    """How to call a registered agent over JSON-RPC, 1.0 before 0.3. Raises NoAgentFits when its card names no way."""
    face = next((face for major in ("1", "0") for face in _spoken(agent.card, major)), None)
    if face is None:
        raise NoAgentFits(f"The agent {agent.id!r} speaks no JSON-RPC of A2A 1.0 or 0.3, so it cannot be called.")
    able: Mapping[str, Any] = agent.card.get("capabilities") or {}
    return Peer(
        agent.id,
        _endpoints(agent, str(face.get("url", ""))),
        str(face.get("protocolVersion", "")),
        ours=any(extension.get("uri") == POSITION for extension in able.get("extensions") or ()),
        streams=bool(able.get("streaming")),
        tenant=str(face.get("tenant", "")),
    )


def _spoken(card: Mapping[str, Any], major: str) -> Iterator[Mapping[str, Any]]:
    for face in card.get("supportedInterfaces") or ():
        if face.get("protocolBinding") == "JSONRPC" and str(face.get("protocolVersion", "")).split(".")[0] == major:
            yield face


def _endpoints(agent: Agent, named: str) -> tuple[str, ...]:
    """The card's endpoint moved to each live instance; as the card has it when none is known."""
    return tuple(_moved(named, agent.url, each.url) for each in agent.instances) or (named,)


def _moved(named: str, base: str, instance: str) -> str:
    """`named`, which is below `base` or elsewhere on its origin, as it is at `instance`."""
    base, root = base.rstrip("/"), instance.rstrip("/")
    if named == base or named.startswith(f"{base}/"):
        return root + named[len(base) :]
    if origin(named) == origin(base):
        return origin(root) + urlsplit(named).path
    return named if origin(named) == origin(root) else root
