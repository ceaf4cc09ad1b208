"""A card made to point at a relay instead of at the agent itself."""

from collections.abc import Collection
from typing import Final

from a2a.types import a2a_pb2 as pb

from agentia.cards.build import SPOKEN
from agentia.cards.errors import CardInvalid
from agentia.cards.protocol import release

RELAYED: Final = frozenset(SPOKEN)


def rewrite_urls(card: pb.AgentCard, base_url: str, *, relayed: Collection[tuple[str, str]] = RELAYED) -> pb.AgentCard:
    """A copy of `card` whose interfaces are all at `base_url`, without signatures: those were made over the old URLs.

    Interfaces that are not `relayed` (binding, "major.minor") are left out, and so are doubles; order, tenants and
    versions stay. Raises CardInvalid when none is left.
    """
    copy = pb.AgentCard()
    copy.CopyFrom(card)
    copy.ClearField("signatures")
    copy.ClearField("supported_interfaces")
    copy.supported_interfaces.extend(_moved(card, base_url, relayed))
    if not copy.supported_interfaces:
        offered = ", ".join(sorted({f"{binding} {version}" for binding, version in relayed}))
        raise CardInvalid("supportedInterfaces", "has none that can be relayed", fix=f"Offer one of: {offered}.")
    return copy


def _moved(card: pb.AgentCard, base_url: str, relayed: Collection[tuple[str, str]]) -> list[pb.AgentInterface]:
    kept = {
        (each.protocol_binding, release(each.protocol_version), each.tenant): each
        for each in reversed(card.supported_interfaces)
        if (each.protocol_binding, _minor(each.protocol_version)) in relayed
    }
    return [
        pb.AgentInterface(url=base_url, protocol_binding=binding, protocol_version=each.protocol_version, tenant=tenant)
        for (binding, _, tenant), each in reversed(kept.items())
    ]


def _minor(version: str) -> str:
    """`0.3.0` is `0.3`; an interface that states none is taken as 0.3, as 0.3 clients do."""
    numbers = release(version) if version else (0, 3)
    return f"{numbers[0]}.{numbers[1]}" if numbers else ""
