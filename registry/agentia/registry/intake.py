"""Read a registration: fetch what it points to, and see that card, keys and addresses belong together."""

import json
from typing import Any

from a2a.types import a2a_pb2 as pb

from agentia.cards.build import slug
from agentia.cards.fetch import FetchedCard, NotModified, fetch_card
from agentia.cards.urls import origin
from agentia.cards.versions import card_from_json
from agentia.cards.wellknown import JWKS_PATH
from agentia.core.errors import AgentiaError
from agentia.core.fetch import FetchFailed, FetchRefused, SafeFetcher
from agentia.registry.errors import CardMisplaced
from agentia.registry.keysets import keyset
from agentia.registry.owners import Claim
from agentia.registry.places import base_url, check_interfaces, home


async def claim_of_url(
    fetcher: SafeFetcher, url: str, instance: str | None = None, *, etag: str | None = None
) -> Claim | None:
    """The claim of the agent whose card is at `url`; None when the card is still the one of `etag`.

    Raises RequestInvalid, CardMisplaced, KeysInvalid, CardError, FetchRefused and FetchFailed.
    """
    base_url(url)
    found = await fetch_card(fetcher, url, etag=etag)
    if isinstance(found, NotModified):
        return None
    return await _claim(fetcher, found.card, instance, source=url, etag=found.etag)


async def claim_of_card(fetcher: SafeFetcher, data: dict[str, Any], instance: str | None) -> Claim:
    """The claim of an agent that sent its card in. Raises like claim_of_url."""
    return await _claim(fetcher, card_from_json(data), instance)


async def _claim(
    fetcher: SafeFetcher, card: pb.AgentCard, instance: str | None, source: str | None = None, etag: str | None = None
) -> Claim:
    url = home(card, source)
    replica = base_url(instance) if instance else url
    check_interfaces(card, url, replica)
    witness = await _witness(fetcher, card, replica) if origin(replica) != origin(url) else None
    jwks = await _published_keys(fetcher, url, FetchRefused if source else FetchFailed)
    return Claim(slug(card.name), card, url, replica, jwks, source, etag, witness)


async def _witness(fetcher: SafeFetcher, card: pb.AgentCard, replica: str) -> pb.AgentCard:
    """The card at a replica's own address: of the same agent, and naming that address."""
    found = await fetch_card(fetcher, replica)
    if not isinstance(found, FetchedCard) or slug(found.card.name) != slug(card.name):
        fix = "Let every replica serve the card of its agent."
        raise CardMisplaced(f"There is the card of another agent at {replica}.", fix=fix)
    check_interfaces(found.card, replica)
    return found.card


async def _published_keys(fetcher: SafeFetcher, url: str, no_keys: type[AgentiaError]) -> dict[str, Any] | None:
    """The key set at the agent's own address, None when there is none, or `no_keys` says so.

    A card that was fetched shows the address to be good, so a refusal there only means a redirect; who sends a card in
    may be out of our reach.
    """
    try:
        found = await fetcher.get(url + JWKS_PATH)
    except no_keys:
        return None
    try:
        jwks = keyset(json.loads(found.body)) if found.status == 200 else None
    except (ValueError, RecursionError):  # some servers answer every path with a page
        return None
    return jwks if jwks and jwks["keys"] else None
