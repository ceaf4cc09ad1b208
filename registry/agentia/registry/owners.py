"""Who may hold a name, and which keys are pinned for it. Pure decisions.

An address shows itself by the card that the registry finds there. The same key shows itself by a signature over a card
that names the address, never by publishing the key set, which anybody could copy.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from a2a.types import a2a_pb2 as pb

from agentia.cards.errors import CardSignatureInvalid
from agentia.cards.signing import verify_card
from agentia.registry.errors import CardUnsigned, InstanceUnproven, NameTaken

Jwks = Mapping[str, Any]


@dataclass(frozen=True)
class Holder:
    """Who has a name now: `url` None for nobody (a service that is no agent may still have pinned keys)."""

    url: str | None
    jwks: Jwks | None
    alive: bool


@dataclass(frozen=True)
class Claim:
    """A registration, read and fetched, before it is decided on.

    `jwks` are the keys found at `url`; `source` is where the card was fetched, None when it was sent in; `witness` is
    the card found at the instance, when that is at another origin than `url`.
    """

    id: str
    card: pb.AgentCard
    url: str
    instance: str
    jwks: Jwks | None
    source: str | None = None
    etag: str | None = None
    witness: pb.AgentCard | None = None


def settle(claim: Claim, holder: Holder) -> Jwks | None:
    """The keys to pin when `claim` may have the name: None when there are none yet.

    Raises NameTaken, CardUnsigned, InstanceUnproven and CardSignatureInvalid.
    """
    if not signed_by(claim.card, holder.jwks):
        _check_holder(claim, holder)
        _check_signature(claim)
    keys = claim.jwks or holder.jwks
    if claim.witness and not signed_by(claim.witness, keys):
        fix = "Sign the card at the instance with the agent's key, or register the instance's own URL only."
        raise InstanceUnproven(f"Nothing at {claim.instance} shows that it belongs to {claim.id!r}.", fix=fix)
    return keys


def moves(claim: Claim, holder: Holder) -> bool:
    """Whether a settled claim replaces another agent, instead of updating this one."""
    return claim.url != holder.url and not signed_by(claim.card, holder.jwks)


def signed_by(card: pb.AgentCard, jwks: Jwks | None) -> bool:
    if not jwks or not card.signatures:
        return False
    try:
        verify_card(card, jwks)
    except CardSignatureInvalid:
        return False
    return True


def _check_holder(claim: Claim, holder: Holder) -> None:
    """A claim that is not signed with the pinned key must come from the same address, or find the name free."""
    if not holder.alive and not holder.jwks:
        return
    if claim.url == holder.url and (claim.source or not holder.jwks):
        return
    where = f" and answers at {holder.url}" if holder.url else ""
    fix = "Choose another name, sign the card with the pinned key, or remove the old agent from the registry first."
    raise NameTaken(f"The name {claim.id!r} is taken{where}.", fix=fix)


def _check_signature(claim: Claim) -> None:
    if claim.card.signatures:
        verify_card(claim.card, claim.jwks or {})
    elif claim.jwks and not claim.source:
        fix = "Sign the card with one of them, or register by URL, so that the card is fetched from the agent."
        raise CardUnsigned(f"The agent at {claim.url} publishes keys, but this card is not signed.", fix=fix)
